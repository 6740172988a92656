import type { Queryable } from '#infra/db/pool.ts'
import type { StationDay, StationYear } from '#model/air-quality/standards/station-year.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { hasQuarterHours, offsetMs } from '#model/basics/period.ts'
import { airValues, hoursWithRange } from '../measurements/air-sums.ts'
import { HOUR_MEAN } from '../measurements/hour-means.ts'

/**
 * The city's standard time, without summer time, in which days and years of a standard are counted: every day has 24 hours.
 * The lower of the offsets of January and July; where it is not a whole hour, hours begin with the clock's.
 */
export function standardOffsetMs(year: number, timeZone: string): number {
  const offsets = [0, 6].map((month) => offsetMs(new Date(Date.UTC(year, month, 1, 12)), timeZone))
  return Math.min(...offsets)
}

/** Where a country changes its standard time, its years still join: each ends where the next one begins. */
const standardYear = (year: number, timeZone: string): { from: number; to: number } => ({
  from: Date.UTC(year, 0, 1) - standardOffsetMs(year, timeZone),
  to: Date.UTC(year + 1, 0, 1) - standardOffsetMs(year + 1, timeZone),
})

// $6 and $7: the year; $8: minutes of the offset; $9: hourly means above this are listed, by Datastream of $1.
// Every hour between the first and the last value has a row, with or without one: a running mean may end in an hour that is missing itself. `eight` and
// `three` are rows, which are hours. A union and no join: without statistics a join of hours with hours is read as a loop. The day that an hour ends in is the day of its beginning, midnight apart.
// $10: the last day of the year, which has an hour more where the next one begins by another standard time.
const stationDays = (hasQuarters: boolean): string => `
  with measured as (
    select range.id, bucket, ${HOUR_MEAN} as mean
    from ${hoursWithRange(hasQuarters, "($6::timestamptz - interval '7 hours')", '$7')}
  ), hour as (
    select id, bucket, max(mean) as mean from (
      select id, bucket, mean from measured
      union all
      select stream.id, b.bucket, null
      from (select id, min(bucket) as first, max(bucket) as last from measured where mean is not null group by 1) stream
      cross join lateral generate_series(first, least(last + interval '7 hours', $7::timestamptz - interval '1 hour'), interval '1 hour') as b (bucket)
    ) each_hour group by 1, 2
  ), running as (
    select id, bucket, mean,
           avg(mean) over eight as mean8, count(mean) over eight as n8,
           min(mean) over three as low3, count(mean) over three as n3
    from hour
    window eight as (partition by id order by bucket rows 7 preceding), three as (partition by id order by bucket rows 2 preceding)
  )
  select id, least(to_char((bucket at time zone 'UTC') + make_interval(mins => $8::int), 'YYYY-MM-DD'), $10::text) as day,
         count(mean)::int as hours, avg(mean) as mean, max(mean) as max1, max(low3) filter (where n3 = 3) as max3,
         max(mean8) filter (where n8 >= 6) as max8, (count(*) filter (where n8 >= 6))::int as windows,
         coalesce(array_agg(mean order by bucket) filter (where mean > ($9::float8[])[array_position($1::int[], id)]), '{}') as above
  from running where bucket >= $6
  group by 1, 2 order by 1, 2`
type DayRow = StationDay & { readonly id: number }

/**
 * A calendar year of each Datastream as far as it is over, in the city's standard time. Datastreams without a value are
 * absent.
 * @param above by Datastream: hourly means above it are listed individually
 */
export async function stationYears(
  db: Queryable,
  above: ReadonlyMap<number, number>,
  { year, timeZone, now }: { year: number; timeZone: string; now: Date },
): Promise<ReadonlyMap<number, StationYear>> {
  const offset = standardOffsetMs(year, timeZone)
  const { from, to: ends } = standardYear(year, timeZone)
  const end = Math.min(ends, now.getTime())
  const to = from + Math.max(0, Math.floor((end - from) / HOUR_MS)) * HOUR_MS
  if (to <= from || above.size === 0) return new Map()
  const values = [
    ...airValues([...above.keys()]),
    new Date(from),
    new Date(to),
    offset / MINUTE_MS,
    [...above.values()],
    `${year}-12-31`,
  ]
  const { rows } = await db.query<DayRow>(stationDays(hasQuarterHours(timeZone)), values)
  const hoursSoFar = (to - from) / HOUR_MS
  return new Map(
    [...Map.groupBy(rows, ({ id }) => id)].map(([id, days]) => [
      id,
      { year, hoursSoFar, days: days.map(({ id: _, ...day }) => day) },
    ]),
  )
}
