/**
 * The books of one worker run: what it was handed and what became of it, by source.
 *
 * `received` is counted when a packet is read, `inFlight` is the number of messages actually held, the outcomes are
 * counted when a batch commits. They are kept apart so that `received = stored + duplicate + rejected + in flight` is
 * something that can fail. Rows hold absolute numbers and belong to this run alone: writing one twice changes nothing.
 */
import type { Queryable } from '#infra/db/pool.ts'
import type { IngestMessage, Outcome } from '../message/ingest-message.ts'

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

/** The messages of a committed batch, and what became of each. */
export type Settled = readonly { readonly message: IngestMessage; readonly outcome: Outcome }[]

const UPSERT = `
  insert into ingest_ledger as l (run, source, started_at, updated_at, ended_at, received, stored, duplicate, rejected,
    in_flight, observations_stored, observations_duplicate, observations_conflict, observations_rejected)
  select $1, n.source, $2, now(), case when $3 then now() end, n.received, n.stored, n.duplicate, n.rejected,
    n."inFlight", n."observationsStored", n."observationsDuplicate", n."observationsConflict", n."observationsRejected"
  from jsonb_to_recordset($4::jsonb) as n (source text, received bigint, stored bigint, duplicate bigint,
    rejected bigint, "inFlight" bigint, "observationsStored" bigint, "observationsDuplicate" bigint,
    "observationsConflict" bigint, "observationsRejected" bigint)
  on conflict (run, source) do update set
    updated_at = excluded.updated_at, ended_at = excluded.ended_at, received = excluded.received,
    stored = excluded.stored, duplicate = excluded.duplicate, rejected = excluded.rejected,
    in_flight = excluded.in_flight, observations_stored = excluded.observations_stored,
    observations_duplicate = excluded.observations_duplicate,
    observations_conflict = excluded.observations_conflict, observations_rejected = excluded.observations_rejected
  returning pg_current_xact_id()::text as transaction`

export class Ledger {
  readonly run = crypto.randomUUID()
  readonly #startedAt = new Date()
  readonly #counts = new Map<string, Counts>()
  readonly #held = new Map<string, Set<() => void>>()
  #turn: Promise<void> = Promise.resolve()

  /** @param sources get a row from the start, so that a source that never reports is seen */
  constructor(sources: readonly string[]) {
    for (const source of sources) this.#of(source)
  }

  /** A packet was read: call it before anything is done with its content. */
  receive(source: string): void {
    this.#of(source).received += 1
  }

  /** The message is in our hands. */
  hold(message: IngestMessage): void {
    const held = this.#held.get(message.source)
    if (held) held.add(message.settle)
    else this.#held.set(message.source, new Set([message.settle]))
  }

  /** The batch is committed: count what became of its messages and let go of them. */
  settle(settled: Settled): void {
    for (const { message, outcome } of settled) {
      add(this.#of(message.source), outcome)
      this.#held.get(message.source)?.delete(message.settle)
    }
  }

  /** Numbers by source, as they are, or as they will be once `settling` is committed. */
  read(settling: Settled = []): Map<string, Counts> {
    const result = new Map<string, Counts>()
    for (const [source, counts] of this.#counts)
      result.set(source, { ...counts, inFlight: this.#held.get(source)?.size ?? 0 })
    for (const { message, outcome } of settling) {
      const counts = result.get(message.source)
      if (!counts) continue
      add(counts, outcome)
      counts.inFlight -= 1
    }
    return result
  }

  /**
   * Writes the rows of this run, as they will be once `settling` is committed. Call `turn` before.
   * @returns the id of the transaction
   */
  async write(client: Queryable, settling: Settled = [], ended = false): Promise<string | undefined> {
    const rows = [...this.read(settling)].map(([source, counts]) => ({ source, ...counts }))
    const written = await client.query<{ transaction: string }>({
      name: 'ledger',
      text: UPSERT,
      values: [this.run, this.#startedAt, ended, JSON.stringify(rows)],
    })
    return written.rows[0]?.transaction
  }

  /**
   * From writing the numbers until they are committed and `settle` was called, nobody else writes them: otherwise the
   * row of one batch would count another batch that is not committed yet. Ask within the transaction: the embedded
   * database runs one at a time.
   * @returns ends the turn
   */
  async turn(): Promise<() => void> {
    const before = this.#turn
    let end = (): void => {}
    this.#turn = new Promise((resolve) => {
      end = resolve
    })
    await before
    return end
  }

  #of(source: string): Counts {
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
