import { RECORD_KEYS } from '../decode/formats/standards/native.ts'
import { csvLine, lineOf } from './read-table.ts'

/** One MQTT message of an import. */
export type Chunk = {
  readonly payload: string
  readonly rows: number
  /** line of the file of each row or record of the payload, where it is known */
  readonly lines?: readonly (number | undefined)[]
}
/** The records of one row. */
export type RecordRow = { readonly records: readonly object[]; readonly line: number | undefined }

/** Half of the limit for a message, which leaves room for units and escapes. */
const MAX_CHARACTERS = 256 * 1024
/** Values per message; the limit of the ingest is 10,000. */
const MAX_VALUES = 2_000

export type ChunkLimits = { rows: number }

/** Groups rows under their header into messages within the limits. */
export async function* csvChunks(
  rows: AsyncIterable<readonly string[]>,
  header: readonly string[],
  delimiter: string,
  limits: ChunkLimits,
): AsyncIterable<Chunk> {
  const head = `${csvLine(header, delimiter)}\n`
  let payload = head
  let count = 0
  let from: (number | undefined)[] = []
  for await (const row of rows) {
    const line = `${csvLine(row, delimiter)}\n`
    if (count > 0 && (count >= limits.rows || payload.length + line.length > MAX_CHARACTERS)) {
      yield { payload, rows: count, lines: from }
      payload = head
      count = 0
      from = []
    }
    payload += line
    count += 1
    from.push(lineOf(row))
  }
  if (count > 0) yield { payload, rows: count, lines: from }
}

/** Groups records into JSON arrays. The records of one row stay together, unless they exceed a message. */
export async function* recordChunks(rows: AsyncIterable<RecordRow>, limits: ChunkLimits): AsyncIterable<Chunk> {
  let items: string[] = []
  let from: (number | undefined)[] = []
  let characters = 0
  let values = 0
  let count = 0
  const flush = (): Chunk => {
    const chunk = { payload: `[${items.join(',\n')}]`, rows: count, lines: from }
    items = []
    from = []
    characters = 0
    values = 0
    count = 0
    return chunk
  }
  for await (const { records, line } of rows) {
    for (const record of records) {
      const item = JSON.stringify(record)
      const size = Object.keys(record).filter((key) => !RECORD_KEYS.has(key)).length
      if (items.length > 0 && (characters + item.length > MAX_CHARACTERS || values + size > MAX_VALUES * 2))
        yield flush()
      items.push(item)
      from.push(line)
      characters += item.length + 2
      values += size
    }
    count += 1
    if (items.length > 0 && (count >= limits.rows || values >= MAX_VALUES)) yield flush()
  }
  if (count > 0 && items.length === 0) yield { payload: '', rows: count }
  else if (items.length > 0) yield flush()
}
