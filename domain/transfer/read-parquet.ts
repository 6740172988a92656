import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { INFINITY_MICROS, MINUS_INFINITY_MICROS } from './parquet-columns.ts'

/** Microseconds as they are: a Date would round them to milliseconds. */
const parsers = {
  timestampFromMicroseconds: timeOf,
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
}

/** Rows of a file of `writeParquet` as lines of JSON, in batches, as a restore takes them: JSON in it is text. */
export async function* readParquetLines(path: string, batchRows: number): AsyncGenerator<readonly string[]> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  let start = 0
  for (const { num_rows: groupRows } of metadata.row_groups) {
    const end = start + Number(groupRows)
    const rows = await parquetReadObjects({ file, metadata, parsers, rowStart: start, rowEnd: end })
    for (let at = 0; at < rows.length; at += batchRows) yield rows.slice(at, at + batchRows).map(lineOf)
    start = end
  }
}

function lineOf(row: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(row).map(([name, value]) => `${JSON.stringify(name)}:${textOf(value)}`)
  return `{${members.join(',')}}`
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'bigint') return `${value}`
  // NaN and infinities, which JSON does not have
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`
  // JSON.stringify writes 0
  if (Object.is(value, -0)) return '-0'
  return JSON.stringify(value)
}

function timeOf(micros: bigint): string {
  if (micros === INFINITY_MICROS) return 'infinity'
  if (micros === MINUS_INFINITY_MICROS) return '-infinity'
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const seconds = new Date(Number((micros - rest) / 1_000n)).toISOString().slice(0, 19)
  return `${seconds}.${String(rest).padStart(6, '0')}Z`
}
