import type { Queryable } from '#infra/db/pool.ts'

/** Longer than a pass; an engine that dies is replaced after it. */
export const LEASE_MS = 60_000

const TAKE = `
  update alert_engine set holder = $1, lease_until = $2::timestamptz + interval '${LEASE_MS} milliseconds'
  where holder = $1 or lease_until < $2
  returning evaluated_at as "evaluatedAt"`

/** Takes or extends the lease. @returns undefined while another engine has it */
export async function takeLease(
  db: Queryable,
  holder: string,
  now: Date,
): Promise<{ readonly evaluatedAt: Date | null } | undefined> {
  return (await db.query<{ evaluatedAt: Date | null }>(TAKE, [holder, now])).rows[0]
}

/** Everything was evaluated up to `now`. */
export async function finishPass(db: Queryable, holder: string, now: Date, skipped: number): Promise<void> {
  await db.query(
    `update alert_engine set evaluated_at = $2, evaluations = evaluations + 1, skipped = skipped + $3 where holder = $1`,
    [holder, now, skipped],
  )
}

/** Another engine may go on at once. */
export async function returnLease(db: Queryable, holder: string): Promise<void> {
  await db.query(`update alert_engine set lease_until = '-infinity' where holder = $1`, [holder])
}
