import { parse } from 'csv-parse/sync'
import { type Decimal, DecimalDetector, expectedDecimal, readNumberText, separatorLine } from '#model/text/numbers.ts'
import type { PackProblems } from './problems/pack-problems.ts'

export type PackRecord = Record<string, string>
/** A CSV file of a city pack. */
export type PackTable = {
  readonly file: string
  readonly text: string
  /** as city.json states for all its files; undefined: detected in each file */
  readonly decimal: Decimal | undefined
  /** columns that hold numbers; they decide how the numbers of all columns are written */
  readonly numbers: readonly string[]
  /** columns that hold none, whatever stands in them; left out: all others */
  readonly names?: readonly string[]
}

export const DECIMAL_OPTION = 'say "decimal": "point" or "decimal": "comma" in city.json'

/**
 * The records of a CSV file with a header line, each with the line it begins in. Numbers come out with a decimal point,
 * however the file writes them; what does not parse, or could be two numbers, is a problem.
 */
export function readRecords(
  table: PackTable,
  problems: PackProblems,
  answer = DECIMAL_OPTION,
): { record: PackRecord; line: number }[] {
  const { file, text } = table
  const separator = separatorLine(text)
  const delimiter = separator?.delimiter ?? delimiterOf(text)
  try {
    const rows: { record: PackRecord; info: { lines: number } }[] = parse(text.slice(separator?.length ?? 0), {
      ...{ columns: true, info: true, skip_empty_lines: true, trim: true, bom: true },
      delimiter,
    })
    const records = rows.map(({ record, info }) => ({ record, line: info.lines + (separator ? 1 : 0) }))
    return withPoints(records, table, { expected: expectedDecimal(delimiter), answer }, problems)
  } catch (error) {
    const { where, what } = describeFault(error as CsvFault, delimiter)
    problems.add(file, where, what)
    return []
  }
}

type CsvFault = Error & {
  readonly code?: string
  readonly lines?: number
  readonly record?: readonly string[]
  readonly columns?: readonly unknown[]
}

/** What csv-parse says of a file, in words for the person who wrote it. */
function describeFault(
  { code, lines, record, columns, message }: CsvFault,
  delimiter: string,
): { where: string; what: string } {
  const where = lines === undefined ? '' : `line ${lines}`
  const [found, wanted] = [record?.length, columns?.length]
  if (code !== 'CSV_RECORD_INCONSISTENT_COLUMNS' || !found || !wanted) return { where, what: message }
  const advice =
    delimiter === ',' && found > wanted
      ? '; a value that contains a comma needs quotation marks, and numbers with decimal commas need semicolons between the cells'
      : ''
  return { where, what: `has ${found} cells, the heading has ${wanted}${advice}` }
}

const delimiterOf = (text: string): string => {
  const head = text.slice(0, text.search(/[\r\n]|$/))
  return [',', ';', '\t'].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a))
}

const MARKS = /[.,'\u2019\s\u2212]/
type Line = { record: PackRecord; line: number }

function withPoints(
  records: readonly Line[],
  { file, decimal: said, numbers, names }: PackTable,
  { expected, answer }: { expected: Decimal | undefined; answer: string },
  problems: PackProblems,
): Line[] {
  const certain = new Set(numbers)
  const others = new Set(names)
  const isNumber = (column: string): boolean => certain.has(column) || (names !== undefined && !others.has(column))
  const ask = (columns: (column: string) => boolean): DecimalDetector => {
    const poll = new DecimalDetector()
    for (const { record, line } of records)
      for (const [column, cell] of Object.entries(record))
        if (columns(column)) poll.add(cell, () => `line ${line}, column ${column}`)
    return poll
  }
  // Attributes may contain versions and dates, which look like numbers: they count only where nothing else is certain.
  const first = ask((column) => certain.has(column))
  const detected = said ? { decimal: said } : (first.isCertain ? first : ask(isNumber)).result(expected)
  if ('question' in detected) {
    problems.add(file, detected.example.where, `${detected.question}: ${answer}`)
    return []
  }
  return records.map(({ record, line }) => ({
    line,
    record: Object.fromEntries(
      Object.entries(record).map(([column, cell]) => {
        // Whole numbers are written alike everywhere, and may be names: 012, 1e5.
        const read = isNumber(column) && MARKS.test(cell) ? readNumberText(cell, detected.decimal) : undefined
        return [column, read?.bound === null && !read.percent ? String(read.value) : cell]
      }),
    ),
  }))
}
