/**
 * Repairs the latest observations after a clock was ahead. While the server's clock is a day ahead, messages without a time
 * of their own are stored with tomorrow's time; once the clock is right, they would remain the latest for a day and hide
 * what follows.
 *
 *     checked  --the clock goes back by more than STEP_MS, or the worker starts-->  due
 *     due      --observations further ahead than accepted: suspect (`clock_ahead`), no longer the latest-->  checked
 *
 * Times are not rewritten and nothing is deleted. Between the step and the next check, `updateLatest` lets any new
 * observation replace one that is ahead.
 */
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { QUALITY, REASONS } from '#model/observation/quality.ts'
import { CLOCK_AHEAD_LIMIT_MS } from '../observe/normalise.ts'
import { amendObservations } from '../quality/amendments.ts'

const STEP_MS = 60_000
const CHECK_MS = 5_000

export type ClockStepOptions = {
  readonly pool: Pool
  readonly log: Pick<Logger, 'warn' | 'debug'>
  /** milliseconds since 1970; Date.now by default */
  readonly now?: () => number
  /** milliseconds of a monotonic clock; performance.now by default */
  readonly elapsed?: () => number
  readonly checkMs?: number
}

export function watchClockSteps(options: ClockStepOptions): { close(): void } {
  const { pool, log, now = Date.now, elapsed = () => performance.now(), checkMs = CHECK_MS } = options
  let offset = now() - elapsed()
  let isDue = true
  let running = false
  const check = async (): Promise<void> => {
    const current = now() - elapsed()
    if (current < offset - STEP_MS) isDue = true
    offset = current
    if (!isDue || running) return
    running = true
    isDue = false
    await correctLatestAhead(pool, now()).then(
      (n) => {
        if (n > 0) log.warn({ datastreams: n }, 'clock was ahead; future observations are no longer the latest')
      },
      (error: Error) => {
        isDue = true
        log.debug({ detail: error.message }, 'search for future observations failed; retrying')
      },
    )
    running = false
  }
  void check()
  const timer = setInterval(() => void check(), checkMs)
  timer.unref()
  return { close: () => clearInterval(timer) }
}

const AHEAD =
  'select datastream_id as "datastreamId", phenomenon_time as time from latest_observation where phenomenon_time > $1 order by 1'

const stored = (table: string): string =>
  `select phenomenon_time, result, quality, reasons from ${table} where datastream_id = n.id and phenomenon_time`

const ROWS_AHEAD = `
  select n.id as "datastreamId", o.phenomenon_time as time
  from unnest($2::int[]) as n (id)
  cross join lateral (${stored('observation')} > $1 union all ${stored('mobile_observation')} > $1) o`

const REPLACE = `
  with before as (
    select n.id, o.* from unnest($2::int[]) as n (id)
    left join lateral (
      select * from (
        (${stored('observation')} <= $1 order by phenomenon_time desc limit 1)
        union all
        (${stored('mobile_observation')} <= $1 order by phenomenon_time desc limit 1)) each
      order by phenomenon_time desc limit 1) o on true
  ), gone as (
    delete from latest_observation l using before b where l.datastream_id = b.id and b.phenomenon_time is null
  )
  update latest_observation l
  set phenomenon_time = b.phenomenon_time, result = b.result, quality = b.quality, reasons = b.reasons
  from before b where l.datastream_id = b.id and b.phenomenon_time is not null and l.phenomenon_time > $1`

/** @returns how many Datastreams had a latest observation in the future */
export async function correctLatestAhead(pool: Pool, nowMs: number): Promise<number> {
  const limit = new Date(nowMs + CLOCK_AHEAD_LIMIT_MS)
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ datastreamId: number }>(AHEAD, [limit])
    if (rows.length === 0) return 0
    const ids = rows.map(({ datastreamId }) => datastreamId)
    await markAhead(client, limit, ids)
    await client.query(REPLACE, [limit, ids])
    return rows.length
  })
}

async function markAhead(client: PoolClient, limit: Date, ids: readonly number[]): Promise<void> {
  const { rows } = await client.query<{ datastreamId: number; time: Date }>(ROWS_AHEAD, [limit, ids])
  await amendObservations(
    client,
    rows.map(({ datastreamId, time }) => ({
      ...{ datastreamId, timeMs: time.getTime(), quality: QUALITY.suspect, reasons: REASONS.clock_ahead },
    })),
  )
}
