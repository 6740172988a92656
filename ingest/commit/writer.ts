/**
 * Commits batches. Every message ends as stored or as rejected and counted, unless the database is unreachable: then it
 * waits, unacknowledged, the window fills, and reading stops.
 *
 *     write(batch)
 *       committed                      -> counted, acknowledged, published
 *       the registry has changed       -> look the names up again, at once (a few times)
 *       an outage (store-probe.ts)     -> wait (doubling up to 5 s, with jitter), the same again, without end
 *       anything else, many messages   -> halve the batch
 *       anything else, one message     -> again, up to ALONE_TRIES; then less of it (rejection.ts): rejected with its
 *                                         bytes, then rejected without them. The last form is what the probe stores:
 *                                         where it fails too, nothing can be stored, which is an outage
 *       close() while waiting          -> given up: never acknowledged, so the broker delivers it again
 *
 * So each step but waiting makes the batch or the message smaller, and waiting needs an outage.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction, type Pool, type PoolClient, together } from '#infra/db/pool.ts'
import { isContention, isDataError, isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { describeError } from '../message/describe-error.ts'
import type { IngestMessage, Outcome } from '../message/ingest-message.ts'
import { CLOCK_AHEAD_LIMIT_MS } from '../observe/normalise.ts'
import { amendObservations, markLate } from '../quality/amendments.ts'
import type { Registry } from '../registry/registry.ts'
import { archiveMessages } from './archive.ts'
import { amendRows, Judge } from './evaluate-quality.ts'
import { arrivalOf, recallArrivals, rememberArrivals } from './first-arrivals.ts'
import type { Ledger, Settled } from './ledger.ts'
import { withinQuota } from './registration-quota.ts'
import { minimalRejection, rejected } from './rejection.ts'
import { newestOf, type Row, rowsOf, sortedDistinct, type Tally } from './rows.ts'
import { insertRejected, isRejected, updateLatest } from './store.ts'
import { ObservationStore } from './store-observations.ts'
import { StoreProbe } from './store-probe.ts'
import { noteUnmapped } from './store-unmapped.ts'
import { bookThings, partsOf, tallyMessages } from './thing-ledger.ts'

export type WriterOptions = {
  readonly pool: Pool
  /** of the broker that these messages come from: the MQTT client id */
  readonly session: string
  readonly registry: Registry
  readonly ledger: Ledger
  readonly log: Logger
  /** of the city, degrees north: what its months bring */
  readonly latitude?: number | undefined
  /** after commit and acknowledgement: the rows that are now the latest of their Datastream */
  readonly onCommitted: (latest: readonly Row[], settled: Settled) => void
  /** a batch could not be written and is tried again */
  readonly onRetry: (error: unknown) => void
  /** tells outages from faults of what is being stored; one of its own when absent */
  readonly probe?: StoreProbe
  /** milliseconds since 1970; Date.now by default */
  readonly now?: () => number
}

type Step = 'forget' | 'halve' | 'wait' | 'again' | 'reject'
/** How often each step was taken. */
type Failures = { forget: number; wait: number; again: number }
type Committed = { settled: Settled; latest: readonly Row[] }

const BACKOFF_MS = { first: 50, most: 5_000 }
/** 53400, 54000: too much at once for a limit of the server; 57014: it took too long. Less at once may do. */
const TOO_MUCH = new Set(['53400', '54000', '57014'])
/** A message that fails by itself may have met a cancelled statement or a lock; its data is at fault at once. */
const ALONE_TRIES = 3
/** foreign_key_violation: a Datastream or Thing that this worker remembers is gone from the registry. */
const GONE = '23503'
const GONE_MOST = 3

export class Writer {
  readonly #options: WriterOptions
  readonly #judge: Judge
  readonly #probe: StoreProbe
  readonly #now: () => number
  readonly #store = new ObservationStore()
  readonly #stop = new AbortController()
  readonly #outage = new Outage()

  constructor(options: WriterOptions) {
    this.#options = options
    this.#judge = new Judge(options.latitude)
    this.#now = options.now ?? Date.now
    this.#probe = options.probe ?? new StoreProbe(options)
  }

  /** Nothing can be stored: since when, and why. */
  get outage(): string | undefined {
    const { cause, seconds } = this.#outage
    return cause === undefined ? undefined : `nothing can be stored for ${seconds} s: ${cause}`
  }

  /** Never rejects. */
  async write(messages: readonly IngestMessage[], firstMs = performance.now()): Promise<void> {
    const failures: Failures = { forget: 0, wait: 0, again: 0 }
    while (!this.#stop.signal.aborted) {
      try {
        this.#announce(await this.#commit(messages))
        return
      } catch (error) {
        const step = await this.#nextStep(messages, error, failures, firstMs)
        if (step === 'halve') return this.#halve(messages, firstMs)
        if (step === 'reject') return this.#reject(messages[0], error)
        failures[step] += 1
        if (step === 'forget') this.#options.registry.forget()
        else await this.#beforeTryingAgain(step, error, failures)
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
    if (codeOf(error) === GONE && failures.forget < GONE_MOST) return 'forget'
    if (!isAlone && TOO_MUCH.has(codeOf(error))) return 'halve'
    if (await this.#probe.isOutage(error, firstMs)) return 'wait'
    if (!isAlone) return 'halve'
    return isDataError(error) || failures.again + 1 >= ALONE_TRIES ? 'reject' : 'again'
  }

  async #beforeTryingAgain(step: 'wait' | 'again', error: unknown, { wait, again }: Failures): Promise<void> {
    if (step === 'wait') this.#noteOutage(error)
    // What is not worth waiting for is tried again at once: its neighbours wait behind it.
    if (step === 'wait' || isTransient(error)) await this.#pause(wait + again - 1)
  }

  /** A failure here is none of the batch: it is committed. */
  #announce({ latest, settled }: Committed): void {
    const outageSeconds = this.#outage.end()
    if (outageSeconds !== undefined)
      this.#options.log.info({ outageSeconds }, `database outage ended after ${outageSeconds} s`)
    try {
      this.#options.onCommitted(latest, settled)
    } catch (error) {
      this.#options.log.error({ err: error }, 'a batch was committed, and then not announced')
    }
  }

  /** What these say is the latest, ahead of their being stored. @returns the rows that now are */
  async writeLatest(received: readonly IngestMessage[]): Promise<readonly Row[]> {
    const { pool, registry } = this.#options
    const messages = await withinQuota(registry, pool, received)
    const datastreams = await registry.resolve(
      pool,
      messages.flatMap((message) => message.samples),
    )
    const nowMs = this.#now()
    const rows = newestOf(sortedDistinct(rowsOf(messages, datastreams, []), []), nowMs + CLOCK_AHEAD_LIMIT_MS)
    return inTransaction(pool, (client) => updateLatest(client, rows, { provisional: true, nowMs }))
  }

  /** Nothing waits for the database any longer. */
  giveUp(): void {
    this.#stop.abort()
  }

  /** Writes the books while there is nothing else to write. */
  async writeLedger(ended = false): Promise<void> {
    const { ledger, pool } = this.#options
    await commitWith(pool, ledger, async () => ({ settled: [], latest: [] }), ended)
  }

  async #commit(received: readonly IngestMessage[]): Promise<Committed> {
    const { pool, session, registry, ledger } = this.#options
    await recallArrivals(pool, session, received)
    const messages = await withinQuota(registry, pool, received)
    const samples = messages.flatMap((message) => message.samples)
    const datastreams = samples.length > 0 ? await registry.resolve(pool, samples) : []
    this.#judge.judge(messages, datastreams)
    const { parts, partOf } = partsOf(messages, datastreams)
    const tallies = parts.map(({ tally }) => tally)
    const { rows, amendments } = amendRows(messages, sortedDistinct(rowsOf(messages, datastreams, partOf), tallies))
    return commitWith(pool, ledger, async (client) => {
      const fresh = await this.#store.insert(client, rows, tallies, { repeated: messages.some(({ dup }) => dup) })
      const nowMs = this.#now()
      const [latest] = await together([
        updateLatest(client, newestOf(fresh, nowMs + CLOCK_AHEAD_LIMIT_MS), { nowMs }),
        amendObservations(client, amendments),
        markLate(
          client,
          fresh.map(({ timeMs }) => timeMs),
          Date.now(),
        ),
        insertRejected(client, messages.filter(isRejected)),
        noteUnmapped(client, messages),
        bookThings(client, messages, parts),
        rememberArrivals(client, session, messages),
        archiveMessages(client, messages, arrivalOf),
      ])
      const sums = tallyMessages(messages.length, parts)
      return { latest, settled: messages.map((message, i) => ({ message, outcome: outcomeOf(message, sums[i]) })) }
    })
  }

  async #halve(messages: readonly IngestMessage[], firstMs: number): Promise<void> {
    const middle = messages.length >> 1
    await this.write(messages.slice(0, middle), firstMs)
    await this.write(messages.slice(middle), firstMs)
  }

  /** It cannot be stored as it is while others can: less of it is. */
  async #reject(message: IngestMessage | undefined, error: unknown): Promise<void> {
    if (!message) return
    const { topic, source } = message
    const detail = describeError(error)
    this.#options.log.warn({ topic, source, detail }, 'a message cannot be stored and is rejected')
    if (message.failure?.reason !== 'store_failed') return this.write([rejected(message, detail)])
    await this.write([minimalRejection({ ...message, detail: plainCode(error) })])
  }

  #noteOutage(error: unknown): void {
    const { log, onRetry } = this.#options
    onRetry(error)
    const detail = describeError(error)
    if (isContention(error)) log.info({ detail }, 'another transaction was in the way: the batch is written again')
    else if (!this.#outage.note(detail)) log.debug({ detail }, 'the batch is tried again')
    else if (isTransient(error)) log.warn({ detail }, 'database outage started: reading pauses until it ends')
    else log.error({ err: error }, 'database outage started: nothing can be stored, reading pauses until it can')
  }

  async #pause(failures: number): Promise<void> {
    const waitMs = (0.5 + Math.random() / 2) * Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** failures)
    await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => {})
  }
}

// Late data may touch many compressed rows of a batch: each is few, and the limit counts them together.
const BEGIN = 'begin; set local timescaledb.max_tuples_decompressed_per_dml_transaction = 0'

/**
 * Runs `work`, the books and COMMIT in one transaction, and settles the books once it is through. A connection that is
 * lost during COMMIT leaves open whether it happened, so the server is asked: otherwise a batch that was stored would be
 * counted as duplicates of itself.
 */
async function commitWith(
  pool: Pool,
  ledger: Ledger,
  work: (client: PoolClient) => Promise<Committed>,
  ended = false,
): Promise<Committed> {
  let done: { committed: Committed; transaction: string | undefined } | undefined
  let endTurn = (): void => {}
  try {
    const committed = await inTransaction(
      pool,
      async (client) => {
        const written = await work(client)
        endTurn = await ledger.turn()
        done = { committed: written, transaction: await ledger.write(client, written.settled, ended) }
        return written
      },
      BEGIN,
    )
    ledger.settle(committed.settled)
    return committed
  } catch (error) {
    endTurn()
    if (!done?.transaction || !(await wasCommitted(pool, done.transaction))) throw error
    ledger.settle(done.committed.settled)
    return done.committed
  } finally {
    endTurn()
  }
}

async function wasCommitted(pool: Pool, transaction: string): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { rows } = await pool.query<{ status: string | null }>('select pg_xact_status($1::xid8) as status', [
        transaction,
      ])
      if (rows[0]?.status !== 'in progress') return rows[0]?.status === 'committed'
    } catch (error) {
      if (!isTransient(error) || attempt > 100) return false
    }
    await sleep(100)
  }
}

function outcomeOf(message: IngestMessage, tally: Tally | undefined): Outcome {
  const { stored, duplicate, conflict } = tally ?? { stored: 0, duplicate: 0, conflict: 0 }
  const kind = stored > 0 || message.kept ? 'stored' : duplicate + conflict > 0 ? 'duplicate' : 'rejected'
  return { kind, stored, duplicate, conflict, rejected: message.problems.length }
}

/** Nothing of the error's text, which may quote the message. */
const plainCode = (error: unknown): string => codeOf(error) || 'an error without a code'

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
