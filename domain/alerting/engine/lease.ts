/**
 * The right to evaluate. One engine at a time has it, for a term:
 *
 *     none --take(), free or expired-->                held, with a new term
 *     held --take(), and renewed in between-->         held
 *     held --another engine has taken it, giveBack()-->  none
 *
 * A term has an id of its own, and what an engine writes is written only while the database has that id. An engine that was
 * stopped, and wakes up after another one has taken the lease, writes nothing; nor does it go on from what it remembers of an
 * earlier term. A lease that has expired is still held until somebody takes it. Times are those of the database, because the
 * clocks of hosts differ.
 */
import { randomUUID } from 'node:crypto'
import type { Pool, Queryable } from '#infra/db/pool.ts'
import { Renewal } from '#infra/runtime/renewal.ts'

/** Renewed every second. An engine that dies is replaced after it. */
const LEASE_MS = 5_000

const TAKE = `
  update alert_engine set holder = case when holder = $1 then holder else $2::uuid end,
    lease_until = clock_timestamp() + $3 * interval '1 millisecond'
  where holder = $1 or lease_until < now()
  returning holder as term, evaluated_at as "evaluatedAt"`
const RENEW = `
  update alert_engine set lease_until = clock_timestamp() + $2 * interval '1 millisecond' where holder = $1`
const GIVE_BACK = `update alert_engine set holder = null, lease_until = '-infinity' where holder = $1`

/** `isNew`: another engine may have evaluated since the last term of this one. */
export type Term = { readonly evaluatedAt: Date | null; readonly isNew: boolean }

export class Lease {
  readonly #pool: Pool
  readonly #renewal: Renewal
  #term: string | null = null

  constructor(pool: Pool, leaseMs = LEASE_MS) {
    this.#pool = pool
    this.#renewal = new Renewal({ leaseMs, renew: (ms) => this.#renew(ms) })
  }

  /** What writes are bound to. */
  get term(): string | null {
    return this.#term
  }

  /** Takes or extends the lease. @returns undefined while another engine has it */
  async take(): Promise<Term | undefined> {
    const parameters = [this.#term, randomUUID(), this.#renewal.leaseMs]
    const { rows } = await this.#pool.query<{ term: string; evaluatedAt: Date | null }>(TAKE, parameters)
    const [row] = rows
    if (!row) {
      this.#renewal.stop()
      this.#term = null
      return undefined
    }
    const isNew = row.term !== this.#term
    this.#term = row.term
    this.#renewal.start()
    return { evaluatedAt: row.evaluatedAt, isNew }
  }

  /** Another engine may go on at once. */
  async giveBack(): Promise<void> {
    this.#renewal.stop()
    const term = this.#term
    this.#term = null
    if (term !== null) await this.#pool.query(GIVE_BACK, [term])
  }

  async #renew(leaseMs: number): Promise<boolean> {
    const term = this.#term
    const { rowCount } = await this.#pool.query(RENEW, [term, leaseMs])
    return rowCount === 1 || term !== this.#term
  }
}

export class LeaseLost extends Error {
  constructor() {
    super('another engine evaluates the rules')
  }
}

const HELD = `select from alert_engine where holder = $1 for share`

/** In the transaction of what is written under the lease. @throws LeaseLost */
export async function requireLease(db: Queryable, term: string | null): Promise<void> {
  const { rowCount } = await db.query(HELD, [term])
  if (rowCount === 0) throw new LeaseLost()
}

/** Everything was evaluated up to `now`. @throws LeaseLost */
export async function finishPass(db: Queryable, term: string | null, now: Date, skipped: number): Promise<void> {
  const { rowCount } = await db.query(
    `update alert_engine set evaluated_at = $2, evaluations = evaluations + 1, skipped = skipped + $3 where holder = $1`,
    [term, now, skipped],
  )
  if (rowCount === 0) throw new LeaseLost()
}
