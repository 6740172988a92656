/**
 * The scheduled re-evaluation: one worker at a time re-evaluates stored observations, hour by hour, and days that have late
 * data or new rules.
 *
 *     waiting     --every CHECK_MS-->                 requesting the lease
 *     requesting  --another worker has it-->          waiting
 *     requesting  --granted-->                        complete hours after `through`, then due days, then waiting
 *     any         --close()-->                        closed, after the current step; unfinished days stay due
 *
 * All state is in the database: a killed worker loses its lease within seconds, and the next one, which asks every minute, repeats
 * what was not recorded as done, which changes nothing.
 */

import type { Pool } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { MEASURING_RANGES } from '#model/air-quality/measuring-ranges.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS } from '#model/basics/durations.ts'
import { LATE_MS } from '../quality/amendments.ts'
import { CLIMATOLOGY } from '../quality/climatology.ts'
import { BARKJOHN, KAPPA_KOEHLER } from '../quality/corrections.ts'
import { RULES, RULES_VERSION } from '../quality/rules.ts'
import { type Counts, requalify } from './requalify.ts'
import type { Window } from './window.ts'

const CHECK_MS = MINUTE_MS
const LEASE_SECONDS = 15
/** An hour is re-evaluated when it ended this long ago. */
const DELAY_MS = HOUR_MS / 2
/** Share of the time left to the ingest of new messages. */
const REST = 0.5
const MAX_RANGE_MS = WEEK_MS

export type ScheduleOptions = {
  readonly pool: Pool
  readonly log: Logger
  /** milliseconds since 1970; for tests */
  readonly now?: () => number
  readonly rest?: number
}
export type Schedule = {
  /** runs what is due now; for tests, and for a command */
  runDue(): Promise<void>
  close(): Promise<void>
}

export function scheduleRequalification({ pool, log, now = Date.now, rest = REST }: ScheduleOptions): Schedule {
  const holder = crypto.randomUUID()
  const stop = new AbortController()
  let running: Promise<void> = Promise.resolve()

  const run = async (): Promise<void> => {
    if (stop.signal.aborted || !(await takeLease(pool, holder))) return
    const renewal = setInterval(() => void takeLease(pool, holder).catch(() => {}), (LEASE_SECONDS / 3) * 1000)
    try {
      await applyRules(pool, log)
      await catchUp()
      await dueDays()
    } finally {
      clearInterval(renewal)
      await pool.query(`update quality_progress set lease_until = '-infinity' where holder = $1`, [holder])
    }
  }

  async function catchUp(): Promise<void> {
    const through = await readThrough(pool)
    const toMs = Math.floor((now() - DELAY_MS) / HOUR_MS) * HOUR_MS
    if (toMs <= through) return
    // Slightly late data belongs to earlier hours, and the last result of an hour is evaluated with the next one.
    if (!(await reevaluate({ fromMs: through - LATE_MS, toMs }, 'hours'))) return
    await pool.query('update quality_progress set through = $1, updated_at = now()', [new Date(toMs)])
  }

  async function dueDays(): Promise<void> {
    for (let range = await nextDue(pool); range && !stop.signal.aborted; range = await nextDue(pool)) {
      // Those that are there before: data arriving meanwhile makes the day due again.
      const marks = await readMarks(pool, range)
      const fromMs = Date.parse(`${range.first}T00:00:00Z`)
      const toMs = Math.min(
        Date.parse(`${range.last}T00:00:00Z`) + DAY_MS + LATE_MS,
        Math.floor(now() / HOUR_MS) * HOUR_MS,
      )
      const done = fromMs >= toMs || (await reevaluate({ fromMs, toMs }, 'days').catch(() => false))
      if (!done) return
      await pool.query('delete from quality_due where ctid = any($1::tid[]) and at <= $2::timestamptz', [
        marks.rows,
        marks.newest,
      ])
    }
  }

  async function reevaluate(window: Window, what: string): Promise<boolean> {
    const startMs = performance.now()
    const counts: Counts = await requalify({ pool, window, rest, signal: stop.signal })
    const [from, to] = [window.fromMs, window.toMs].map((ms) => new Date(ms).toISOString())
    log.info(
      { from, to, ...counts, ms: Math.round(performance.now() - startMs) },
      `quality of stored ${what} re-evaluated`,
    )
    return !stop.signal.aborted
  }

  const runDue = (): Promise<void> => {
    running = running.then(run).catch((error: Error) => {
      if (stop.signal.aborted) return
      if (isTransient(error)) log.debug({ detail: error.message }, 're-evaluation postponed; database unreachable')
      else log.error({ err: error }, 're-evaluation failed; retrying in a minute')
    })
    return running
  }
  const timer = setInterval(() => void runDue(), CHECK_MS)
  timer.unref()
  return {
    runDue,
    close: async () => {
      stop.abort()
      clearInterval(timer)
      await running
    },
  }
}

async function takeLease(pool: Pool, holder: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update quality_progress set holder = $1, lease_until = now() + make_interval(secs => $2)
     where holder = $1 or lease_until < now()`,
    [holder, LEASE_SECONDS],
  )
  return rowCount === 1
}

async function readThrough(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ through: Date }>('select through from quality_progress')
  return rows[0]?.through.getTime() ?? Date.now()
}

/** Makes all stored days due when the rules are newer than those applied last. An older version changes nothing. */
async function applyRules(pool: Pool, log: Logger): Promise<void> {
  const corrections = [BARKJOHN, KAPPA_KOEHLER].map(({ name, source }) => ({ name, source }))
  const { rowCount } = await pool.query(
    `with new as (
       insert into quality_rules (version, rules)
       select $1, $2 where not exists (select from quality_rules where version >= $1)
       returning version
     )
     insert into quality_due (day, at)
     select d::date, '-infinity' from new, timescaledb_information.chunks c,
       generate_series(c.range_start at time zone 'UTC', c.range_end at time zone 'UTC' - interval '1 day', interval '1 day') as d
     where c.hypertable_name = 'observation_packed' and c.range_start < now()`,
    [RULES_VERSION, JSON.stringify({ rules: RULES, climatology: CLIMATOLOGY, ranges: MEASURING_RANGES, corrections })],
  )
  if (rowCount)
    log.info({ version: RULES_VERSION, days: rowCount }, 'quality rules changed; re-evaluating stored observations')
}

type Due = { first: string; last: string }

// Days that still receive data wait for a quiet minute, but not for longer than an hour.
const DUE = `
  with ready as (
    select day from quality_due group by day
    having max(at) < now() - interval '1 minute' or min(at) < now() - interval '1 hour'
  ), newest as (
    select max(day) as last from ready
  )
  select min(day)::text as first, max(day)::text as last
  from (select day, day + row_number() over (order by day desc)::int as run from ready) r, newest
  where run = last + 1 and day > last - $1::int
  having count(*) > 0`

/** The latest range of consecutive days that are due. */
async function nextDue(pool: Pool): Promise<Due | undefined> {
  const { rows } = await pool.query<Due>(DUE, [MAX_RANGE_MS / DAY_MS])
  return rows[0]
}

/** As text: a Date has no microseconds. */
type Marks = { rows: string[]; newest: string | null }

async function readMarks(pool: Pool, { first, last }: Due): Promise<Marks> {
  const { rows } = await pool.query<Marks>(
    `select coalesce(array_agg(ctid::text), '{}') as rows, max(at)::text as newest from quality_due
     where day between $1::date and $2::date`,
    [first, last],
  )
  return rows[0] ?? { rows: [], newest: null }
}
