import type { Codebook } from '../survey/codebook.ts'
import type { Decimal } from '../text/numbers.ts'
import { type NumberProblem, parseNumberColumns } from '../text/table-numbers.ts'
import type { TableCell } from './column-profile.ts'
import { problem, type SurveyProblem } from './problem.ts'

type Rows = readonly (readonly TableCell[])[]
export type NumberStyle = {
  /** the decimal mark that the user chose */
  readonly decimal?: Decimal | undefined
  /** what the separators of the file suggest */
  readonly expected?: Decimal | undefined
  /** what to do where the file is ambiguous */
  readonly answer: string
}

/** The answers with weights and amounts as numbers, by the one convention of the file; codes of categories stay as they are. */
export function parseResponseNumbers(
  table: Rows,
  { columns, questions }: Codebook,
  style: NumberStyle,
): { rows: Rows; question: SurveyProblem | undefined; problems: SurveyProblem[] } {
  const amounts = new Map(questions.filter(({ categories }) => !categories).map((one) => [one.column, one]))
  const { rows, question, problems } = parseNumberColumns(table, {
    isNumber: (heading) => heading === columns.weight || amounts.has(heading),
    isWord: (heading, text) => amounts.get(heading)?.missing.includes(text) ?? false,
    ...style,
  })
  const asSurveyProblem = ({ row, column, value, reason }: NumberProblem) => problem(row, column, value, reason)
  return { rows, question: question && asSurveyProblem(question), problems: problems.map(asSurveyProblem) }
}

/** Problems of the numbers added to the other problems, each cell once. */
export function withNumberProblems(
  found: readonly SurveyProblem[],
  ofNumbers: readonly SurveyProblem[],
): readonly SurveyProblem[] {
  const known = new Set(found.map(({ row, column }) => `${row} ${column}`))
  const more = ofNumbers.filter(({ row, column }) => !known.has(`${row} ${column}`))
  return more.length === 0 ? found : [...found, ...more].toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0))
}
