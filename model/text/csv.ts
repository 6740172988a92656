import { separatorLine } from './numbers.ts'

/** Parses a table by RFC 4180: quoted fields may contain the delimiter, line ends and doubled quotes. One pass, no regex. */
export function parseCsv(table: string, delimiter = delimiterOf(table)): string[][] {
  const text = table.slice(separatorLine(table)?.length ?? 0)
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    const [cell, next] = text[at] === '"' ? quoted(text, at) : plain(text, at, delimiter)
    row.push(cell)
    at = next
    if (text[at] === delimiter) {
      at += 1
      if (at >= text.length) row.push('')
      continue
    }
    if (text[at] === '\r') at += 1
    if (text[at] === '\n') at += 1
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  if (row.length > 0) rows.push(row)
  return rows
}

function plain(text: string, from: number, delimiter: string): [string, number] {
  let at = from
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1
  return [text.slice(from, at), at]
}

/** A quoted field; text between the closing quote and the delimiter is appended. */
function quoted(text: string, from: number): [string, number] {
  let out = ''
  let start = from + 1
  for (;;) {
    const end = text.indexOf('"', start)
    if (end === -1) return [out + text.slice(start), text.length]
    out += text.slice(start, end)
    if (text[end + 1] !== '"') return [out, end + 1]
    out += '"'
    start = end + 2
  }
}

const DELIMITERS = [';', '\t', '|'] as const

/** The most frequent delimiter in the first line; a comma unless another is more frequent. */
export function delimiterOf(text: string): string {
  const stated = separatorLine(text)
  if (stated) return stated.delimiter
  const end = text.indexOf('\n')
  const line = text.slice(0, Math.min(end === -1 ? text.length : end, 10_000))
  const count = (mark: string): number => line.split(mark).length
  return DELIMITERS.reduce<string>((best, mark) => (count(mark) > count(best) ? mark : best), ',')
}

/** A table with a header: each row as a function from column name to cell ('' for a missing one). */
export type Row = { readonly line: number; readonly cell: (...names: string[]) => string }

/** Rows under a header, names compared case-insensitively; undefined when a column is missing. */
export function readTable(text: string, required: readonly string[]): Row[] | undefined {
  const [head, ...rows] = parseCsv(text)
  if (!head) return undefined
  const columns = new Map(head.map((name, index) => [name.trim().toLowerCase(), index]))
  if (!required.every((name) => columns.has(name.toLowerCase()))) return undefined
  return rows.map((cells, index) => ({
    line: index + 2,
    cell: (...names) => {
      for (const name of names) {
        const cell = cells[columns.get(name.toLowerCase()) ?? -1]
        if (cell !== undefined) return cell.trim()
      }
      return ''
    },
  }))
}

/** The first line of a text in lower case, to recognise a table by its header. */
export const headerOf = (table: string): string => {
  const text = table.slice(separatorLine(table)?.length ?? 0)
  const end = text.indexOf('\n')
  return text.slice(0, Math.min(end === -1 ? text.length : end, 2000)).toLowerCase()
}
