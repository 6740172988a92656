import { type Decimal, DecimalDetector, readNumberText } from './numbers.ts'

type Cell = string | number | boolean | null
type Rows = readonly (readonly Cell[])[]
/** A cell that is not a number as the others of its table are, or the question which they are. Rows count from 1. */
export type NumberProblem = {
  readonly row: number
  readonly column: string
  readonly value: string
  readonly reason: string
}

export type NumberColumns = {
  /** whether the cells of a column are numbers; by its heading */
  readonly isNumber: (heading: string) => boolean
  /** words among them that stand for no number: codes for missing answers */
  readonly isWord?: (heading: string, text: string) => boolean
  /** the mark that the user chose, else the one that the separator of the cells suggests */
  readonly decimal?: Decimal | undefined
  readonly expected?: Decimal | undefined
  /** leave a number with points or commas between groups of thousands as it is, for a person to write it without */
  readonly leavesGroups?: boolean
  /** what to do where the table is ambiguous: say "decimal=comma" */
  readonly answer: string
}

type Place = { readonly row: number; readonly at: number; readonly heading: string; readonly text: string }

/** The cells of number columns that are text, with their places. */
function textsOf(rows: Rows, { isNumber, isWord }: NumberColumns): Place[] {
  const headings = (rows[0] ?? []).map((cell) => String(cell ?? '').trim())
  const numeric = headings.flatMap((heading, at) => (isNumber(heading) ? [{ heading, at }] : []))
  return rows.slice(1).flatMap((cells, index) =>
    numeric.flatMap(({ heading, at }) => {
      const text = cells[at]
      if (typeof text !== 'string' || text === '' || isWord?.(heading, text.trim())) return []
      return [{ row: index + 2, at, heading, text }]
    }),
  )
}

function detect(texts: readonly Place[], expected: Decimal | undefined): ReturnType<DecimalDetector['result']> {
  const poll = new DecimalDetector()
  for (const { row, heading, text } of texts) poll.add(text, () => `row ${row}, column ${heading}`)
  return poll.result(expected)
}

/**
 * A table whose number columns contain numbers, read by the one convention of the entire table. Text that is not a number
 * under any convention is left for the caller to report.
 */
export function parseNumberColumns(
  rows: Rows,
  columns: NumberColumns,
): { readonly rows: Rows; readonly question: NumberProblem | undefined; readonly problems: readonly NumberProblem[] } {
  const texts = textsOf(rows, columns)
  const detected = columns.decimal ? { decimal: columns.decimal } : detect(texts, columns.expected)
  if ('question' in detected) return { rows, question: questionOf(detected, columns.answer), problems: [] }
  const { decimal } = detected
  const problems = texts.flatMap((place) => problemOf(place, decimal))
  const parsed = new Map<number, Cell[]>()
  for (const { row, at, text } of texts) {
    const cell = numberOf(text, decimal, columns.leavesGroups ?? false)
    if (cell === text) continue
    const copy = parsed.get(row - 1) ?? [...(rows[row - 1] ?? [])]
    copy[at] = cell
    parsed.set(row - 1, copy)
  }
  const all = parsed.size === 0 ? rows : rows.map((cells, index) => parsed.get(index) ?? cells)
  return { rows: all, question: undefined, problems }
}

const otherThan = (decimal: Decimal): Decimal => (decimal === '.' ? ',' : '.')

function problemOf({ row, heading, text }: Place, decimal: Decimal): NumberProblem[] {
  if (readNumberText(text, decimal) || !readNumberText(text, otherThan(decimal))) return []
  return [{ row, column: heading, value: text, reason: `is no number with a decimal ${NAMES[decimal]}` }]
}

/** The number; the text where it is none, or reads the same anyway. */
function numberOf(text: string, decimal: Decimal, leavesGroups: boolean): Cell {
  const read = readNumberText(text, decimal)
  if (!read || read.bound !== null || Number(text) === read.value) return text
  if (leavesGroups && text.includes(otherThan(decimal))) return text
  // Only the caller knows the unit, and so whether per cent make sense.
  return read.percent ? `${read.value}%` : read.value
}

const NAMES = { '.': 'point', ',': 'comma' } as const

function questionOf(
  { question, example }: { question: string; example: { text: string; where: string } },
  answer: string,
): NumberProblem {
  const where = /^row (\d+), column (.*)$/s.exec(example.where)
  return {
    ...{ row: Number(where?.[1] ?? 1), column: where?.[2] ?? '', value: example.text },
    reason: `${question}: ${answer}`,
  }
}
