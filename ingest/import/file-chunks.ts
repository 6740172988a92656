import { basename } from 'node:path'
import { AppError } from '#model/basics/errors.ts'
import type { Bounds } from '#model/basics/geo.ts'
import { type Decimal, DecimalDetector, expectedDecimal, separatorLine } from '#model/text/numbers.ts'
import { isObject, own } from '../decode/helpers/json.ts'
import { gbfsParts } from '../feeds/parts.ts'
import { type Chunk, csvChunks, type RecordRow, recordChunks } from './chunks.ts'
import { isInside } from './city-bounds.ts'
import { clockChanges } from './clock-changes.ts'
import { type FileKind, kindOf, OPENCELLID_COLUMNS, TABLE_FORMATS, tileOptions } from './file-formats.ts'
import type { Mapping } from './mapping.ts'
import { isOoklaGeoJson, ooklaRows } from './ookla-geojson.ts'
import { type ImportFile, textOf } from './open-file.ts'
import type { ImportOptions } from './options.ts'
import { lineOf, readRows } from './read-table.ts'
import { jsonItems, lines } from './split-json.ts'
import { numberColumns, rowMapper } from './table-mapping.ts'

/** A file as messages: format, topic levels and payloads. */
export type FileMessages = {
  /** a format, or `auto`: recognised for each message */
  readonly format: string
  readonly topicOptions: readonly string[]
  readonly chunks: AsyncIterable<Chunk | { payload: Buffer; rows: number }>
  /** rows skipped because they are outside the city */
  outside(): number
  /** what a person should know before anything is published */
  readonly notes?: readonly string[]
}

export type FileContext = {
  readonly options: ImportOptions
  readonly mapping: Mapping | undefined
  /** time zone of times without an offset */
  readonly timeZone: string
  /** rows of a table outside of it are skipped; undefined: none */
  readonly bounds: Bounds | undefined
  readonly onBytes: (bytes: number) => void
}

const HEAD_CHARACTERS = 65_536
const MAX_BINARY_BYTES = 1024 * 1024

export async function messagesOf(file: ImportFile, context: FileContext): Promise<FileMessages> {
  const { options, mapping } = context
  if (mapping) return mapped(file, mapping, context)
  const head = await headOf(file)
  if (isOoklaGeoJson(head) && (options.format ?? OOKLA) === OOKLA)
    return tableOf(file, OOKLA, context, { delimiter: ',', rows: ooklaRows(textOf(file, 'utf-8', context.onBytes)) })
  const kind = kindOf(basename(file.name), head, options.format)
  if (kind.kind === 'table') return table(file, kind.format, context)
  if (kind.kind === 'binary') return plain(kind.format, binary(file, context))
  const text = textOf(file, 'utf-8', context.onBytes)
  return json(kind, kind.kind === 'lines' ? lines(text) : jsonItems(text), context)
}

const plain = (format: string, chunks: FileMessages['chunks']): FileMessages => ({
  format,
  chunks,
  topicOptions: [],
  outside: () => 0,
})

async function headOf(file: ImportFile): Promise<string> {
  let head = ''
  for await (const chunk of file.open(() => {})) {
    head += chunk.toString('latin1')
    if (head.length >= HEAD_CHARACTERS) break
  }
  const text = head.replace(/^\u00ef\u00bb\u00bf/, '')
  return text.slice(separatorLine(text)?.length ?? 0)
}

async function mapped(file: ImportFile, mapping: Mapping, context: FileContext): Promise<FileMessages> {
  const { options, timeZone, onBytes } = context
  const decimal = options.decimal ?? mapping.decimal ?? (await decimalOf(file, mapping))
  const { rows } = await readRows(textOf(file, mapping.encoding, onBytes), mapping)
  async function* records(): AsyncIterable<RecordRow> {
    let map: ReturnType<typeof rowMapper> | undefined
    for await (const row of rows) {
      if (!map) {
        const header = headerOf(mapping, row)
        map = rowMapper(mapping, header, { timeZone, thing: options.thing, decimal })
        if (mapping.header === true) continue
      }
      yield { records: map(row), line: lineOf(row) }
    }
  }
  const zone = mapping.time.timeZone ?? timeZone
  const notes = await clockChanges(file, mapping, { zone, headerOf: (first) => headerOf(mapping, first) })
  return { ...plain('records', recordChunks(records(), options)), notes }
}

const headerOf = ({ header }: Mapping, first: readonly string[]): readonly string[] =>
  header === true ? first : header || first.map((_, at) => String(at + 1))

/**
 * The decimal separator of a file. The entire file is read for it, because most cells are ambiguous.
 * @throws AppError CONFIG_INVALID when the file is ambiguous
 */
async function decimalOf(file: ImportFile, mapping: Mapping): Promise<Decimal> {
  const { rows, delimiter } = await readRows(
    textOf(file, mapping.encoding, () => {}),
    mapping,
  )
  const poll = new DecimalDetector()
  const missing = new Set(mapping.missing)
  let columns: { name: string; at: number }[] | undefined
  let line = mapping.skipLines
  for await (const cells of rows) {
    line += 1
    if (!columns) {
      const header = headerOf(mapping, cells).map((name) => name.trim())
      columns = numberColumns(mapping, header).map((name) => ({ name, at: header.indexOf(name.trim()) }))
      if (mapping.header === true) continue
    }
    for (const { name, at } of columns) {
      const text = (cells[at] ?? '').trim()
      if (!missing.has(text)) poll.add(text, () => `line ${line}, column ${name}`)
    }
  }
  const found = poll.result(expectedDecimal(delimiter))
  if ('decimal' in found) return found.decimal
  throw new AppError(
    'CONFIG_INVALID',
    `${basename(file.name)}: ${found.question}; use --decimal point or --decimal comma, or \`decimal\` in the mapping`,
  )
}

const OOKLA = 'ookla-tiles'

const table = async (file: ImportFile, format: string, context: FileContext): Promise<FileMessages> =>
  tableOf(file, format, context, await readRows(textOf(file, 'utf-8', context.onBytes)))

type Table = Awaited<ReturnType<typeof readRows>>

async function tableOf(
  file: ImportFile,
  format: string,
  { options, bounds, timeZone }: FileContext,
  read: Table,
): Promise<FileMessages> {
  const place = TABLE_FORMATS[format]?.place
  const iterator = read.rows[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done) throw new AppError('CONFIG_INVALID', `${file.name} is empty`)
  const headless = format === 'opencellid' && first.value[0] !== 'radio'
  const header = headless ? OPENCELLID_COLUMNS : first.value
  const at = new Map(header.map((name, index) => [name.trim().toLowerCase(), index]))
  let outside = 0
  async function* inside(): AsyncIterable<string[]> {
    for (let next = headless ? first : await iterator.next(); !next.done; next = await iterator.next()) {
      const row = next.value
      const where = bounds && place?.((name) => row[at.get(name) ?? -1] ?? '')
      if (bounds && where && !isInside(bounds, where)) outside += 1
      else yield row
    }
  }
  return {
    format,
    topicOptions: format === OOKLA ? tileOptions(file.name, options) : [],
    chunks: csvChunks(inside(), header, read.delimiter, options),
    outside: () => outside,
    notes: await clockChangesOf(file, format, { header, zone: timeZone }),
  }
}

/** What clock changes do to the times of a table that has them by the clock on the wall. */
async function clockChangesOf(
  file: ImportFile,
  format: string,
  { header, zone }: { readonly header: readonly string[]; readonly zone: string },
): Promise<string[]> {
  const local = TABLE_FORMATS[format]?.localTime
  const column = local && header.find((name) => name.trim().toLowerCase() === local.column)
  if (!local || column === undefined) return []
  const time = { column, format: local.format }
  return clockChanges(
    file,
    { time, encoding: 'utf-8', skipLines: 0, header: true },
    { zone, headerOf: (first) => first },
  )
}

async function* binary(file: ImportFile, { onBytes }: FileContext): FileMessages['chunks'] {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const chunk of file.open(onBytes)) {
    parts.push(chunk)
    bytes += chunk.length
    if (bytes > MAX_BINARY_BYTES)
      throw new AppError('CONFIG_INVALID', `${file.name} is not a table and exceeds the size of one message`)
  }
  yield { payload: Buffer.concat(parts), rows: 1 }
}

/** Records (objects with a `thing`) are grouped; anything else is a message by itself. */
async function json(
  kind: Extract<FileKind, { kind: 'json' | 'lines' }>,
  items: AsyncIterable<string>,
  { options }: FileContext,
): Promise<FileMessages> {
  const iterator = items[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done) throw new AppError('CONFIG_INVALID', 'the file is empty')
  async function* all(): AsyncIterable<string> {
    for (let next = first; !next.done; next = await iterator.next()) yield next.value
  }
  const sample = parsed(first.value)
  const areRecords =
    kind.format === 'records' ||
    (kind.format === undefined &&
      isObject(sample) &&
      (own(sample, 'thing') !== undefined || options.thing !== undefined))
  if (areRecords) return plain('records', recordChunks(records(all(), options.thing), options))
  return plain(kind.format ?? 'auto', documents(all()))
}

async function* records(items: AsyncIterable<string>, thing: string | undefined): AsyncIterable<RecordRow> {
  for await (const item of items) {
    const record = parsed(item)
    // Anything but an object is sent unchanged, to be rejected.
    const sent = isObject(record)
      ? { ...(thing !== undefined && { thing }), ...record }
      : { unreadable: item.slice(0, 200) }
    yield { records: [sent], line: undefined }
  }
}

async function* documents(items: AsyncIterable<string>): AsyncIterable<Chunk> {
  for await (const item of items) {
    const parts = item.includes('"last_updated"') ? gbfsParts(parsed(item)) : undefined
    if (!parts) yield { payload: item, rows: 1 }
    else for (const [index, part] of parts.entries()) yield { payload: JSON.stringify(part), rows: index === 0 ? 1 : 0 }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
