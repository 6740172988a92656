/**
 * Commits batches, whatever it takes: a message that the database refuses is found and rejected, a database that is away
 * is waited for. While it waits its messages stay unacknowledged, the window fills, and reading stops.
 *
 *     write(batch)
 *       committed                      -> counted, acknowledged, published
 *       the registry has changed       -> look the names up again, at once (a few times)
 *       the data is at fault           -> halve the batch; a single message is rejected with `store_failed`
 *       anything else                  -> wait (doubling up to 5 s, with jitter), the same again, without end
 *       close() while waiting          -> given up: never acknowledged, so the broker delivers it again
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction, type Pool, type PoolClient, together } from '#infra/db/pool.ts'
import { isContention, isDataError, isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { archiveMessages } from './archive.ts'
import { arrivalOf, recallArrivals, rememberArrivals } from './first-arrivals.ts'
import { amendRows, Judge } from './judge.ts'
import type { Ledger, Settled } from './ledger.ts'
import type { IngestMessage, Outcome } from './message.ts'
import type { Registry } from './registry.ts'
import { newestOf, type Row, rowsOf, sortedDistinct, type Tally } from './rows.ts'
import { insertRejected, isRejected, updateLatest } from './store.ts'
import { ObservationStore } from './store-observations.ts'
import { amendObservations, markLate } from './store-quality.ts'
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
  readonly onRetry: (error: Error) => void
}

type Committed = { settled: Settled; latest: readonly Row[] }

const BACKOFF_MS = { first: 50, most: 5_000 }
/** 53400, 54000: too much at once for a limit of the server; 57014: it took too long. Less at once may do. */
const TOO_MUCH = new Set(['53400', '54000', '57014'])
/** foreign_key_violation: a Datastream or Thing that this worker remembers is gone from the registry. */
const GONE = '23503'
const GONE_MOST = 3

export class Writer {
  readonly #options: WriterOptions
  readonly #judge: Judge
  readonly #store = new ObservationStore()
  readonly #stop = new AbortController()
  readonly #outage = new Outage()

  constructor(options: WriterOptions) {
    this.#options = options
    this.#judge = new Judge(options.latitude)
  }

  async write(messages: readonly IngestMessage[]): Promise<void> {
    let gone = 0
    for (let failures = 0; !this.#stop.signal.aborted; failures += 1) {
      try {
        const committed = await this.#commit(messages)
        const awayS = this.#outage.end()
        if (awayS !== undefined) this.#options.log.info({ awayS }, 'the database takes batches again')
        this.#options.onCommitted(committed.latest, committed.settled)
        return
      } catch (error) {
        if (codeOf(error) === GONE && gone < GONE_MOST) {
          gone += 1
          this.#options.registry.forget()
        } else if (await this.#split(messages, error)) return
        else await this.#wait(error as Error, failures)
      }
    }
  }

  /** What these say is the latest, ahead of their being stored. @returns the rows that now are */
  async writeLatest(messages: readonly IngestMessage[]): Promise<readonly Row[]> {
    const { pool, registry } = this.#options
    const datastreams = await registry.resolve(
      pool,
      messages.flatMap((message) => message.samples),
    )
    const rows = newestOf(sortedDistinct(rowsOf(messages, datastreams, []), []))
    return inTransaction(pool, (client) => updateLatest(client, rows, { provisional: true }))
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

  async #commit(messages: readonly IngestMessage[]): Promise<Committed> {
    const { pool, session, registry, ledger } = this.#options
    await recallArrivals(pool, session, messages)
    const samples = messages.flatMap((message) => message.samples)
    const datastreams = samples.length > 0 ? await registry.resolve(pool, samples) : []
    this.#judge.judge(messages, datastreams)
    const { parts, partOf } = partsOf(messages, datastreams)
    const tallies = parts.map(({ tally }) => tally)
    const { rows, amendments } = amendRows(messages, sortedDistinct(rowsOf(messages, datastreams, partOf), tallies))
    return commitWith(pool, ledger, async (client) => {
      const fresh = await this.#store.insert(client, rows, tallies, { repeated: messages.some(({ dup }) => dup) })
      const [latest] = await together([
        updateLatest(client, newestOf(fresh)),
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

  /** True when the batch was dealt with in parts. */
  async #split(messages: readonly IngestMessage[], error: unknown): Promise<boolean> {
    const tooMuch = TOO_MUCH.has(codeOf(error))
    if (!isDataError(error) && !tooMuch) return false
    const [first] = messages
    if (messages.length === 1 && first) {
      // What is rejected already and still fails is no matter of its data.
      if (tooMuch || first.failure) return false
      const detail = `${codeOf(error)} ${(error as Error).message}`
      this.#options.log.warn({ topic: first.topic, source: first.source, detail }, 'the database refused a message')
      await this.write([{ ...first, samples: [], failure: { reason: 'store_failed', detail } }])
      return true
    }
    const middle = messages.length >> 1
    await this.write(messages.slice(0, middle))
    await this.write(messages.slice(middle))
    return true
  }

  async #wait(error: Error, failures: number): Promise<void> {
    const { log, onRetry } = this.#options
    onRetry(error)
    const waitMs = (0.5 + Math.random() / 2) * Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** failures)
    const detail = { code: codeOf(error), detail: error.message, waitMs: Math.round(waitMs) }
    if (isContention(error)) log.info(detail, 'another transaction was in the way: the batch is written again')
    else if (!this.#outage.note(error.message)) log.debug(detail, 'tried again')
    else if (isTransient(error)) log.warn(detail, 'the database is away: nothing is read until it is back')
    else log.error({ ...detail, err: error }, 'a batch cannot be written; it is tried again until it can')
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

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
