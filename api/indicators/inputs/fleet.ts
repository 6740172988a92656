import type { Queryable } from '#infra/db/pool.ts'
import { clockHours } from '../../measurements/clock-hours.ts'
import type { Hours } from '../../measurements/hours.ts'
import { byMonth, type Span } from '../../measurements/months.ts'

/** The hour in which most bicycles (or vehicles) stood at their stations at the same time, and how many stood at each. */
export type Fleet = { readonly hour: Date; readonly docks: readonly { datastreamId: number; standing: number }[] }

// What is under way is at no station, so the fullest hour comes closest to the fleet. Key 0 is the whole city.
const fullestText = (hasQuarters: boolean | undefined): string => `
  with dock as (select * from unnest($1::int[], $2::int[]) as d (id, zone)),
  zoned as materialized (
    select d.zone, h.bucket, sum(h.total / h.good) as parked
    from (select * from ${clockHours(hasQuarters, { ids: '$1', from: '$3', to: '$4' })}) h
    join dock d on d.id = h.datastream_id
    where h.good > 0
    group by 1, 2
  ),
  standing as (
    select zone, bucket, parked from zoned where zone is not null
    union all
    select 0, bucket, sum(parked) from zoned group by 2
  )
  select distinct on (zone) zone, bucket, parked from standing order by zone, parked desc, bucket`
const docksText = (hasQuarters: boolean | undefined): string => `
  select datastream_id as "datastreamId", bucket, total / good as standing
  from ${clockHours(hasQuarters, { ids: '$1', from: '$3', to: '$4' })}
  where bucket = any($2::timestamptz[]) and good > 0
  order by 1`

/** By zone id, and 0 for the whole city. */
export async function fleets(
  db: Queryable,
  docks: readonly { id: number; zoneId: number | null }[],
  { hours, timeZone, name }: { hours: Hours; timeZone: string; name: string },
): Promise<ReadonlyMap<number, Fleet>> {
  const ids = docks.map(({ id }) => id)
  const family = {
    name: `fleet ${name}`,
    version: 2,
    ids,
    about: docks,
    load: (span: Span) => fullest(db, docks, { ...span, hasQuarters: hours.hasQuarters }),
  }
  const byZone = Map.groupBy(await byMonth(db, family, hours, timeZone), ({ zone }) => zone)
  return new Map(
    [...byZone].map(([zone, hours]) => {
      // Of hours that are equally full the first, as within a month.
      const { bucket, standing } = hours.reduce((fullest, next) => (next.parked > fullest.parked ? next : fullest))
      return [zone, { hour: new Date(bucket), docks: standing }]
    }),
  )
}

type Fullest = { zone: number; bucket: string; parked: number; standing: Fleet['docks'] }

async function fullest(
  db: Queryable,
  docks: readonly { id: number; zoneId: number | null }[],
  { from, to, hasQuarters }: Span & { hasQuarters: boolean | undefined },
): Promise<Fullest[]> {
  const ids = docks.map(({ id }) => id)
  const zones = docks.map(({ zoneId }) => zoneId)
  type Row = { zone: number; bucket: Date; parked: number }
  const { rows } = await db.query<Row>(fullestText(hasQuarters), [ids, zones, from, to])
  const buckets = rows.map(({ bucket }) => bucket)
  type Standing = { datastreamId: number; bucket: Date; standing: number }
  const standing = await db.query<Standing>(docksText(hasQuarters), [ids, buckets, from, to])
  const zoneOf = new Map(docks.map(({ id, zoneId }) => [id, zoneId]))
  return rows.map(({ zone, bucket, parked }) => {
    const here = standing.rows.filter(
      (row) => row.bucket.getTime() === bucket.getTime() && (zone === 0 || zoneOf.get(row.datastreamId) === zone),
    )
    const at = here.map(({ datastreamId, standing: count }) => ({ datastreamId, standing: count }))
    return { zone, bucket: bucket.toISOString(), parked, standing: at }
  })
}
