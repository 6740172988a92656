import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { AppError } from '#model/basics/errors.ts'
import { delimiterOf } from '#model/text/csv.ts'
import { separatorLine } from '#model/text/numbers.ts'

export type TableOptions = { delimiter?: string | undefined; skipLines?: number }

/** Lines in which rows end, by row. */
const LINES = new WeakMap<readonly string[], number>()
/** The line of the file in which a row of `readRows` ends. */
export const lineOf = (row: readonly string[]): number | undefined => LINES.get(row)

/** Streams the rows of a CSV file with unchanged cells. The delimiter is detected when it is not given. */
export async function readRows(
  text: AsyncIterable<string>,
  { delimiter, skipLines = 0 }: TableOptions = {},
): Promise<{ delimiter: string; rows: AsyncIterable<string[]> }> {
  const iterator = text[Symbol.asyncIterator]()
  let head = ''
  let done = false
  while (!done && !(head.split('\n').length > skipLines + 2) && head.length < 1_000_000) {
    const next = await iterator.next()
    done = next.done === true
    if (!next.done) head += next.value
  }
  const stated = separatorLine(head)
  if (stated) head = head.slice(stated.length)
  const found = delimiter ?? stated?.delimiter ?? delimiterOf(head.split('\n').slice(skipLines).join('\n'))
  const content = async function* (): AsyncIterable<string> {
    yield head
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  }
  const source = Readable.from(content())
  const parser = parse({
    delimiter: found,
    from_line: skipLines + 1,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 4_000_000,
    on_record: (record: string[], { lines }: { lines: number }) => {
      LINES.set(record, lines + (stated ? 1 : 0))
      return record
    },
  })
  source.once('error', (error) => parser.destroy(error))
  source.pipe(parser)
  return { delimiter: found, rows: rowsOf(parser) }
}

async function* rowsOf(parser: AsyncIterable<string[]>): AsyncIterable<string[]> {
  try {
    yield* parser
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('CONFIG_INVALID', `table not readable: ${(cause as Error).message}`, { cause })
  }
}

/** Formats a row as a line of CSV. */
export const csvLine = (cells: readonly string[], delimiter: string): string =>
  cells
    .map((cell) => (cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(delimiter)
