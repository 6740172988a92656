import type { Queryable } from '#infra/db/pool.ts'
import { clockHours } from '../../measurements/clock-hours.ts'
import { cutOf, type Hours } from '../../measurements/hours.ts'

/** That a Datastream reported at all in a period, and its highest good value. */
export type Activity = { readonly good: number; readonly hours: number; readonly high: number | null }

// Hours of the city's clock; where these lie across those of UTC, every hour of the period is read.
const activityText = (hasQuarters: boolean | undefined): string => `
  select datastream_id as id, sum(good)::float8 as good, sum(good_hours)::int as hours, max(high) as high
  from (
    select datastream_id, good, case when good > 0 then 1 else 0 end as good_hours, high
    from ${clockHours(hasQuarters, { ids: '$1', from: '$2', to: '$3' })}
    union all
    select datastream_id, good, case when good > 0 then 1 else 0 end, high
    from ${clockHours(hasQuarters, { ids: '$1', from: '$4', to: '$5' })}
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
  const { rows } = await db.query<Activity & { id: number }>(activityText(hours.hasQuarters), [
    ids,
    from,
    firstDay,
    lastDay,
    to,
  ])
  return new Map(rows.map(({ id, ...row }) => [id, row]))
}
