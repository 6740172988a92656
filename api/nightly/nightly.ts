import { pendingMigrations } from '#infra/db/migrate.ts'
import type { Pool } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { localMidnight, offsetMs } from '#model/basics/period.ts'
import { selectTimeZone } from '../queries/city.ts'
import { newestFinished, runReconciliation } from './reconciliations.ts'

const RETRY_MS = 30_000
/** Local hour of the city. */
const AT_HOUR = 3
/** Raw and rollups are compared for the week before, and one more day for late data. */
const RECONCILED_DAYS = 8

/** The next time that local time reaches the hour; where the clock skips that hour, the end of the gap. */
export function nextRun(now: Date, timeZone: string): Date {
  const local = new Date(now.getTime() + offsetMs(now, timeZone))
  for (let ahead = 0; ; ahead++) {
    const day = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate() + ahead] as const
    const at = runOf(localMidnight(day, timeZone), timeZone)
    if (at > now) return at
  }
}

/** The clock may change between midnight and that hour. */
function runOf(midnight: Date, timeZone: string): Date {
  const later = new Date(midnight.getTime() + AT_HOUR * HOUR_MS)
  const shown = new Date(later.getTime() + offsetMs(midnight, timeZone) - offsetMs(later, timeZone))
  return offsetMs(shown, timeZone) === offsetMs(later, timeZone) ? shown : later
}

type Nightly = {
  readonly pool: Pool
  readonly clock: () => Date
  readonly log: Logger
  /** computes a period, so that its months are cached */
  readonly warm: (period: string) => Promise<unknown>
  /** deletes personal data whose retention period is over */
  readonly deleteExpired: () => Promise<unknown>
}

/**
 * Nightly jobs: compare raw observations with rollups, compute this year and the last so that their months are cached
 * (measurements/months.ts) before the first request, then delete expired data; the deletion also runs at start.
 * @returns stops the schedule
 */
export function scheduleNightlyJobs({ pool, clock, log, warm, deleteExpired }: Nightly): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const runJobs = async (): Promise<void> => {
    const now = clock()
    const window = { from: new Date(now.getTime() - RECONCILED_DAYS * DAY_MS), to: now }
    // A job that fails must not prevent the others.
    await runReconciliation({ pool, clock }, window, 'night').catch((error: unknown) =>
      log.error({ err: error }, 'nightly reconciliation failed; it runs again tomorrow'),
    )
    const last = await newestFinished(pool)
    if (last?.differing)
      log.error({ differing: last.differing, differences: last.differences }, 'raw observations and rollups differ')
    const year = now.getUTCFullYear()
    for (const period of [year, year - 1]) await warm(String(period))
  }
  const schedule = async (): Promise<void> => {
    // The schema may be created or completed while this process runs: until then the schedule step is retried.
    if ((await pendingMigrations(pool)).length > 0) throw new Error('the schema is not complete yet')
    const timeZone = (await selectTimeZone(pool)) ?? 'UTC'
    await deleteExpired().catch((error: unknown) => {
      // while the database is starting or unreachable, the entire schedule step is retried
      if (isTransient(error)) throw error
      log.error({ err: error }, 'expired data not deleted; the job runs again tomorrow')
    })
    if (stopped) return
    const waitMs = nextRun(clock(), timeZone).getTime() - clock().getTime()
    timer = setTimeout(() => {
      runJobs()
        .catch((error: unknown) => log.error({ err: error }, 'nightly job failed; it runs again tomorrow'))
        .finally(() => scheduleAfter(0))
    }, waitMs)
    timer.unref()
  }
  /** Retried while the database is unreachable: otherwise no further night would be scheduled. */
  const scheduleAfter = (waitMs: number): void => {
    if (stopped) return
    timer = setTimeout(() => schedule().catch(() => scheduleAfter(RETRY_MS)), waitMs)
    timer.unref()
  }
  scheduleAfter(0)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
