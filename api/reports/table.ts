import { parse } from 'csv-parse/sync'
import readXlsx from 'read-excel-file/node'
import writeXlsx, { type Sheet } from 'write-excel-file/node'
import { AppError } from '#model/errors.ts'
import { refuseBombs } from './zip-guard.ts'

export type Cell = string | number | boolean | null
export type Table = readonly (readonly Cell[])[]
export const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

const MAX_ROWS = 2_000
const MAX_COLUMNS = 60
/** A text that a spreadsheet would run as a formula gets an apostrophe before it, and loses it when it is read. */
const FORMULA = /^[=+\-@\t\r]/
const GUARDED = /^'(?=[=+\-@\t\r])/

/** RFC 4180, UTF-8 with the mark that spreadsheets need to see that it is. */
export function writeCsv(table: Table): string {
  const cell = (value: Cell): string => {
    if (value === null) return ''
    const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value)
    return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `\uFEFF${table.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

export type XlsxSheet = { readonly name: string; readonly table: Table; readonly widths: readonly number[] }

/** A workbook; the first row of each sheet is its heading and stays in sight. */
export async function writeWorkbook(sheets: readonly XlsxSheet[]): Promise<Buffer> {
  const made = sheets.map(
    ({ name, table, widths }): Sheet<never> => ({
      sheet: name,
      stickyRowsCount: 1,
      columns: widths.map((width) => ({ width })),
      data: table.map((row, index) =>
        row.map((value) => {
          if (index === 0)
            return { value: String(value), fontWeight: 'bold' as const, backgroundColor: '#dfebea', wrap: true }
          if (value === null) return null
          return typeof value === 'number' ? { value, type: Number } : { value: String(value), wrap: true }
        }),
      ),
    }),
  )
  return writeXlsx(made).toBuffer()
}

/**
 * The rows of an uploaded CSV or XLSX; of a workbook the first sheet with a column `code`. Told apart by its first bytes.
 * @throws AppError REQUEST_INVALID, QUERY_TOO_LARGE
 */
export async function readTable(bytes: Buffer): Promise<Table> {
  const zip = bytes[0] === 0x50 && bytes[1] === 0x4b
  const table = zip ? await readWorkbook(bytes) : readCsv(bytes)
  if (table.length > MAX_ROWS + 1 || table.some((row) => row.length > MAX_COLUMNS))
    throw new AppError('QUERY_TOO_LARGE', `a sheet has at most ${MAX_ROWS} rows and ${MAX_COLUMNS} columns`)
  return table.map((row) => row.map((cell) => (typeof cell === 'string' ? cell.replace(GUARDED, '').trim() : cell)))
}

async function readWorkbook(bytes: Buffer): Promise<Table> {
  refuseBombs(bytes)
  const sheets = await readXlsx(bytes).catch((error: unknown) => {
    throw new AppError('REQUEST_INVALID', 'this is no readable XLSX file', { cause: error })
  })
  const tables = sheets.map(({ data }) =>
    data.map((row) =>
      row.map((cell): Cell => (cell instanceof Date ? cell.toISOString().slice(0, 10) : (cell as Cell))),
    ),
  )
  return tables.find(([head]) => head?.some((cell) => String(cell).trim().toLowerCase() === 'code')) ?? tables[0] ?? []
}

function readCsv(bytes: Buffer): Table {
  const text = decode(bytes)
  const head = text.slice(0, text.search(/[\r\n]|$/))
  // Spreadsheets of many languages separate by semicolons, because their decimals have commas.
  const delimiter = [',', ';', '\t'].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a))
  try {
    return parse(text, {
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

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const why = 'the CSV is not UTF-8: in the spreadsheet choose "CSV UTF-8", or send the XLSX'
    throw new AppError('REQUEST_INVALID', why, { cause: error })
  }
}
