/**
 * Hourly statistics by the hours of the city's clock, as items of a `from` clause. They are the rows of the hourly rollup,
 * whose hours are UTC; where the clock is off by part of an hour they are put together from quarters (migration 022).
 */

/** SQL of the statement around it: an int[] of Datastreams, and the bounds in time. */
type Bounds = { readonly ids: string; readonly from: string; readonly to: string }

const within = ({ ids, from, to }: Bounds): string =>
  `where datastream_id = any(${ids}::int[]) and bucket >= ${from} and bucket < ${to}`

// PostgreSQL reads the sign of a fixed offset ("+05:45") the other way round.
const CITY_ZONE = `
  (select case when zone ~ '^[+-]' then translate(zone, '+-', '-+') else zone end from (select pack ->> 'timeZone' as zone from city) c)`
// An hour of which the clock shows only a part, where it jumps by half an hour, is an hour of its own.
export const CLOCK_HOUR = `
  bucket - make_interval(mins => extract(minute from bucket at time zone ${CITY_ZONE})::int)`

/** The columns of observation_hourly; of a clock with quarters the energies of sound levels as well. */
export function clockHours(hasQuarters: boolean | undefined, bounds: Bounds): string {
  if (!hasQuarters) return `(select * from observation_hourly ${within(bounds)}) as hour`
  return `(
    select datastream_id, ${CLOCK_HOUR} as bucket, sum(n) as n, sum(good) as good, sum(total) as total, min(low) as low,
           max(high) as high, first(first, bucket) filter (where first is not null) as first,
           last(last, bucket) filter (where last is not null) as last, sum(suspect) as suspect,
           sum(suspect_total) as suspect_total, sum(heard) as heard, sum(energy) as energy, sum(suspect_energy) as suspect_energy
    from observation_quarter ${within(bounds)}
    group by 1, 2
  ) as hour`
}

/** Of sound levels: `energy`, the mean over the hour, and `n`. Hours in which nothing good was heard are absent. */
export function soundClockHours(hasQuarters: boolean | undefined, bounds: Bounds): string {
  if (!hasQuarters) return `(select * from sound_hourly ${within(bounds)} and n > 0) as hour`
  return `(
    select datastream_id, ${CLOCK_HOUR} as bucket, sum(energy) / sum(heard) as energy, sum(heard) as n
    from observation_quarter ${within(bounds)} and heard > 0
    group by 1, 2
  ) as hour`
}
