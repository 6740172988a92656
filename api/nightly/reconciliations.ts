import type { Pool, Queryable } from '#infra/db/pool.ts'
import type { ReconciliationResponse } from '#model/api/reconciliation.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { differingIn, reconcile } from './reconcile.ts'

/** A run that has not finished after this time ended with its process. */
const STALE_MS = 6 * HOUR_MS
const SHOWN = 50

// One at a time, whichever process asks: the row is only made where none is under way.
const BEGIN = `
  insert into reconciliation (window_from, window_to, asked_by, started_at)
  select $1, $2, $3, $5
  where not exists (select from reconciliation where finished_at is null and started_at > $4::timestamptz)
  returning id`
const FINISH = `
  update reconciliation set finished_at = $7, pending = $8, days = $2, compared = $3, observations = $4, differing = $5, differences = $6,
    rollups = $9, rollup_differences = $10
  where id = $1 and finished_at is null`
const FAIL = `update reconciliation set finished_at = $2, failure = $3 where id = $1`
const FAIL_ABANDONED = `
  update reconciliation set finished_at = $1, failure = 'the process that compared has ended'
  where asked_by = 'night' and finished_at is null`
const LATEST = `
  select id, started_at as "startedAt", finished_at as "finishedAt", window_from as "from", window_to as "to", asked_by as by,
         days, compared, observations, pending, differing, differences, rollups, rollup_differences as "rollupDifferences", failure
  from reconciliation order by id desc limit $1`

type Reconciliations = ReconciliationResponse['reconciliations']
type Needs = { readonly pool: Pool; readonly clock: () => Date }

/**
 * Compares raw observations with rollups over a window and stores the result.
 * @returns false where another comparison is running
 * @throws AppError INTERVAL_REVERSED
 */
export async function runReconciliation(
  { pool, clock }: Needs,
  window: { from: Date; to: Date },
  by: string,
): Promise<boolean> {
  const now = clock()
  if (window.from >= window.to)
    throw new AppError('INTERVAL_REVERSED', `from is ${window.from.toISOString()}, to is ${window.to.toISOString()}`)
  const begun = await pool.query<{ id: number }>(BEGIN, [
    window.from,
    window.to,
    by,
    new Date(now.getTime() - STALE_MS),
    now,
  ])
  const id = begun.rows[0]?.id
  if (id === undefined) return false
  try {
    const found = await unhurried(pool, (db) => reconcile(db, window, now))
    const { days, compared, observations, pending, differences, rollups, rollupDifferences } = found
    const differing = differingIn(found)
    const [shown, ofRollups] = [differences, rollupDifferences].map((list) => JSON.stringify(list.slice(0, SHOWN)))
    const counts = [days, compared, observations, differing, shown]
    await pool.query(FINISH, [id, ...counts, clock(), pending, rollups, ofRollups])
    return true
  } catch (error) {
    // Otherwise it would count as running and block comparisons for hours.
    await pool.query(FAIL, [id, clock(), String((error as Error).message)]).catch(() => {})
    throw error
  }
}

/** For whoever has the right to run the job: no other process compares for the night any more. */
export async function failAbandonedNight(pool: Pool, now: Date): Promise<void> {
  await pool.query(FAIL_ABANDONED, [now])
}

/** Without the statement timeout of the API, which protects people who wait. */
async function unhurried<T>(pool: Pool, work: (db: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    return await work(client)
  } finally {
    await client.query('reset statement_timeout').finally(() => client.release())
  }
}

/** Latest comparisons first. */
export async function reconciliations(pool: Pool, limit: number): Promise<Reconciliations> {
  type Row = Omit<Reconciliations[number], 'startedAt' | 'finishedAt' | 'from' | 'to'> &
    Record<'startedAt' | 'from' | 'to', Date> & { finishedAt: Date | null }
  const { rows } = await pool.query<Row>(LATEST, [limit])
  return rows.map((row) => ({
    ...row,
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    from: row.from.toISOString(),
    to: row.to.toISOString(),
  }))
}

/** The latest comparison that finished with a result. */
export async function newestFinished(pool: Pool): Promise<Reconciliations[number] | undefined> {
  return (await reconciliations(pool, SHOWN)).find(({ finishedAt, failure }) => finishedAt !== null && failure === null)
}
