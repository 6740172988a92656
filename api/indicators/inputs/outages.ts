import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { goodSql } from '#model/observation/quality.ts'
import type { Hours } from '../../measurements/hours.ts'
import { byMonth, type Span } from '../../measurements/months.ts'

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
/** So far around a span every day with customers off is read; interruptions that last longer are found by LONG. */
const AROUND_DAYS = 31
const AROUND_MS = AROUND_DAYS * DAY_MS

// The rollup finds the days with customers off; raw is read for these alone, for the next day heard where supply had not
// returned by the end of one, and for the first day. AROUND_DAYS before and after as well.
const DAYS = `
  select id, bucket as day from (
    select datastream_id as id, bucket, high, lag(last) over (partition by datastream_id order by bucket) as before
    from observation_daily
    where datastream_id = any($1::int[]) and bucket >= $2::timestamptz - interval '${AROUND_DAYS + 1} days'
      and bucket < $3::timestamptz + interval '${AROUND_DAYS} days' and good > 0
  ) day
  where high > 0 or before > 0 or before is null
  order by 2`
// One day at a time: with the bounds as parameters, all chunks but one are left out while the statement is planned.
const READINGS = `
  select datastream_id as id, phenomenon_time as at, result as "off" from observation
  where datastream_id = any($1::int[]) and phenomenon_time >= $2 and phenomenon_time < $3 and ${goodSql()}
  order by 1, 2`
type Reading = { readonly id: number; readonly at: Date; readonly off: number }
// Customers off when the readings begin, however long ago that was reported.
const OPEN = `
  select id
  from unnest($1::int[]) as id
  cross join lateral (
    select last from observation_daily d
    where d.datastream_id = id and bucket < $2::timestamptz - interval '${AROUND_DAYS + 1} days' and good > 0
    order by bucket desc limit 1
  ) before
  where before.last > 0`

// Days in a row at whose ends customers were off, up to the day on which supply returned, where there are many of them.
const LONG = `
  with day as (
    select datastream_id as id, bucket, lag(last) over (partition by datastream_id order by bucket) as before
    from observation_daily
    where datastream_id = any($1::int[]) and bucket >= $2::timestamptz - interval '${AROUND_DAYS + 1} days' and good > 0
  ), run as (
    select id, bucket, sum((coalesce(before, 0) <= 0)::int) over (partition by id order by bucket) as run from day
  )
  select id, min(bucket) as "from", max(bucket) as "to" from run
  group by id, run having max(bucket) - min(bucket) >= interval '${AROUND_DAYS - 1} days' order by 1, 2`
const DAYS_OF_LONG = `
  select d.datastream_id as id, d.bucket as day
  from unnest($1::int[], $2::timestamptz[]) as long (id, until)
  join observation_daily d on d.datastream_id = long.id and d.bucket <= long.until
  where d.datastream_id = any($1::int[]) and d.bucket >= $3 and d.good > 0
  order by 2`
type Long = { readonly id: number; readonly from: Date; readonly to: Date }

/** By Datastream id; feeders without an interruption are absent. */
export async function outages(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
  timeZone: string,
): Promise<ReadonlyMap<number, Outages>> {
  // What lasts longer than the days around a month that its fingerprint covers is part of the fingerprint itself.
  const long = (await db.query<Long>(LONG, [ids, hours.from])).rows
  const family = {
    ...{ name: 'outages', version: 4, ids, about: long, aroundDays: AROUND_DAYS + 1 },
    load: (span: Span) => within(db, ids, span, long),
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
  long: readonly Long[],
): Promise<(Outages & { id: number })[]> {
  const days = await daysOf(db, ids, { from, to }, long)
  const rows: Reading[] = []
  for (const [time, feeders] of Map.groupBy(days, ({ day }) => day.getTime())) {
    const of = feeders.map(({ id }) => id)
    rows.push(...(await db.query<Reading>(READINGS, [of, new Date(time), new Date(time + DAY_MS)])).rows)
  }
  const open = new Set((await db.query<{ id: number }>(OPEN, [ids, from])).rows.map(({ id }) => id))
  const byFeeder = Map.groupBy(rows, ({ id }) => id)
  return [...byFeeder].map(([id, own]) => ({ id, ...summed(own, { from, to }, open.has(id)) }))
}

type Day = { readonly id: number; readonly day: Date }

/** Days of which raw readings are needed; of an interruption that may begin in the span and lasts long, all of them. */
async function daysOf(
  db: Queryable,
  ids: readonly number[],
  { from, to }: Span,
  long: readonly Long[],
): Promise<Day[]> {
  const days = (await db.query<Day>(DAYS, [ids, from, to])).rows
  const end = Math.ceil((to.getTime() + AROUND_MS) / DAY_MS) * DAY_MS
  // A run of days may have begun before the span, with an interruption that ended and was followed by the long one.
  const own = long.filter((run) => run.from < to && run.to.getTime() >= end)
  if (own.length === 0) return days
  const values = [own.map(({ id }) => id), own.map((run) => run.to), new Date(end)]
  return [...days, ...(await db.query<Day>(DAYS_OF_LONG, values)).rows]
}

type Open = {
  readonly since: number
  readonly last: Reading | undefined
  readonly interrupted: number
  readonly minutes: number
}

/**
 * Customers off are a step function of time: every rise interrupts that many customers, the area under it is customer minutes
 * (IEEE Std 1366-2012, SAIFI and CAIDI). An interruption accrues with all its minutes to the period in which it begins (as
 * clause 5 of the standard accrues it to the day), so the parts of a period add up to it wherever it is split. Minutes run
 * between readings: after the last one nothing is known, and nothing is counted.
 */
function summed(readings: readonly Reading[], { from, to }: Span, openBefore: boolean): Outages {
  const total = { interruptions: 0, interrupted: 0, minutes: 0, short: 0 }
  let open: Open | undefined = openBefore
    ? { since: Number.NEGATIVE_INFINITY, last: undefined, interrupted: 0, minutes: 0 }
    : undefined
  const close = ({ since, interrupted, minutes }: Open, at: number): void => {
    if (since < from.getTime() || since >= to.getTime()) return
    if (at - since <= SHORT_MS) total.short++
    else {
      total.interruptions++
      total.interrupted += interrupted
      total.minutes += minutes
    }
  }
  for (const reading of readings) {
    const at = reading.at.getTime()
    const before = open
    if (before) open = followed(before, reading)
    else if (reading.off > 0) open = { since: at, last: reading, interrupted: reading.off, minutes: 0 }
    if (open && reading.off <= 0) {
      close(open, at)
      open = undefined
    }
  }
  // Not over: a rise that nothing follows is an interruption of unknown length, not a short one.
  if (open) close(open, Number.POSITIVE_INFINITY)
  return total
}

/** An interruption with its next reading. */
function followed(open: Open, reading: Reading): Open {
  const { since, last } = open
  if (!last) return open
  const minutes = open.minutes + last.off * minutesBetween(last.at.getTime(), reading.at.getTime())
  return { since, last: reading, interrupted: open.interrupted + Math.max(0, reading.off - last.off), minutes }
}

const minutesBetween = (from: number, to: number): number => Math.max(0, to - from) / 60_000
