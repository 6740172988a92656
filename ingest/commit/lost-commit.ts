/**
 * A connection that is lost during COMMIT: was the batch committed? Once its transaction is over, the row of the ledger tells,
 * which nobody else writes.
 *
 * The id of a transaction does not say whether it is over, nor how it ended: PostgreSQL does not flush the assignment of an id,
 * and after a crash it gives the same id to another transaction (src/backend/access/transam/varsup.c, GetNewTransactionId). That
 * one may even wait for us. So a transaction is identified by its id and the time at which it began.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import type { Ledger, LedgerEntry, TransactionId } from './ledger.ts'

const POLL_MS = 100
const MAX_FAILURES = 100
/** A server that is cut off from us does not learn that the connection is lost, and waits for the end of the transaction. */
const PATIENCE_MS = 5_000

/** Sessions of the same role are visible to it, and may be terminated by it. No time is shown where `track_activities` is off. */
const UNDER_WAY = `
  select pid from pg_stat_activity
  where datname = current_database() and backend_xid = $1::xid8::xid
    and (xact_start is null or extract(epoch from xact_start) = $2::numeric)`
const TERMINATE = `select pg_terminate_backend(pid) from (${UNDER_WAY}) sessions`

/** Call with the lock of the ledger held since `entry` was written. */
export async function wasCommitted(pool: Pool, ledger: Ledger, entry: LedgerEntry): Promise<boolean> {
  const startMs = performance.now()
  for (let failures = 0; ; ) {
    try {
      if (!(await isUnderWay(pool, entry.transaction, performance.now() - startMs > PATIENCE_MS)))
        return await ledger.isWritten(pool, entry)
    } catch (error) {
      failures += 1
      if (!isTransient(error) || failures > MAX_FAILURES) return false
    }
    await sleep(POLL_MS)
  }
}

/** @param terminate ends the session of the transaction, so that it is over soon: rolled back, or committed if it was that far */
async function isUnderWay(pool: Pool, { id, began }: TransactionId, terminate: boolean): Promise<boolean> {
  const { rowCount } = await pool.query(terminate ? TERMINATE : UNDER_WAY, [id, began])
  return (rowCount ?? 0) > 0
}
