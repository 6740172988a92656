import { RECORD_KEYS } from '../decode/formats/standards/native.ts'
import { csvLine } from './read-table.ts'

/** One MQTT message of an import. */
export type Chunk = { readonly payload: string; readonly rows: number }

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
  for await (const row of rows) {
    const line = `${csvLine(row, delimiter)}\n`
    if (count > 0 && (count >= limits.rows || payload.length + line.length > MAX_CHARACTERS)) {
      yield { payload, rows: count }
      payload = head
      count = 0
    }
    payload += line
    count += 1
  }
  if (count > 0) yield { payload, rows: count }
}

/** Groups records into JSON arrays. The records of one row stay together, unless they exceed a message. */
export async function* recordChunks(rows: AsyncIterable<readonly object[]>, limits: ChunkLimits): AsyncIterable<Chunk> {
  let items: string[] = []
  let characters = 0
  let values = 0
  let count = 0
  const flush = (): Chunk => {
    const chunk = { payload: `[${items.join(',\n')}]`, rows: count }
    items = []
    characters = 0
    values = 0
    count = 0
    return chunk
  }
  for await (const row of rows) {
    for (const record of row) {
      const item = JSON.stringify(record)
      const size = Object.keys(record).filter((key) => !RECORD_KEYS.has(key)).length
      if (items.length > 0 && (characters + item.length > MAX_CHARACTERS || values + size > MAX_VALUES * 2))
        yield flush()
      items.push(item)
      characters += item.length + 2
      values += size
    }
    count += 1
    if (items.length > 0 && (count >= limits.rows || values >= MAX_VALUES)) yield flush()
  }
  if (count > 0 && items.length === 0) yield { payload: '', rows: count }
  else if (items.length > 0) yield flush()
}
