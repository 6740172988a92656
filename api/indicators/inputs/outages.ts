import type { Queryable } from '#infra/db/pool.ts'
import type { Hours } from './hours.ts'
import { byMonth, type Span } from './months.ts'

/** What one feeder's customers went through in a period. */
export type Outages = {
  readonly interruptions: number
  /** customers, each counted once for each interruption */
  readonly interrupted: number
  /** customer minutes */
  readonly minutes: number
  /** restored within three minutes: not in the sums */
  readonly short: number
}

/** EN 50160: an interruption is long when it lasts more than three minutes; shorter ones are another matter. */
const SHORT_MS = 3 * 60_000
const DAY_MS = 86_400_000
/** What began before a month or ended after it is seen whole as far as this. */
const AROUND_DAYS = 31

// The rollup finds the days with customers off; raw is read for these alone, and for the next day heard where supply had not
// returned by the end of one. AROUND_DAYS before and after as well.
const DAYS = `
  select id, bucket as day from (
    select datastream_id as id, bucket, high, lag(last) over (partition by datastream_id order by bucket) as before
    from observation_daily
    where datastream_id = any($1::int[]) and bucket >= $2::timestamptz - interval '${AROUND_DAYS + 1} days'
      and bucket < $3::timestamptz + interval '${AROUND_DAYS} days' and good > 0
  ) day
  where high > 0 or before > 0
  order by 2`
// One day at a time: with the bounds as parameters, all chunks but one are left out while the statement is planned.
const READINGS = `
  select datastream_id as id, phenomenon_time as at, result as "off" from observation
  where datastream_id = any($1::int[]) and phenomenon_time >= $2 and phenomenon_time < $3 and quality in (1, 2)
  order by 1, 2`
type Reading = { readonly id: number; readonly at: Date; readonly off: number }

/** By Datastream id; feeders without an interruption are absent. */
export async function outages(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
  timeZone: string,
): Promise<ReadonlyMap<number, Outages>> {
  const family = {
    name: 'outages',
    version: 1,
    ids,
    aroundDays: AROUND_DAYS,
    load: (span: Span) => within(db, ids, span),
  }
  const byFeeder = Map.groupBy(await byMonth(db, family, hours, timeZone), ({ id }) => id)
  return new Map([...byFeeder].map(([id, parts]) => [id, parts.reduce(added, NONE)]))
}

const NONE: Outages = { interruptions: 0, interrupted: 0, minutes: 0, short: 0 }
const added = (a: Outages, b: Outages): Outages => ({
  interruptions: a.interruptions + b.interruptions,
  interrupted: a.interrupted + b.interrupted,
  minutes: a.minutes + b.minutes,
  short: a.short + b.short,
})

async function within(
  db: Queryable,
  ids: readonly number[],
  { from, to }: Span,
): Promise<(Outages & { id: number })[]> {
  const days = (await db.query<{ id: number; day: Date }>(DAYS, [ids, from, to])).rows
  const rows: Reading[] = []
  for (const [time, feeders] of Map.groupBy(days, ({ day }) => day.getTime())) {
    const of = feeders.map(({ id }) => id)
    rows.push(...(await db.query<Reading>(READINGS, [of, new Date(time), new Date(time + DAY_MS)])).rows)
  }
  const byFeeder = Map.groupBy(rows, ({ id }) => id)
  return [...byFeeder].map(([id, own]) => ({ id, ...summed(own, { from, to }) }))
}

/**
 * Customers off are a step function of time: every rise interrupts that many customers, the area under it is customer minutes
 * (IEEE Std 1366, SAIFI and CAIDI). An interruption belongs to the period in which it begins, with all its minutes; one
 * that is not over counts up to the end of the period.
 */
function summed(readings: readonly Reading[], { from, to }: Span): Outages {
  const total = { interruptions: 0, interrupted: 0, minutes: 0, short: 0 }
  let open: { since: number; last: Reading; interrupted: number; minutes: number } | undefined
  const close = (at: number): void => {
    if (!open) return
    const { since, last, interrupted } = open
    const minutes = open.minutes + last.off * minutesBetween(last.at.getTime(), at)
    if (since >= from.getTime() && since < to.getTime()) {
      if (at - since <= SHORT_MS) total.short++
      else {
        total.interruptions++
        total.interrupted += interrupted
        total.minutes += minutes
      }
    }
    open = undefined
  }
  for (const reading of readings) {
    if (reading.off <= 0) close(reading.at.getTime())
    else if (!open) open = { since: reading.at.getTime(), last: reading, interrupted: reading.off, minutes: 0 }
    else {
      open.minutes += open.last.off * minutesBetween(open.last.at.getTime(), reading.at.getTime())
      open.interrupted += Math.max(0, reading.off - open.last.off)
      open.last = reading
    }
  }
  // Not over: counted up to the end of what is known, so that the next month goes on with nothing of it.
  close(Math.max(to.getTime(), open?.last.at.getTime() ?? 0))
  return total
}

const minutesBetween = (from: number, to: number): number => Math.max(0, to - from) / 60_000
