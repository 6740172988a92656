import { pendingMigrations } from '#infra/db/migrate.ts'
import type { Pool } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { localMidnight, offsetMs } from '#model/basics/period.ts'
import { currentYear, selectTimeZone } from '../queries/city.ts'
import { JOB_LEASE_MS, type JobLease, type JobName, takeJob } from './job-lease.ts'
import { failAbandonedNight, newestFinished, runReconciliation } from './reconciliations.ts'

const RETRY_MS = 30_000
/** Timers do not count the time in which a machine sleeps, so nobody waits for the whole day. */
const MAX_WAIT_MS = HOUR_MS
/** Local hour of the city. */
const AT_HOUR = 3
/** Raw and rollups are compared for the week before, and one more day for late data. */
const RECONCILED_DAYS = 8

/** The next time that local time reaches the hour; where the clock skips that hour, the end of the gap. */
export function nextRun(now: Date, timeZone: string): Date {
  for (let ahead = 0; ; ahead++) {
    const at = runOnDay(now, ahead, timeZone)
    if (at > now) return at
  }
}

/** The last time that it was due. */
export function lastRun(now: Date, timeZone: string): Date {
  for (let ahead = 0; ; ahead--) {
    const at = runOnDay(now, ahead, timeZone)
    if (at <= now) return at
  }
}

function runOnDay(now: Date, ahead: number, timeZone: string): Date {
  const local = new Date(now.getTime() + offsetMs(now, timeZone))
  const day = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate() + ahead] as const
  return runOf(localMidnight(day, timeZone), timeZone)
}

/** The clock may change between midnight and that hour. */
function runOf(midnight: Date, timeZone: string): Date {
  const later = new Date(midnight.getTime() + AT_HOUR * HOUR_MS)
  const shown = new Date(later.getTime() + offsetMs(midnight, timeZone) - offsetMs(later, timeZone))
  return offsetMs(shown, timeZone) === offsetMs(later, timeZone) ? shown : later
}

export type Nightly = {
  readonly pool: Pool
  readonly clock: () => Date
  readonly log: Logger
  /** computes a period, so that its months are cached */
  readonly warm: (period: string) => Promise<unknown>
  /** deletes personal data whose retention period is over */
  readonly deleteExpired: () => Promise<unknown>
  /** for tests */
  readonly leaseMs?: number
}

/** @returns false where it cannot be done now, because somebody does the same */
type Job = () => Promise<boolean>

/**
 * Nightly jobs: compare raw observations with rollups, compute this year and the last so that their months are cached
 * (measurements/months.ts) before the first request, and delete expired data. Each is run for each night by one process; what a
 * process that died left undone, or a night on which none ran, is done as soon as one can.
 * @returns stops the schedule
 */
export function scheduleNightlyJobs(nightly: Nightly): () => Promise<void> {
  const { pool, clock, log, leaseMs = JOB_LEASE_MS } = nightly
  const jobs = jobsOf(nightly)
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let held: JobLease | undefined

  /** @returns whether it was run for that night, here or elsewhere */
  async function runOnce(name: JobName, job: Job, night: Date): Promise<boolean> {
    const lease = await takeJob(pool, { job: name, night, leaseMs })
    if (typeof lease === 'string') return lease === 'done'
    held = lease
    try {
      const failure = await job().then(
        (done) => (done ? null : undefined),
        (error: unknown) => {
          // while the database is unreachable, all of it is tried again
          if (stopped || isTransient(error)) throw error
          log.error({ err: error, job: name }, 'nightly job failed; it runs again tomorrow')
          return String((error as Error).message)
        },
      )
      if (failure === undefined) return false
      await lease.finish(failure)
      if (clock().getTime() - night.getTime() > MAX_WAIT_MS)
        log.info({ job: name, night }, 'missed nightly job caught up')
      return true
    } finally {
      held = undefined
      await lease.giveBack().catch(() => {})
    }
  }

  /** @returns how long to wait for the next one */
  async function round(): Promise<number> {
    // The schema may be created or completed while this process runs.
    if ((await pendingMigrations(pool)).length > 0) return RETRY_MS
    const timeZone = (await selectTimeZone(pool)) ?? 'UTC'
    const now = clock()
    const night = lastRun(now, timeZone)
    let isDone = true
    for (const [name, job] of jobs) {
      if (stopped) return 0
      isDone = (await runOnce(name, job, night)) && isDone
    }
    if (!isDone) return Math.min(RETRY_MS, leaseMs / 2)
    // after `now`: it may be due already
    return Math.min(MAX_WAIT_MS, Math.max(0, nextRun(now, timeZone).getTime() - clock().getTime()))
  }

  const scheduleAfter = (waitMs: number): void => {
    if (stopped) return
    timer = setTimeout(
      () =>
        void round()
          .catch(() => RETRY_MS)
          .then(scheduleAfter),
      waitMs,
    )
    timer.unref()
  }
  scheduleAfter(0)
  return async () => {
    stopped = true
    clearTimeout(timer)
    await held?.giveBack().catch(() => {})
  }
}

const jobsOf = ({ pool, clock, log, warm, deleteExpired }: Nightly): ReadonlyMap<JobName, Job> =>
  new Map<JobName, Job>([
    [
      'reconcile',
      async () => {
        const now = clock()
        const window = { from: new Date(now.getTime() - RECONCILED_DAYS * DAY_MS), to: now }
        await failAbandonedNight(pool, now)
        if (!(await runReconciliation({ pool, clock }, window, 'night'))) return false
        const last = await newestFinished(pool)
        if (last?.differing) {
          const { differing, differences, rollupDifferences } = last
          log.error({ differing, differences, rollupDifferences }, 'raw observations and rollups differ')
        }
        return true
      },
    ],
    [
      'compute_months',
      async () => {
        const year = await currentYear(pool, clock())
        for (const period of [year, year - 1]) await warm(String(period))
        return true
      },
    ],
    [
      'delete_expired',
      async () => {
        await deleteExpired()
        return true
      },
    ],
  ])
