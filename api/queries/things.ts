import type { Queryable } from '#infra/db/pool.ts'
import type { Bounds, Place } from '#model/basics/geo.ts'
import type { Quality } from '#model/observation/quality.ts'
import type { Domain } from '#model/things/domain.ts'
import type { Grade } from '#model/things/grade.ts'

export type ThingFilter = {
  domains?: readonly Domain[] | undefined
  zoneId?: number | undefined
  bbox?: Bounds | undefined
  property?: string | undefined
  key?: string | undefined
  /** only Things of which the newest word on themselves is that they are offline */
  offline?: boolean | undefined
  limit: number
}

/** [id, property, channel, unit, epoch milliseconds, result, quality, reasons]: the last four null without an observation */
export type DatastreamTuple = readonly [
  number,
  string,
  string,
  string,
  number | null,
  number | null,
  Quality | null,
  number | null,
]

export type ThingRow = {
  id: number
  key: string
  name: string
  domain: Domain
  kind: string
  grade: Grade
  geometry: Place | null
  zone: string | null
  verified: boolean
  simulated: boolean
  expected_interval_s: number | null
  attributes: Record<string, string | number | boolean>
  datastreams: DatastreamTuple[]
}

// One statement for all Things and the latest of all their Datastreams: 20,000 Datastreams are one round trip. The
// Things are chosen first, so that a narrow filter reads few Datastreams. Without a name, here and wherever parameters
// decide how much is read: from the sixth run on a named statement may get one plan for all parameters, and 20,000
// Datastreams went from 0.3 s to more than 15 s by it. What matches is counted apart from what is chosen: a window over
// 1,000,000 Things writes all their columns to the disk, and 5 of them took 5 s.
const THINGS = `
  with matching as not materialized (
    select t.* from thing t
    where ($1::text[] is null or t.domain = any($1))
      and ($2::int is null or t.zone_id = $2)
      and ($3::float8[] is null or (
        t.lat between $3[2] and $3[4]
        and case when $3[1] <= $3[3] then t.lon between $3[1] and $3[3] else t.lon >= $3[1] or t.lon <= $3[3] end))
      and ($4::text is null or exists (select 1 from datastream d where d.thing_id = t.id and d.property = $4))
      and ($5::text is null or t.key = $5
        or t.id = (select d.thing_id from thing_device d where d.device = 'key/' || $5))
      and (not $7::boolean or exists (
        select 1 from datastream d join latest_observation l on l.datastream_id = d.id
        where d.thing_id = t.id and d.property = 'online' and d.channel = '' and l.result = 0))
  ), chosen as (
    select t.*, z.key as zone from matching t left join zone z on z.id = t.zone_id order by t.key limit $6
  ), streams as (
    select d.thing_id,
           json_agg(json_build_array(d.id, d.property, d.channel, d.unit,
             floor(extract(epoch from l.phenomenon_time) * 1000)::float8, l.result, l.quality, l.reasons)
             order by d.property, d.channel) as datastreams
    from datastream d left join latest_observation l on l.datastream_id = d.id
    where d.thing_id in (select id from chosen)
    group by d.thing_id
  )
  select c.id, c.key, c.name, c.domain, c.kind, c.grade, c.geometry, c.zone, c.verified, c.simulated,
         c.expected_interval_s, c.attributes, coalesce(s.datastreams, '[]') as datastreams,
         (select count(*) from matching) as total
  from chosen c left join streams s on s.thing_id = c.id
  order by c.key`

/** Things in the order of their keys, with the latest observation of each Datastream; `total` counts past the limit. */
export async function selectThings(db: Queryable, filter: ThingFilter): Promise<{ rows: ThingRow[]; total: number }> {
  const { rows } = await db.query<ThingRow & { total: number }>({
    text: THINGS,
    values: [
      filter.domains ?? null,
      filter.zoneId ?? null,
      filter.bbox ?? null,
      filter.property ?? null,
      filter.key ?? null,
      filter.limit,
      filter.offline ?? false,
    ],
  })
  return { total: rows[0]?.total ?? 0, rows: rows.map(({ total: _, ...row }) => row) }
}

type Offline = { readonly stream: number; readonly heard: number | null }
// The first 0 after the last 1 and after the last sign of life.
const OFFLINE_SINCE = `
  select wanted.stream, floor(extract(epoch from first.at) * 1000)::float8 as since
  from unnest($1::int[], $2::float8[]) wanted (stream, heard)
  cross join lateral (
    select max(o.phenomenon_time) as at from observation o where o.datastream_id = wanted.stream and o.result <> 0
  ) online
  cross join lateral (
    select min(o.phenomenon_time) as at from observation o
    where o.datastream_id = wanted.stream and o.result = 0
      and o.phenomenon_time > coalesce(online.at, '-infinity')
      and o.phenomenon_time >= coalesce(to_timestamp(wanted.heard / 1000), '-infinity')
  ) first
  where first.at is not null`

/** By Datastream, Unix milliseconds: since when it says "offline". */
export async function selectOfflineSince(db: Queryable, offline: readonly Offline[]): Promise<Map<number, number>> {
  if (offline.length === 0) return new Map()
  const { rows } = await db.query<{ stream: number; since: number }>(OFFLINE_SINCE, [
    offline.map(({ stream }) => stream),
    offline.map(({ heard }) => heard),
  ])
  return new Map(rows.map(({ stream, since }) => [stream, since]))
}
