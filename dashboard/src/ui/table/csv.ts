import type { Column, Row } from './table-model.ts'

/**
 * RFC 4180, with a byte order mark so that spreadsheets read it as UTF-8. Numbers in full precision with a point,
 * whatever the page shows; a time is an ISO instant; a cell without a value is empty.
 */
export function toCsv(columns: readonly Column[], rows: readonly Row[]): string {
  const lines = [
    ['key', ...columns.map(({ label }) => label)],
    ...rows.map((row) => [row.key, ...columns.map(({ id }) => plain(id, row))]),
  ]
  return `\ufeff${lines.map((line) => line.map(quote).join(',')).join('\r\n')}\r\n`
}

function plain(column: string, row: Row): string {
  const value = row.cells[column]?.sort ?? null
  if (value === null) return ''
  return column === 'time' && typeof value === 'number' ? new Date(value).toISOString() : String(value)
}

// a spreadsheet runs a cell that begins like a formula; an apostrophe keeps it text (OWASP, CSV injection)
const quote = (value: string): string => {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
