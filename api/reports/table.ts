import writeXlsx, { type Sheet } from 'write-excel-file/node'
import { expectedDecimalOf, readTableFile } from '#infra/table/read-table-file.ts'
import type { Cell, Table } from '#infra/table/table.ts'
import type { Decimal } from '#model/text/numbers.ts'
import { parseNumberColumns } from '#model/text/table-numbers.ts'

export type { Cell, Table } from '#infra/table/table.ts'
export const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

/** A collection sheet unpacks to well under a megabyte. */
const LIMITS = { maxRows: 2_000, maxColumns: 60, maxUnpackedBytes: 20_000_000 } as const
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

export type Worksheet = { readonly name: string; readonly table: Table; readonly widths: readonly number[] }

/** A workbook; the first row of each sheet is its heading and stays in sight. */
export async function writeWorkbook(sheets: readonly Worksheet[]): Promise<Buffer> {
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
 * The rows of an uploaded CSV or XLSX; of a workbook the first sheet with a column `code`.
 * @throws AppError REQUEST_INVALID, QUERY_TOO_LARGE
 */
export async function readTable(bytes: Buffer): Promise<Table> {
  const table = await readTableFile(bytes, {
    ...LIMITS,
    prefers: (head) => head.some((cell) => String(cell).trim().toLowerCase() === 'code'),
  })
  return table.map((row) => row.map((cell) => (typeof cell === 'string' ? cell.replace(GUARDED, '').trim() : cell)))
}

const NUMBERS: ReadonlySet<string> = new Set(['numerator', 'denominator', 'value'])

/** Its numbers, by the one convention that all of them follow, or that `decimal` names. */
export const settleSheet = (table: Table, bytes: Buffer, decimal: Decimal | undefined) =>
  parseNumberColumns(table, {
    ...{ isNumber: (heading) => NUMBERS.has(heading.toLowerCase()), decimal, expected: expectedDecimalOf(bytes) },
    leavesGroups: true,
    answer: 'add decimal=point or decimal=comma to the address',
  })
