import { devNull } from 'node:os'
import { AppError } from '#model/basics/errors.ts'
import type { Bounds } from '#model/basics/geo.ts'
import type { CityPack } from '#model/city/city-pack.ts'
import { IMPORT, IMPORT_HISTORY } from '../interpret/built-in-sources.ts'
import type { Chunk } from './chunks.ts'
import { messagesOf } from './file-chunks.ts'
import { type LedgerCounts, type ReadLedger, waitForLedger } from './ledger-watch.ts'
import { type Mapping, readMapping } from './mapping.ts'
import { filesOf, type ImportFile } from './open-file.ts'
import { type ImportOptions, sourceOfFile } from './options.ts'
import type { Publisher } from './publisher.ts'
import { openRejectedFile, type RejectedFile } from './rejected-file.ts'
import type { FileReport, Outcome } from './report.ts'
import { createPreview, newTally, note, type Tally } from './tally.ts'
import { isRegistryFormat, openThingsFile, type ThingsFile } from './things-file.ts'

export type ImportDeps = {
  readonly options: ImportOptions
  readonly pack: Pick<CityPack, 'sources' | 'timeZone'>
  readonly bounds: Bounds
  /** called when the first message is published */
  readonly openPublisher: () => Promise<Publisher>
  /** ledger of the source that the messages belong to */
  readonly ledger: (source: string) => ReadLedger
  /** told before anything of a file is published */
  readonly onNote?: (line: string) => void
  readonly onProgress?: (progress: { file: string; share: number; rows: number }) => void
  readonly now?: () => Date
  /** time without progress in the ledger after which the import waits no longer */
  readonly patienceMs?: number
}
export type ImportReport = { readonly files: readonly FileReport[]; readonly outcome: Outcome }

const PATIENCE_MS = 15_000
/** Messages that may wait between broker and database: brokers drop messages beyond their queue limit. */
const MAX_WAITING = 1_000

/**
 * Imports files, one after the other.
 * @throws AppError CONFIG_INVALID, BROKER_UNAVAILABLE. Messages published until then may be published again.
 */
export async function runImport(deps: ImportDeps): Promise<ImportReport> {
  const { options } = deps
  const run: Run = {
    deps,
    mapping: options.mapping === undefined ? undefined : await readMapping(options.mapping),
    preview: createPreview(deps.pack, deps.now ?? (() => new Date())),
    sink: createSink(deps),
    things: undefined,
    rejected: options.rejected === undefined ? undefined : await openRejectedFile(options.rejected),
  }
  const files: FileReport[] = []
  try {
    for (const path of options.files) {
      for (const file of await filesOf(path)) files.push(await importFile(run, file, path))
    }
    return { files, outcome: await run.sink.finish() }
  } finally {
    await run.things?.close()
    await run.rejected?.close()
    await run.sink.close()
  }
}

type Run = {
  readonly deps: ImportDeps
  readonly mapping: Mapping | undefined
  readonly preview: ReturnType<typeof createPreview>
  readonly sink: ReturnType<typeof createSink>
  /** opened for the first table of cells */
  things: ThingsFile | undefined
  readonly rejected: RejectedFile | undefined
}

async function importFile(run: Run, file: ImportFile, path: string): Promise<FileReport> {
  const { options, pack, bounds, onProgress } = run.deps
  const tally: Tally = { ...newTally(), ...(run.rejected && { onProblem: run.rejected.of(file.name) }) }
  let bytes = 0
  const messages = await messagesOf(file, {
    options,
    mapping: run.mapping,
    timeZone: options.timeZone ?? pack.timeZone,
    bounds: options.everywhere ? undefined : bounds,
    onBytes: (more) => {
      bytes += more
    },
  })
  for (const line of messages.notes ?? []) run.deps.onNote?.(line)
  const { format } = messages
  const isRegistry = isRegistryFormat(format)
  const topic = topicOf(format, options.source ?? sourceOfFile(path), messages.topicOptions, options)
  let cells = 0
  for await (const chunk of messages.chunks) {
    const { payload, rows } = chunk
    tally.rows += rows
    onProgress?.({ file: file.name, share: Math.min(1, bytes / Math.max(1, file.size)), rows: tally.rows })
    if (isRegistry) cells += await addThings(run, String(payload), tally)
    else if (payload.length > 0)
      await take(run, file, { topic, payload: Buffer.from(payload), lines: 'lines' in chunk ? chunk.lines : [] }, tally)
    await run.rejected?.written()
  }
  tally.outside = messages.outside()
  tally.rows += tally.outside
  return { name: file.name, format, tally, ...(isRegistry && { cells }) }
}

type Outgoing = { readonly topic: string; readonly payload: Buffer; readonly lines: Chunk['lines'] }

async function take(run: Run, file: ImportFile, { topic, payload, lines }: Outgoing, tally: Tally): Promise<void> {
  const { options } = run.deps
  const { onlyOld, example } = run.preview(topic, payload, tally, lines)
  if (onlyOld && !options.history)
    throw new AppError('CONFIG_INVALID', `${file.name}: ${example}. For historical data add --history (docs/import.md)`)
  if (!options.dryRun) await run.sink.take(topic, payload)
}

/** @returns the number of Things that the table added to the file */
async function addThings(run: Run, table: string, tally: Tally): Promise<number> {
  const { options } = run.deps
  run.things ??= await openThingsFile(options.dryRun ? devNull : options.things)
  const { things, problems } = await run.things.add(table)
  for (const problem of problems) note(tally, 'wrong_shape', problem)
  return things
}

function topicOf(format: string, source: string, more: readonly string[], options: ImportOptions): string {
  const { topic } = options.history ? IMPORT_HISTORY : IMPORT
  const zone = options.timeZone === undefined ? [] : [`tz=${options.timeZone.replaceAll('/', '.')}`]
  return [topic.slice(0, -2), format, source, ...more, ...zone].join('/')
}

/** Publishes messages: connects for the first one, and waits for the ingest ledger where it is available. */
function createSink({ options, openPublisher, ledger, patienceMs = PATIENCE_MS }: ImportDeps) {
  const read = ledger((options.history ? IMPORT_HISTORY : IMPORT).name)
  let publisher: Publisher | undefined
  let before: LedgerCounts | undefined
  let sent = 0
  return {
    take: async (topic: string, payload: Buffer): Promise<void> => {
      if (!publisher) {
        before = await read()
        publisher = await openPublisher()
      }
      await publisher.publish(topic, payload)
      sent += 1
      if (before && sent % (MAX_WAITING / 2) === 0 && sent >= MAX_WAITING)
        await waitForLedger(read, before, sent - MAX_WAITING / 2, { patienceMs })
    },
    finish: async (): Promise<Outcome> => {
      if (options.dryRun) return { kind: 'dry run' }
      if (!publisher) return { kind: 'nothing' }
      await publisher.drain()
      const { acknowledged } = publisher
      if (!before)
        return {
          kind: 'published',
          acknowledged,
          detail: 'neither DATABASE_URL nor the API on this machine is available',
        }
      const counts = await waitForLedger(read, before, acknowledged, { patienceMs })
      if (!counts || counts.processed === 0)
        return { kind: 'published', acknowledged, detail: 'no progress in the ledger; is an ingest worker running?' }
      return { kind: 'processed', acknowledged, ledger: counts }
    },
    close: async (): Promise<void> => publisher?.close(),
  }
}
