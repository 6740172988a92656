/**
 * Commits batches. Every message ends as stored, duplicate or rejected, and counted, unless the database is unreachable:
 * then it waits, unacknowledged, the window fills, and reading stops.
 *
 *     write(batch)
 *       committed                      -> counted, passed to `onCommitted`
 *       a Datastream was deleted       -> reload the registry cache and retry at once, up to MAX_RELOADS times
 *       an outage (store-probe.ts)     -> wait (exponential backoff up to 5 s) and retry, without limit
 *       anything else, many messages   -> split the batch in halves
 *       anything else, one message     -> retry, up to ALONE_TRIES; then reduce it (rejection.ts): rejected with its bytes,
 *                                         then rejected without them. The last form is what the probe stores: if it fails
 *                                         too, nothing can be stored, which is an outage
 *       abort() while waiting          -> given up: never acknowledged, so the broker delivers it again
 *
 * Each step but waiting makes the batch or the message smaller, and waiting requires an outage, so the loop ends.
 */
import { inTransaction, type Pool, type PoolClient, together } from '#infra/db/pool.ts'
import { isContention, isDataError, isTransient } from '#infra/db/retry.ts'
import { type Backoff, waitBackoff } from '#infra/runtime/backoff.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { describeError } from '../message/describe-error.ts'
import type { CommittedMessage, IngestMessage, Outcome } from '../message/ingest-message.ts'
import { CLOCK_AHEAD_LIMIT_MS } from '../observe/normalise.ts'
import { amendObservations, markLate } from '../quality/amendments.ts'
import { DeviceGone, type Registry } from '../registry/registry.ts'
import { admittedOnly } from './admitted.ts'
import { archiveMessages } from './archive.ts'
import { amendRows, QualityEvaluator } from './evaluate-quality.ts'
import { firstArrivalMs, restoreFirstArrivals, saveFirstArrivals } from './first-arrivals.ts'
import { countHeldBack } from './held-back.ts'
import { noteLate } from './late-observations.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import { wasCommitted } from './lost-commit.ts'
import { minimalRejection, rejected } from './rejection.ts'
import { latestRows, type Row, rowsOf, sortedDistinct, type Tally } from './rows.ts'
import { insertRejected, isRejected, updateLatest } from './store.ts'
import { ObservationStore } from './store-observations.ts'
import { StoreProbe } from './store-probe.ts'
import { storeUnmapped } from './store-unmapped.ts'
import { partsOf, tallyMessages, writeThingLedger } from './thing-ledger.ts'

export type WriterOptions = {
  readonly pool: Pool
  /** MQTT client id of the session that the messages come from */
  readonly session: string
  readonly registry: Registry
  readonly ledger: Ledger
  readonly log: Logger
  /** of the city, degrees north, for the climatology */
  readonly latitude?: number | undefined
  /** after COMMIT; must not be used to undo it */
  readonly onCommitted: (batch: CommittedBatch) => void
  /** a batch could not be written and will be retried */
  readonly onRetry: (error: unknown) => void
  /** distinguishes outages from faults of a message; default: a new one */
  readonly probe?: StoreProbe
  /** milliseconds since 1970; Date.now by default */
  readonly now?: () => number
}

/** The messages of a batch after COMMIT, and the rows that are now the latest of their Datastream. */
export type CommittedBatch = { readonly messages: readonly CommittedMessage[]; readonly latest: readonly Row[] }

type Step = 'reload' | 'split' | 'wait' | 'retry' | 'reject'
/** How often each step was taken. */
type Failures = { reload: number; wait: number; retry: number }

const BACKOFF: Backoff = { firstMs: 50, maxMs: 5_000 }
/** 53400, 54000: a limit of the server was exceeded; 57014: the statement took too long. A smaller batch may succeed. */
const TOO_LARGE_CODES = new Set(['53400', '54000', '57014'])
/** A single message may have failed for a cancelled statement or a lock. Not retried when its data is at fault. */
const ALONE_TRIES = 3
/** SQLSTATE: a Datastream or Thing in this worker's cache was deleted from the registry. */
const FOREIGN_KEY_VIOLATION = '23503'
const MAX_RELOADS = 3

export class Writer {
  readonly #options: WriterOptions
  readonly #evaluator: QualityEvaluator
  readonly #probe: StoreProbe
  readonly #now: () => number
  readonly #store = new ObservationStore()
  readonly #stop = new AbortController()
  readonly #outage = new Outage()

  constructor(options: WriterOptions) {
    this.#options = options
    this.#evaluator = new QualityEvaluator(options.latitude)
    this.#now = options.now ?? Date.now
    this.#probe = options.probe ?? new StoreProbe(options)
  }

  /** Nothing can be stored: for how long, and why; undefined otherwise. */
  get outage(): string | undefined {
    const { cause, seconds } = this.#outage
    return cause === undefined ? undefined : `nothing stored for ${seconds} s: ${cause}`
  }

  /** Never rejects. */
  async write(messages: readonly IngestMessage[], firstMs = performance.now()): Promise<void> {
    const failures: Failures = { reload: 0, wait: 0, retry: 0 }
    while (!this.#stop.signal.aborted) {
      try {
        this.#announce(await this.#commit(messages))
        return
      } catch (error) {
        const step = await this.#nextStep(messages, error, failures, firstMs)
        if (step === 'split') return this.#split(messages, firstMs)
        if (step === 'reject') return this.#reject(messages[0], error)
        failures[step] += 1
        if (step === 'reload') this.#options.registry.clearCache()
        else await this.#beforeRetry(step, error, failures)
      }
    }
  }

  async #nextStep(
    messages: readonly IngestMessage[],
    error: unknown,
    failures: Failures,
    firstMs: number,
  ): Promise<Step> {
    const isAlone = messages.length === 1
    const isGone = error instanceof DeviceGone || codeOf(error) === FOREIGN_KEY_VIOLATION
    if (isGone && failures.reload < MAX_RELOADS) return 'reload'
    if (!isAlone && TOO_LARGE_CODES.has(codeOf(error))) return 'split'
    if (await this.#probe.isOutage(error, firstMs)) return 'wait'
    if (!isAlone) return 'split'
    return isDataError(error) || failures.retry + 1 >= ALONE_TRIES ? 'reject' : 'retry'
  }

  async #beforeRetry(step: 'wait' | 'retry', error: unknown, { wait, retry }: Failures): Promise<void> {
    if (step === 'wait') this.#logOutage(error)
    // An error that waiting does not cure is retried at once, because other messages wait behind it.
    if (step === 'wait' || isTransient(error)) await waitBackoff(BACKOFF, wait + retry - 1, this.#stop.signal)
  }

  /** A failure here does not concern the batch, which is committed. */
  #announce(batch: CommittedBatch): void {
    const outageSeconds = this.#outage.end()
    if (outageSeconds !== undefined)
      this.#options.log.info({ outageSeconds }, `database outage ended after ${outageSeconds} s`)
    try {
      this.#options.onCommitted(batch)
    } catch (error) {
      this.#options.log.error({ err: error }, 'committed batch not announced')
    }
  }

  /** Writes the latest values of messages that are not stored yet. @returns the rows that now are the latest */
  async writeLatest(received: readonly IngestMessage[]): Promise<readonly Row[]> {
    const { pool, registry } = this.#options
    const messages = await admittedOnly(registry, pool, received)
    const datastreams = await registry.resolve(
      pool,
      messages.flatMap((message) => message.samples),
    )
    const nowMs = this.#now()
    const rows = latestRows(sortedDistinct(rowsOf(messages, datastreams, []), []), nowMs + CLOCK_AHEAD_LIMIT_MS)
    return inTransaction(pool, (client) => updateLatest(client, rows, { provisional: true, nowMs }))
  }

  /** Stops waiting for the database. */
  abort(): void {
    this.#stop.abort()
  }

  /** Writes the ledger without a batch. */
  async writeLedger(ended = false): Promise<void> {
    const { ledger, pool } = this.#options
    await commitWith(pool, ledger, async () => ({ messages: [], latest: [] }), ended)
  }

  async #commit(received: readonly IngestMessage[]): Promise<CommittedBatch> {
    const { pool, session, registry, ledger } = this.#options
    await restoreFirstArrivals(pool, session, received)
    const messages = await admittedOnly(registry, pool, received)
    const samples = messages.flatMap((message) => message.samples)
    const datastreams = samples.length > 0 ? await registry.resolve(pool, samples) : []
    this.#evaluator.evaluate(messages, datastreams)
    const { parts, partOf } = partsOf(messages, datastreams)
    const tallies = parts.map(({ tally }) => tally)
    const { rows, amendments } = amendRows(messages, sortedDistinct(rowsOf(messages, datastreams, partOf), tallies))
    return commitWith(pool, ledger, async (client) => {
      const inserted = await this.#store.insert(client, rows, tallies, { repeated: messages.some(({ dup }) => dup) })
      const omitted = await countHeldBack(client, messages, (topic) => registry.clientOf(topic))
      const nowMs = this.#now()
      const [, latest] = await together([
        noteLate(client, inserted, nowMs),
        updateLatest(client, latestRows(inserted, nowMs + CLOCK_AHEAD_LIMIT_MS), { nowMs }),
        amendObservations(client, amendments),
        markLate(
          client,
          inserted.map(({ timeMs }) => timeMs),
          Date.now(),
        ),
        insertRejected(
          client,
          messages.filter((message) => isRejected(message) && !omitted.has(message)),
        ),
        storeUnmapped(client, messages),
        writeThingLedger(client, messages, parts),
        saveFirstArrivals(client, session, messages),
        archiveMessages(client, messages, firstArrivalMs),
      ])
      const sums = tallyMessages(messages.length, parts)
      return { latest, messages: messages.map((message, i) => ({ message, outcome: outcomeOf(message, sums[i]) })) }
    })
  }

  async #split(messages: readonly IngestMessage[], firstMs: number): Promise<void> {
    const middle = messages.length >> 1
    await this.write(messages.slice(0, middle), firstMs)
    await this.write(messages.slice(middle), firstMs)
  }

  /** The message cannot be stored while others can: stores less of it. */
  async #reject(message: IngestMessage | undefined, error: unknown): Promise<void> {
    if (!message) return
    const { topic, source } = message
    const detail = describeError(error)
    this.#options.log.warn({ topic, source, detail }, 'message rejected by the database; stored as rejected')
    if (message.failure?.reason !== 'store_failed') return this.write([rejected(message, detail)])
    await this.write([minimalRejection({ ...message, detail: plainCode(error) })])
  }

  #logOutage(error: unknown): void {
    const { log, onRetry } = this.#options
    onRetry(error)
    const detail = describeError(error)
    if (isContention(error)) log.info({ detail }, 'batch conflicted with another transaction; retrying')
    else if (!this.#outage.note(detail)) log.debug({ detail }, 'batch not committed; retrying')
    else if (isTransient(error)) log.warn({ detail }, 'database outage started; ingest paused, retrying with backoff')
    else
      log.error({ err: error }, 'database outage started, nothing can be stored; ingest paused, retrying with backoff')
  }
}

// Late data may touch compressed rows: few per statement, but the limit counts those of the entire transaction.
const BEGIN = 'begin; set local timescaledb.max_tuples_decompressed_per_dml_transaction = 0'

/**
 * Runs `work`, the ledger and COMMIT in one transaction, and counts the outcomes when it is committed. When the connection
 * is lost during COMMIT, the server is asked whether it happened: otherwise a stored batch would be retried and counted as
 * duplicates of itself. The lock is held meanwhile, so that nobody else writes the rows that tell.
 */
async function commitWith(
  pool: Pool,
  ledger: Ledger,
  work: (client: PoolClient) => Promise<CommittedBatch>,
  ended = false,
): Promise<CommittedBatch> {
  let done: { committed: CommittedBatch; entry: LedgerEntry | undefined } | undefined
  let unlock = (): void => {}
  try {
    const committed = await inTransaction(
      pool,
      async (client) => {
        const written = await work(client)
        unlock = await ledger.lock()
        done = { committed: written, entry: await ledger.write(client, written.messages, ended) }
        return written
      },
      BEGIN,
    )
    ledger.countCommitted(committed.messages)
    return committed
  } catch (error) {
    if (!done?.entry || !(await wasCommitted(pool, ledger, done.entry))) throw error
    ledger.countCommitted(done.committed.messages)
    return done.committed
  } finally {
    unlock()
  }
}

function outcomeOf(message: IngestMessage, tally: Tally | undefined): Outcome {
  const { stored, duplicate, conflict } = tally ?? { stored: 0, duplicate: 0, conflict: 0 }
  const kind = stored > 0 || message.isDescription ? 'stored' : duplicate + conflict > 0 ? 'duplicate' : 'rejected'
  return { kind, stored, duplicate, conflict, rejected: message.problems.length }
}

/** Without the text of the error, which may quote the message. */
const plainCode = (error: unknown): string => codeOf(error) || 'error without a code'

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
