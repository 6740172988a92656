import { type Decimal, DecimalPoll, readNumberText } from './numbers.ts'

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
  /** what a person said, else what usually goes with the separator of the cells */
  readonly decimal?: Decimal | undefined
  readonly usual?: Decimal | undefined
  /** leave a number with points or commas between groups of thousands as it is, for a person to write it without */
  readonly leavesGroups?: boolean
  /** what to do where the table does not tell: say "decimal=comma" */
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

function pollOf(texts: readonly Place[], usual: Decimal | undefined): ReturnType<DecimalPoll['result']> {
  const poll = new DecimalPoll()
  for (const { row, heading, text } of texts) poll.add(text, () => `row ${row}, column ${heading}`)
  return poll.result(usual)
}

/**
 * A table whose number columns hold numbers, by the one convention that the whole of it follows. Text that is no number under
 * any convention stays, for whoever knows what should stand there.
 */
export function settleNumbers(
  rows: Rows,
  columns: NumberColumns,
): { readonly rows: Rows; readonly question: NumberProblem | undefined; readonly problems: readonly NumberProblem[] } {
  const texts = textsOf(rows, columns)
  const told = columns.decimal ? { decimal: columns.decimal } : pollOf(texts, columns.usual)
  if ('question' in told) return { rows, question: asked(told, columns.answer), problems: [] }
  const { decimal } = told
  const problems = texts.flatMap((place) => problemOf(place, decimal))
  const settled = new Map<number, Cell[]>()
  for (const { row, at, text } of texts) {
    const cell = numberOf(text, decimal, columns.leavesGroups ?? false)
    if (cell === text) continue
    const copy = settled.get(row - 1) ?? [...(rows[row - 1] ?? [])]
    copy[at] = cell
    settled.set(row - 1, copy)
  }
  const all = settled.size === 0 ? rows : rows.map((cells, index) => settled.get(index) ?? cells)
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
  // Whether per cent make sense is known to whoever knows the unit.
  return read.percent ? `${read.value}%` : read.value
}

const NAMES = { '.': 'point', ',': 'comma' } as const

function asked(
  { question, example }: { question: string; example: { text: string; where: string } },
  answer: string,
): NumberProblem {
  const where = /^row (\d+), column (.*)$/s.exec(example.where)
  return {
    ...{ row: Number(where?.[1] ?? 1), column: where?.[2] ?? '', value: example.text },
    reason: `${question}: ${answer}`,
  }
}
