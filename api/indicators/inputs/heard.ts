import type { Queryable } from '#infra/db/pool.ts'
import type { Hours } from '../../measurements/hours.ts'
import { byMonth, type Span } from '../../measurements/months.ts'
import type { DatastreamRow, RegistrySnapshot } from '../../measurements/registry-snapshot.ts'

/** A longer promised interval does not show that nothing happened in between. */
const MAX_STEP_HOURS = 24

// An hour is heard when any Datastream of the Thing has a good observation in it; so are the hours between two heard ones
// that lie no further apart than the interval which the Thing promises.
const HEARD = `
  with stream as (select * from unnest($1::int[], $2::int[], $3::int[], $4::timestamptz[]) as s (id, event, step, since)),
  hour as (
    select distinct s.event, s.step, s.since, h.bucket
    from observation_hourly h join stream s on s.id = h.datastream_id
    where h.datastream_id = any($1::int[]) and h.good > 0 and h.bucket >= s.since
      and h.bucket >= $5::timestamptz - interval '${MAX_STEP_HOURS} hours'
      and h.bucket < $6::timestamptz + interval '${MAX_STEP_HOURS} hours'
  ),
  stretch as (
    select event, bucket,
           case when next <= bucket + make_interval(hours => step) then next else bucket + interval '1 hour' end as until
    from (select *, lead(bucket) over (partition by event order by bucket) as next from hour) each
  )
  select event, sum(extract(epoch from least(until, $6) - greatest(bucket, $5)))::float8 / 3600 as hours
  from stretch where until > $5 and bucket < $6
  group by 1`
// Before the first report of its event a Thing is not known to report it at all.
const FIRST = `
  select id, first.bucket as since
  from unnest($1::int[]) as id
  cross join lateral (
    select bucket from observation_daily d where d.datastream_id = id and good > 0 order by bucket limit 1
  ) first`

type Row = { readonly event: number; readonly hours: number }

/**
 * Hours of a period in which an event would have been reported: those in which anything good was heard of the Thing, from
 * the day on which it first reported the event. By id of the Datastream of the event; absent where nothing was heard.
 */
export async function heardHours(
  db: Queryable,
  events: readonly DatastreamRow[],
  { registry, hours }: { registry: RegistrySnapshot; hours: Hours },
): Promise<ReadonlyMap<number, number>> {
  const first = (await db.query<{ id: number; since: Date }>(FIRST, [events.map(({ id }) => id)])).rows
  const since = new Map(first.map((row) => [row.id, row.since]))
  const streams = events.flatMap((event) => {
    const from = since.get(event.id)
    const step = Math.ceil((event.thing.intervalSeconds ?? 0) / 3600)
    const own = from ? registry.datastreams.filter(({ thing }) => thing.id === event.thing.id) : []
    return own.map(({ id }) => ({ id, event: event.id, step: Math.min(MAX_STEP_HOURS, Math.max(1, step)), from }))
  })
  const ids = streams.map(({ id }) => id)
  const columns = [ids, ...(['event', 'step', 'from'] as const).map((name) => streams.map((stream) => stream[name]))]
  const load = async ({ from, to }: Span): Promise<Row[]> => (await db.query<Row>(HEARD, [...columns, from, to])).rows
  const family = { name: 'heard', version: 1, ids, about: streams, aroundDays: 1, load }
  const heard = new Map<number, number>()
  for (const { event, hours: own } of await byMonth(db, family, hours, registry.city.timeZone))
    heard.set(event, (heard.get(event) ?? 0) + own)
  return heard
}
