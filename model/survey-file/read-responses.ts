import type { Codebook, Question } from '../survey/codebook.ts'
import {
  readClusterSize,
  readReplicates,
  replicateColumns,
  replicateHeadingProblems,
  samplingProblems,
} from './design-columns.ts'
import { problem, type SurveyProblem } from './problem.ts'
import { raked } from './rake-weights.ts'
import type { SurveyResponse } from './response.ts'

type Rows = readonly (readonly (string | number | boolean | null)[])[]
export type ReadingOptions = {
  readonly codebook: Codebook
  /** keys of the zones of the city */
  readonly zones: ReadonlySet<string>
}
/** The answers of a survey, or everything that is wrong with them; columns that the codebook does not name stay out. */
export type Reading = {
  readonly responses: readonly SurveyResponse[]
  readonly problems: readonly SurveyProblem[]
  readonly ignored: readonly string[]
}

/** Reads a whole table, the heading first. */
export function readResponses(table: Rows, options: ReadingOptions): Reading {
  const reader = createReader(table[0] ?? [], options)
  for (const [index, cells] of table.slice(1).entries()) reader.read(cells, index + 2)
  return reader.finish()
}

/** Reads row after row, so that long files can be read in pieces. */
export function createReader(heading: Rows[number], { codebook, zones }: ReadingOptions) {
  const names = heading.map(textOf)
  const at = new Map(names.map((name, index) => [name, index]))
  const replicates = replicateColumns(codebook, names)
  const problems = [...headingProblems(names, codebook), ...replicateHeadingProblems(codebook, replicates)]
  const readable = problems.length === 0
  const responses: SurveyResponse[] = []
  const firstRow = new Map<string, number>()
  const wanted = new Set([...columnsOf(codebook), ...replicates])

  const read = (cells: Rows[number], row: number): void => {
    if (!readable || cells.every((cell) => textOf(cell) === '')) return
    if (cells.slice(names.length).some((cell) => textOf(cell) !== ''))
      problems.push(problem(row, `${names.length + 1}`, cells[names.length], 'stands beyond the last column'))
    const value = (column: string | undefined): string =>
      column === undefined ? '' : textOf(cells[at.get(column) ?? -1] ?? null)
    const { columns, questions } = codebook
    const respondent = value(columns.respondent)
    const before = firstRow.get(respondent)
    if (respondent === '') problems.push(problem(row, columns.respondent, '', 'is empty: who is it?'))
    else if (before !== undefined)
      problems.push(problem(row, columns.respondent, respondent, `stands in row ${before} already`))
    else firstRow.set(respondent, row)
    const zone = value(columns.zone)
    if (zone !== '' && !zones.has(zone)) problems.push(problem(row, columns.zone ?? '', zone, 'is no zone of the city'))
    for (const question of questions) checkAnswer(question, value(question.column), row, problems)
    const weight = readWeight(columns.weight, value(columns.weight), row, problems)
    responses.push({
      respondent,
      weight,
      baseWeight: null,
      replicateWeights: readReplicates(codebook, { columns: replicates, cell: value, weight }, row, problems),
      clusterSize: readClusterSize(codebook, value, row, problems),
      stratum: readDesign(columns.stratum, value(columns.stratum), row, problems),
      cluster: readDesign(columns.cluster, value(columns.cluster), row, problems),
      zone: zone === '' ? null : zone,
      answers: Object.fromEntries(questions.map(({ column }) => [column, value(column)])),
    })
  }
  const finish = (): Reading => {
    const ignored = names.filter((name) => name !== '' && !wanted.has(name))
    if (problems.length > 0) return { responses: [], problems, ignored }
    if (responses.length === 0)
      return { responses: [], problems: [problem(2, names[0] ?? '', '', 'no row has answers')], ignored }
    const weighed = raked(responses, codebook)
    const late = 'why' in weighed ? weighed.why : samplingProblems(weighed, codebook)
    return late.length > 0 || 'why' in weighed
      ? { responses: [], problems: late, ignored }
      : { responses: weighed, problems, ignored }
  }
  return { read, finish }
}

const textOf = (cell: string | number | boolean | null): string => (cell === null ? '' : String(cell).trim())

const columnsOf = ({ columns, questions, replicates }: Codebook): string[] => [
  ...(replicates?.columns ?? []),
  ...Object.values(columns).filter((column) => column !== undefined),
  ...questions.map(({ column }) => column),
]

function headingProblems(names: readonly string[], codebook: Codebook): SurveyProblem[] {
  const missing = columnsOf(codebook)
    .filter((column) => !names.includes(column))
    .map((column) => problem(1, column, '', 'is missing: the codebook names this column'))
  const twice = names
    .filter((name, index) => name !== '' && names.indexOf(name) < index)
    .map((name) => problem(1, name, name, 'stands twice in the heading'))
  return [...missing, ...twice]
}

function readWeight(column: string | undefined, text: string, row: number, problems: SurveyProblem[]): number {
  if (column === undefined) return 1
  const weight = text === '' ? Number.NaN : Number(text)
  if (weight > 0 && Number.isFinite(weight)) return weight
  problems.push(problem(row, column, text, 'must be a number above 0'))
  return 1
}

/** A respondent outside every stratum or cluster would be taken for one of its own. */
function readDesign(column: string | undefined, text: string, row: number, problems: SurveyProblem[]): string {
  if (column !== undefined && text === '') problems.push(problem(row, column, '', 'is empty: where was it drawn from?'))
  return text
}

function checkAnswer(question: Question, answer: string, row: number, problems: SurveyProblem[]): void {
  const { column, categories, missing } = question
  if (answer === '' || missing.includes(answer)) return
  if (categories) {
    if (!Object.hasOwn(categories, answer))
      problems.push(problem(row, column, answer, `is none of ${Object.keys(categories).join(', ')}`))
  } else if (!Number.isFinite(Number(answer))) {
    const comma = /^-?\d+,\d+$/.test(answer) ? '; write decimals with a point' : ''
    problems.push(problem(row, column, answer, `is not a number${comma}`))
  }
}
