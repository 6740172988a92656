/**
 * The ledger of one worker run: messages received and their outcomes, by source.
 *
 * `received` is counted on receipt, `inFlight` is the number of messages actually in flight, and outcomes are counted when
 * a batch commits. The three are independent, so that `received = stored + duplicate + rejected + in flight` is a check
 * that can fail. Rows contain absolute numbers and belong to this run alone: writing one twice changes nothing.
 */
import type { Queryable } from '#infra/db/pool.ts'
import { MINUTE_MS } from '#model/basics/durations.ts'
import type { CommittedMessage, IngestMessage, Outcome } from '../message/ingest-message.ts'

export type Counts = {
  received: number
  stored: number
  duplicate: number
  rejected: number
  inFlight: number
  observationsStored: number
  observationsDuplicate: number
  observationsConflict: number
  observationsRejected: number
}

const UPSERT = `
  insert into ingest_ledger as l (run, source, started_at, updated_at, ended_at, received, stored, duplicate, rejected,
    in_flight, observations_stored, observations_duplicate, observations_conflict, observations_rejected,
    last_received_at)
  select $1, n.source, $2, now(), case when $3 then now() end, n.received, n.stored, n.duplicate, n.rejected,
    n."inFlight", n."observationsStored", n."observationsDuplicate", n."observationsConflict", n."observationsRejected",
    n."lastReceivedAt"
  from jsonb_to_recordset($4::jsonb) as n (source text, received bigint, stored bigint, duplicate bigint,
    rejected bigint, "inFlight" bigint, "observationsStored" bigint, "observationsDuplicate" bigint,
    "observationsConflict" bigint, "observationsRejected" bigint, "lastReceivedAt" timestamptz)
  on conflict (run, source) do update set
    updated_at = excluded.updated_at, ended_at = excluded.ended_at, received = excluded.received,
    stored = excluded.stored, duplicate = excluded.duplicate, rejected = excluded.rejected,
    in_flight = excluded.in_flight, observations_stored = excluded.observations_stored,
    observations_duplicate = excluded.observations_duplicate,
    observations_conflict = excluded.observations_conflict, observations_rejected = excluded.observations_rejected,
    last_received_at = excluded.last_received_at
  returning pg_current_xact_id()::text as id, extract(epoch from now())::text as began`

const TOTAL = 'select coalesce(sum(stored + duplicate + rejected), 0)::int8 as total from ingest_ledger where run = $1'

/** `began`: seconds since the epoch, exact to the microsecond. After a crash of the server another transaction may have the id. */
export type TransactionId = { readonly id: string; readonly began: string }

/** What a transaction wrote: which it is, and the messages with an outcome, over all sources, that the rows of the run then have. */
export type LedgerEntry = { readonly transaction: TransactionId; readonly total: number }

export class Ledger {
  readonly run = crypto.randomUUID()
  readonly #startedAt = new Date()
  readonly #counts = new Map<string, Counts>()
  readonly #inFlight = new Map<string, Set<() => void>>()
  /** the last arrival by source, epoch milliseconds */
  readonly #lastReceivedMs = new Map<string, number>()
  #lock: Promise<void> = Promise.resolve()

  /** @param sources get a row from the start, so that a source that never reports is visible */
  constructor(sources: readonly string[]) {
    for (const source of sources) this.#countsOf(source)
  }

  /** Call on receipt, before the content of the message is processed. */
  countReceived(source: string): void {
    this.#countsOf(source).received += 1
  }

  /** Identified by its `acknowledge`, which copies of the message share. */
  addInFlight(message: IngestMessage): void {
    const now = Date.now()
    // A replayed message has the time at which it first arrived: no device has just sent it.
    if (message.dup || now - message.receivedAt.getTime() < MINUTE_MS) this.#lastReceivedMs.set(message.source, now)
    const inFlight = this.#inFlight.get(message.source)
    if (inFlight) inFlight.add(message.acknowledge)
    else this.#inFlight.set(message.source, new Set([message.acknowledge]))
  }

  /** Call after COMMIT: counts the outcomes; the messages are in flight no longer. */
  countCommitted(messages: readonly CommittedMessage[]): void {
    for (const { message, outcome } of messages) {
      add(this.#countsOf(message.source), outcome)
      this.#inFlight.get(message.source)?.delete(message.acknowledge)
    }
  }

  /** Counts by source, as they are, or as they will be once `committing` is committed. */
  read(committing: readonly CommittedMessage[] = []): Map<string, Counts> {
    const result = new Map<string, Counts>()
    for (const [source, counts] of this.#counts)
      result.set(source, { ...counts, inFlight: this.#inFlight.get(source)?.size ?? 0 })
    for (const { message, outcome } of committing) {
      const counts = result.get(message.source)
      if (!counts) continue
      add(counts, outcome)
      counts.inFlight -= 1
    }
    return result
  }

  /**
   * Writes the rows of this run, as they will be once `committing` is committed. Acquire `lock` before.
   * @returns undefined where there is no source
   */
  async write(
    client: Queryable,
    committing: readonly CommittedMessage[] = [],
    ended = false,
  ): Promise<LedgerEntry | undefined> {
    const rows = [...this.read(committing)].map(([source, counts]) => ({
      source,
      ...counts,
      lastReceivedAt: this.#lastReceivedAt(source),
    }))
    const written = await client.query<TransactionId>({
      name: 'ledger',
      text: UPSERT,
      values: [this.run, this.#startedAt, ended, JSON.stringify(rows)],
    })
    const transaction = written.rows[0]
    const total = rows.reduce((sum, { stored, duplicate, rejected }) => sum + stored + duplicate + rejected, 0)
    return transaction === undefined ? undefined : { transaction, total }
  }

  /** Whether the rows of this run are those of `entry`. They are as long as `lock` is held since they were written. */
  async isWritten(db: Queryable, { total }: LedgerEntry): Promise<boolean> {
    const { rows } = await db.query<{ total: number }>(TOTAL, [this.run])
    return rows[0]?.total === total
  }

  /**
   * Held from `write` until COMMIT and `countCommitted`: otherwise the row of one batch would include another batch that
   * is not committed yet. Acquire it within the transaction, because the embedded database runs one at a time.
   * @returns releases the lock
   */
  async lock(): Promise<() => void> {
    const before = this.#lock
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#lock = promise
    await before
    return resolve
  }

  #lastReceivedAt(source: string): string | null {
    const ms = this.#lastReceivedMs.get(source)
    return ms === undefined ? null : new Date(ms).toISOString()
  }

  #countsOf(source: string): Counts {
    const existing = this.#counts.get(source)
    if (existing) return existing
    const counts: Counts = {
      received: 0,
      stored: 0,
      duplicate: 0,
      rejected: 0,
      inFlight: 0,
      observationsStored: 0,
      observationsDuplicate: 0,
      observationsConflict: 0,
      observationsRejected: 0,
    }
    this.#counts.set(source, counts)
    return counts
  }
}

function add(counts: Counts, outcome: Outcome): void {
  counts[outcome.kind] += 1
  counts.observationsStored += outcome.stored
  counts.observationsDuplicate += outcome.duplicate
  counts.observationsConflict += outcome.conflict
  counts.observationsRejected += outcome.rejected
}

/** received = stored + duplicate + rejected + in flight */
export const isBalanced = (counts: Counts): boolean =>
  counts.received === counts.stored + counts.duplicate + counts.rejected + counts.inFlight
