import type { Queryable } from '#infra/db/pool.ts'
import { MEASURING_RANGES } from '#model/air-quality/measuring-ranges.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { clockHours } from './clock-hours.ts'
import { HOUR_MEAN, rangesInForce, rangeValues, USABLE_MEAN, WHILE_IN_FORCE } from './hour-means.ts'
import { cutOf, type Hours } from './hours.ts'

/** What of `$1` (ids of Datastreams) is known of their instruments; `$2` to `$5` are rangeValues. */
const RANGE = `${rangesInForce(2, 'd.id = any($1::int[])')} on datastream_id = range.id and ${WHILE_IN_FORCE}`
/** Rows of these Datastreams by hours of the city's clock or by days, with their instruments. Parameters go on with `$6`. */
export const hoursWithRange = (hasQuarters: boolean | undefined, from: string, to: string): string =>
  `${clockHours(hasQuarters, { ids: '$1', from, to })} join ${RANGE}`
export const DAYS_WITH_RANGE = `observation_daily join ${RANGE} where datastream_id = any($1::int[])`
const RANGES = rangeValues(Object.keys(MEASURING_RANGES))
export const airValues = (ids: readonly number[]): unknown[] => [ids, ...RANGES]

/** A reading above the range of an instrument whose doubted ones are left out, unless proven otherwise. */
export const MAY_EXCEED = `(suspect > 0 and not range.counts and coalesce(suspect_total, 0) > range.top)`
const hoursOf = (hasQuarters: boolean | undefined, from: string, to: string): string => `
  select range.id, bucket, n, good, suspect, ${HOUR_MEAN} as total, case when ${HOUR_MEAN} is null then 0 else 1 end as hours,
         ${USABLE_MEAN} as usable, case when good + suspect > 0 then 1 else 0 end as usable_hours
  from ${hoursWithRange(hasQuarters, from, to)}`
// Hours before observations: a sensor that sends more often at night must not pull the mean to the night. Days keep the sum
// of their hourly means and how many there were, of good readings and with the suspect ones: so the mean over hours follows
// from them, but for days with readings above the range, which are composed from their hours.
const longSums = (hasQuarters: boolean | undefined): string => `
  select id, sum(total) as total, sum(hours)::int as hours, sum(n)::float8 as n, sum(good)::float8 as good,
         sum(suspect)::float8 as suspect, sum(usable) as usable, sum(usable_hours)::int as "usableHours"
  from (
    ${hoursOf(hasQuarters, '$6', '$7')}
    union all
    select range.id, bucket, n, good, suspect, case when range.counts then usable_hourly_means else hourly_means end,
           case when range.counts then usable_hours else good_hours end, usable_hourly_means, usable_hours
    from ${DAYS_WITH_RANGE} and bucket >= $7 and bucket < $8 and not ${MAY_EXCEED}
    union all
    ${hoursOf(hasQuarters, '$8', '$9')}
  ) part
  group by 1`
const DAYS_BEYOND = `select range.id, bucket from ${DAYS_WITH_RANGE} and bucket >= $6 and bucket < $7 and ${MAY_EXCEED}`
const HOURS_BEYOND = `
  select id, total, hours, n::float8 as n, good::float8 as good, suspect::float8 as suspect, usable, usable_hours as "usableHours",
         date_trunc('day', bucket, 'UTC') as bucket
  from (${hoursOf(false, '$6', '$7')}) hour`
export type AirSums = {
  readonly id: number
  /** of hourly means, over `hours` */
  readonly total: number | null
  readonly hours: number
  readonly n: number
  readonly good: number
  readonly suspect: number
  /** the same with suspect observations counted as good */
  readonly usable: number | null
  readonly usableHours: number
}
type DayKey = { id: number; bucket: Date }

/** Sums of the hourly means of each Datastream over a period, in one row or more. */
export async function airSums(db: Queryable, ids: readonly number[], hours: Hours): Promise<AirSums[]> {
  const { from, firstDay, lastDay, to } = cutOf(hours)
  const { rows } = await db.query<AirSums>(longSums(hours.hasQuarters), [
    ...airValues(ids),
    from,
    firstDay,
    lastDay,
    to,
  ])
  return [...rows, ...(await hoursBeyond(db, ids, firstDay, lastDay))]
}

/** The hours of whole days on which some reading may lie above the range of its instrument. */
export async function hoursBeyond(
  db: Queryable,
  ids: readonly number[],
  from: Date,
  to: Date,
): Promise<(AirSums & DayKey)[]> {
  if (from >= to) return []
  const { rows: days } = await db.query<DayKey>(DAYS_BEYOND, [...airValues(ids), from, to])
  if (days.length === 0) return []
  const keyOf = ({ id, bucket }: DayKey): string => `${id} ${bucket.getTime()}`
  const wanted = new Set(days.map(keyOf))
  const times = days.map(({ bucket }) => bucket.getTime())
  const of = [...new Set(days.map(({ id }) => id))]
  const span = [new Date(Math.min(...times)), new Date(Math.max(...times) + DAY_MS)]
  const { rows } = await db.query<AirSums & DayKey>(HOURS_BEYOND, [...airValues(of), ...span])
  return rows.filter((row) => wanted.has(keyOf(row)))
}
