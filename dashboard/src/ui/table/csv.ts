import type { Column, Row, SortValue } from './table-model.ts'

/**
 * RFC 4180, with a byte order mark so that spreadsheets read it as UTF-8. Numbers in full precision with a point,
 * whatever the page shows; a cell without a value is empty.
 */
export function csvOf(lines: readonly (readonly SortValue[])[]): string {
  const text = (value: SortValue): string => quote(value === null ? '' : String(value))
  return `\ufeff${lines.map((line) => line.map(text).join(',')).join('\r\n')}\r\n`
}

/** The table of a map layer; a time is an ISO instant. */
export const toCsv = (columns: readonly Column[], rows: readonly Row[]): string => csvOf(csvLines(columns, rows))

export const csvLines = (columns: readonly Column[], rows: readonly Row[]): SortValue[][] => [
  ['key', ...columns.flatMap(({ label, bounds }) => bounds ?? [label])],
  ...rows.map((row) => [row.key, ...columns.flatMap((column) => fileValues(column, row))]),
]

function fileValues({ id, bounds }: Column, row: Row): readonly SortValue[] {
  const cell = row.cells[id]
  if (bounds) return cell?.bounds ?? [null, null]
  const value = cell?.csv ?? cell?.sort ?? null
  return [id === 'time' && typeof value === 'number' ? new Date(value).toISOString() : value]
}

// a spreadsheet runs a cell that begins like a formula; an apostrophe keeps it text (OWASP, CSV injection)
const quote = (value: string): string => {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
