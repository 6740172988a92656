import type { Queryable } from '#infra/db/pool.ts'
import type { Hours } from './hours.ts'

/** The hour in which most bicycles (or vehicles) stood at their stations at the same time, and how many stood at each. */
export type Fleet = { readonly hour: Date; readonly docks: readonly { datastreamId: number; standing: number }[] }

// What is under way is at no station, so the fullest hour comes closest to the fleet. Key 0 is the whole city.
const FULLEST = `
  with dock as (select * from unnest($1::int[], $2::int[]) as d (id, zone)),
  zoned as materialized (
    select d.zone, h.bucket, sum(h.total / h.good) as parked
    from observation_hourly h join dock d on d.id = h.datastream_id
    where h.datastream_id = any($1::int[]) and h.bucket >= $3 and h.bucket < $4 and h.good > 0
    group by 1, 2
  ),
  standing as (
    select zone, bucket, parked from zoned where zone is not null
    union all
    select 0, bucket, sum(parked) from zoned group by 2
  )
  select distinct on (zone) zone, bucket from standing order by zone, parked desc, bucket`
const DOCKS = `
  select datastream_id as "datastreamId", bucket, total / good as standing from observation_hourly
  where datastream_id = any($1::int[]) and bucket = any($2::timestamptz[]) and good > 0
  order by 1`

/** By zone id, and 0 for the whole city. */
export async function fleets(
  db: Queryable,
  docks: readonly { id: number; zoneId: number | null }[],
  hours: Hours,
): Promise<ReadonlyMap<number, Fleet>> {
  const ids = docks.map(({ id }) => id)
  const zones = docks.map(({ zoneId }) => zoneId)
  const fullest = await db.query<{ zone: number; bucket: Date }>(FULLEST, [ids, zones, hours.from, hours.to])
  const buckets = fullest.rows.map(({ bucket }) => bucket)
  const standing = await db.query<{ datastreamId: number; bucket: Date; standing: number }>(DOCKS, [ids, buckets])
  const zoneOf = new Map(docks.map(({ id, zoneId }) => [id, zoneId]))
  return new Map(
    fullest.rows.map(({ zone, bucket }) => {
      const here = standing.rows.filter(
        (row) => row.bucket.getTime() === bucket.getTime() && (zone === 0 || zoneOf.get(row.datastreamId) === zone),
      )
      return [
        zone,
        { hour: bucket, docks: here.map(({ datastreamId, standing: count }) => ({ datastreamId, standing: count })) },
      ]
    }),
  )
}
