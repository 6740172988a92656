import type { Queryable } from '#infra/db/pool.ts'
import { cutOf, type Hours } from './hours.ts'

/** Mean of the hourly means of one Datastream over a period. An hour counts when it has a good observation. */
export type PeriodMean = {
  readonly mean: number | null
  readonly hours: number
  /** observations, of which `good` passed or were not evaluated */
  readonly n: number
  readonly good: number
}

// Hours before observations: a sensor that sends more often at night must not pull the mean to the night.
const MEANS = `
  select datastream_id as id, avg(total / nullif(good, 0)) as mean, (count(*) filter (where good > 0))::int as hours,
         sum(n)::float8 as n, sum(good)::float8 as good
  from observation_hourly
  where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3
  group by 1`
// Days keep the sum of their hourly means and how many there were, so the mean over hours follows from them.
const HOURS_OF = `
  select datastream_id, n, good, case when good > 0 then 1 else 0 end as good_hours, total / nullif(good, 0) as hourly_means
  from observation_hourly where datastream_id = any($1::int[])`
const LONG_MEANS = `
  select datastream_id as id, sum(hourly_means) / nullif(sum(good_hours), 0)::float8 as mean, sum(good_hours)::int as hours,
         sum(n)::float8 as n, sum(good)::float8 as good
  from (
    ${HOURS_OF} and bucket >= $2 and bucket < $3
    union all
    select datastream_id, n, good, good_hours, hourly_means
    from observation_daily where datastream_id = any($1::int[]) and bucket >= $3 and bucket < $4
    union all
    ${HOURS_OF} and bucket >= $4 and bucket < $5
  ) part
  group by 1`

/** By Datastream id; Datastreams without an observation in the period are absent. */
export async function periodMeans(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
): Promise<ReadonlyMap<number, PeriodMean>> {
  const { from, firstDay, lastDay, to } = cutOf(hours)
  const { rows } = await db.query<PeriodMean & { id: number }>(LONG_MEANS, [ids, from, firstDay, lastDay, to])
  return new Map(rows.map(({ id, ...row }) => [id, row]))
}

/** Whole hours that begin in the peaks of working days in local time. */
const PEAK_HOURS = `
  select bucket from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') bucket
  where extract(isodow from bucket at time zone $3) < 6 and extract(hour from bucket at time zone $3) = any($4::int[])`
// The hours are listed, so that the index finds the eighth of a year that is needed.
const PEAK_MEANS = MEANS.replace('group by', 'and bucket = any($4::timestamptz[]) group by')

/** Means over peak hours by Datastream id, and how many peak hours the period has had. */
export async function peakMeans(
  db: Queryable,
  ids: readonly number[],
  { from, to }: Hours,
  timeZone: string,
  peak: readonly number[],
): Promise<{ means: ReadonlyMap<number, PeriodMean>; expected: number }> {
  const listed = (await db.query<{ bucket: Date }>(PEAK_HOURS, [from, to, timeZone, peak])).rows
  const buckets = listed.map(({ bucket }) => bucket)
  const { rows } = await db.query<PeriodMean & { id: number }>(PEAK_MEANS, [ids, from, to, buckets])
  return { means: new Map(rows.map(({ id, ...row }) => [id, row])), expected: buckets.length }
}
