import type { Queryable } from '#infra/db/pool.ts'
import { cutOf, type Hours } from '../../measurements/hours.ts'

/** That a Datastream reported at all in a period, and its highest good value. */
export type Activity = { readonly good: number; readonly hours: number; readonly high: number | null }

const ACTIVITY = `
  select datastream_id as id, sum(good)::float8 as good, sum(good_hours)::int as hours, max(high) as high
  from (
    select datastream_id, good, case when good > 0 then 1 else 0 end as good_hours, high
    from observation_hourly where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3
    union all
    select datastream_id, good, case when good > 0 then 1 else 0 end, high
    from observation_hourly where datastream_id = any($1::int[]) and bucket >= $4 and bucket < $5
    union all
    select datastream_id, good, good_hours, high
    from observation_daily where datastream_id = any($1::int[]) and bucket >= $3 and bucket < $4
  ) part
  group by 1`

/** By Datastream id; silent Datastreams are absent. */
export async function activities(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
): Promise<ReadonlyMap<number, Activity>> {
  const { from, firstDay, lastDay, to } = cutOf(hours)
  const { rows } = await db.query<Activity & { id: number }>(ACTIVITY, [ids, from, firstDay, lastDay, to])
  return new Map(rows.map(({ id, ...row }) => [id, row]))
}
