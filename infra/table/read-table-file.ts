import { parse } from 'csv-parse/sync'
import { AppError } from '#model/basics/errors.ts'
import { type Decimal, expectedDecimal, separatorLine } from '#model/text/numbers.ts'
import { readWorkbook } from './read-workbook.ts'
import { statisticsPackageOf } from './statistics-file.ts'
import type { Table, TableLimits } from './table.ts'

/**
 * The rows of an uploaded CSV or XLSX file, the heading first. The type is detected from the first bytes.
 * @throws AppError REQUEST_INVALID, QUERY_TOO_LARGE
 */
export async function readTableFile(bytes: Buffer, limits: TableLimits): Promise<Table> {
  const written = statisticsPackageOf(bytes)
  if (written !== undefined)
    throw new AppError(
      'REQUEST_INVALID',
      `this is a file of ${written}, which is not read: export it as CSV with codes instead of labels; docs/surveys.md has the lines of R that do it`,
    )
  const table = isZip(bytes) ? await readWorkbook(bytes, limits) : readCsv(bytes)
  const { maxRows, maxColumns } = limits
  if (table.length > maxRows + 1 || table.some((row) => row.length > maxColumns))
    throw new AppError('QUERY_TOO_LARGE', `a sheet has at most ${maxRows} rows and ${maxColumns} columns`)
  return table
}

const isZip = (bytes: Buffer): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

/** The decimal mark to expect from the separator of the cells; undefined where the file suggests none. */
export const expectedDecimalOf = (bytes: Buffer): Decimal | undefined =>
  isZip(bytes) ? undefined : expectedDecimal(delimiterOf(bytes.toString('latin1', 0, 100_000)))

function readCsv(bytes: Buffer): Table {
  const text = decode(bytes)
  const delimiter = delimiterOf(text)
  try {
    return parse(text.slice(separatorLine(text)?.length ?? 0), {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: false,
      max_record_size: 50_000,
    })
  } catch (error) {
    throw new AppError('REQUEST_INVALID', `this is no readable CSV: ${(error as Error).message}`, { cause: error })
  }
}

/** Spreadsheets of many languages separate by semicolons, because their decimals have commas; some say so in a line. */
function delimiterOf(text: string): string {
  const declared = separatorLine(text)?.delimiter
  if (declared !== undefined) return declared
  const head = text.slice(0, text.search(/[\r\n]|$/))
  return [',', ';', '\t'].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a))
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const detail = 'the CSV is not UTF-8: in the spreadsheet choose "CSV UTF-8", or send the XLSX'
    throw new AppError('REQUEST_INVALID', detail, { cause: error })
  }
}
