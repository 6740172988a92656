/**
 * The running re-evaluation: one worker at a time judges what is stored, hour by hour, and days that late data or new
 * rules have touched.
 *
 *     waiting  --every LOOK_MS-->                     asking for the lease
 *     asking   --somebody else has it-->              waiting
 *     asking   --ours-->                              complete hours after `through`, then due days, then waiting
 *     any      --close()-->                           closed, after the step that runs; what was not done stays due
 *
 * All that is remembered is in the database: a worker that is killed loses its lease after a minute, and the next one
 * does again what was not written down as done, which changes nothing.
 */
import type { Pool } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { MEASURING_RANGES } from '#model/air-quality/measuring-ranges.ts'
import { LATE_MS } from '../quality/amendments.ts'
import { CLIMATOLOGY } from '../quality/climatology.ts'
import { BARKJOHN, KAPPA_KOEHLER } from '../quality/corrections.ts'
import { RULES, RULES_VERSION } from '../quality/rules.ts'
import { type Counts, requalify } from './requalify.ts'
import type { Window } from './window.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LOOK_MS = 60_000
const LEASE_SECONDS = 60
/** An hour is judged when it has been over for so long. */
const SETTLED_MS = HOUR_MS / 2
/** Half of the time is left to what arrives. */
const REST = 0.5
const LONGEST_MS = 7 * DAY_MS

export type ScheduleOptions = {
  readonly pool: Pool
  readonly log: Logger
  /** milliseconds since 1970; for tests */
  readonly now?: () => number
  readonly rest?: number
}
export type Schedule = {
  /** does now what is to be done; for tests, and for a command */
  runDue(): Promise<void>
  close(): Promise<void>
}

export function scheduleRequalification({ pool, log, now = Date.now, rest = REST }: ScheduleOptions): Schedule {
  const holder = crypto.randomUUID()
  const stop = new AbortController()
  let running: Promise<void> = Promise.resolve()

  const look = async (): Promise<void> => {
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
    const toMs = Math.floor((now() - SETTLED_MS) / HOUR_MS) * HOUR_MS
    if (toMs <= through) return
    // What came a little late lies in the hours before, and an hour's last result waits for the next to be judged.
    if (!(await judge({ fromMs: through - LATE_MS, toMs }, 'hours'))) return
    await pool.query('update quality_progress set through = $1, updated_at = now()', [new Date(toMs)])
  }

  async function dueDays(): Promise<void> {
    for (let range = await nextDue(pool); range && !stop.signal.aborted; range = await nextDue(pool)) {
      // First forgotten, then done: what comes meanwhile makes the day due again. Put back if we do not get through.
      const { rowCount } = await pool.query('delete from quality_due where day between $1::date and $2::date', [
        range.first,
        range.last,
      ])
      const fromMs = Date.parse(`${range.first}T00:00:00Z`)
      const toMs = Math.min(
        Date.parse(`${range.last}T00:00:00Z`) + DAY_MS + LATE_MS,
        Math.floor(now() / HOUR_MS) * HOUR_MS,
      )
      const done = fromMs >= toMs || (await judge({ fromMs, toMs }, 'days').catch(() => false))
      if (!done && rowCount) await markDays(pool, range)
      if (!done) return
    }
  }

  async function judge(window: Window, what: string): Promise<boolean> {
    const startMs = performance.now()
    const counts: Counts = await requalify({ pool, window, rest, signal: stop.signal })
    const [from, to] = [window.fromMs, window.toMs].map((ms) => new Date(ms).toISOString())
    log.info({ from, to, ...counts, ms: Math.round(performance.now() - startMs) }, `quality: ${what} judged again`)
    return !stop.signal.aborted
  }

  const runDue = (): Promise<void> => {
    running = running.then(look).catch((error: Error) => {
      if (stop.signal.aborted) return
      if (isTransient(error)) log.debug({ detail: error.message }, 'the database is away: nothing is judged again')
      else log.error({ err: error }, 'stored observations could not be judged again; it is tried again')
    })
    return running
  }
  const timer = setInterval(() => void runDue(), LOOK_MS)
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

/** Rules of another version than those that judged here last: everything stored is due. An older one takes nothing back. */
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
    log.info({ version: RULES_VERSION, days: rowCount }, 'quality: the rules are new, history is judged again')
}

type Due = { first: string; last: string }

// Days still being filled wait for a quiet minute, but not for longer than an hour.
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

/** Days in a row that are due, the newest ones first. */
async function nextDue(pool: Pool): Promise<Due | undefined> {
  const { rows } = await pool.query<Due>(DUE, [LONGEST_MS / DAY_MS])
  return rows[0]
}

async function markDays(pool: Pool, { first, last }: Due): Promise<void> {
  await pool.query(
    `insert into quality_due (day) select d::date from generate_series($1::date, $2::date, interval '1 day') as d`,
    [first, last],
  )
}
