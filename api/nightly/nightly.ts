/** What is done every night, when people ask for least. */
import type { Pool } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { localMidnight, offsetMs } from '#model/basics/period.ts'
import { selectTimeZone } from '../queries/city.ts'
import { newestFinished, runReconciliation } from './reconciliations.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const RETRY_MS = 30_000
/** Local hour of the city. */
const AT_HOUR = 3
/** Raw against rollup: the week before, and a day for what came late. */
const DAYS_BACK = 8

/** The next time that the clock of the city shows the hour of the night; where it jumps over the hour, when it has jumped. */
export function nextNight(now: Date, timeZone: string): Date {
  const local = new Date(now.getTime() + offsetMs(now, timeZone))
  for (let ahead = 0; ; ahead++) {
    const day = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate() + ahead] as const
    const at = nightOf(localMidnight(day, timeZone), timeZone)
    if (at > now) return at
  }
}

/** The clock may change between midnight and the hour. */
function nightOf(midnight: Date, timeZone: string): Date {
  const later = new Date(midnight.getTime() + AT_HOUR * HOUR_MS)
  const shown = new Date(later.getTime() + offsetMs(midnight, timeZone) - offsetMs(later, timeZone))
  return offsetMs(shown, timeZone) === offsetMs(later, timeZone) ? shown : later
}

type Nightly = {
  readonly pool: Pool
  readonly clock: () => Date
  readonly log: Logger
  readonly warm: (period: string) => Promise<unknown>
  /** deletes what was promised to be deleted by now */
  readonly forget: () => Promise<unknown>
}

/**
 * Every night: raw against rollup of the last days, then this year and the last are computed once, so that their months are
 * kept (indicators/inputs/months.ts) before somebody asks. After that, and once at the beginning, what may not be kept any longer is
 * deleted. Waits for the next night; stops with the returned function.
 */
export function keepNights({ pool, clock, log, warm, forget }: Nightly): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const night = async (): Promise<void> => {
    const now = clock()
    const window = { from: new Date(now.getTime() - DAYS_BACK * DAY_MS), to: now }
    // One step that fails must not keep the others from being done.
    await runReconciliation({ pool, clock }, window, 'night').catch((error: unknown) =>
      log.error({ err: error }, 'the nightly comparison of raw with rollups failed; the next night compares again'),
    )
    const last = await newestFinished(pool)
    if (last?.differing)
      log.error({ differing: last.differing, differences: last.differences }, 'raw and rollup differ')
    const year = now.getUTCFullYear()
    for (const period of [year, year - 1]) await warm(String(period))
  }
  const plan = async (): Promise<void> => {
    await forget().catch((error: unknown) => {
      // while the database starts, or is unreachable, planning is repeated as a whole
      if (isTransient(error)) throw error
      log.error({ err: error }, 'voices beyond their time could not be deleted; tried again tomorrow night')
    })
    const timeZone = (await selectTimeZone(pool)) ?? 'UTC'
    if (stopped) return
    const waitMs = nextNight(clock(), timeZone).getTime() - clock().getTime()
    timer = setTimeout(() => {
      night()
        .catch((error: unknown) => log.error({ err: error }, 'a nightly job failed; the next night runs it again'))
        .finally(() => again(0))
    }, waitMs)
    timer.unref()
  }
  /** Without the database it is repeated, so that a night is not lost for good. */
  const again = (waitMs: number): void => {
    if (stopped) return
    timer = setTimeout(() => plan().catch(() => again(RETRY_MS)), waitMs)
    timer.unref()
  }
  again(0)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
