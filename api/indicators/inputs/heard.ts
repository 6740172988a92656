import type { Queryable } from '#infra/db/pool.ts'
import { expectedIntervalOf } from '#model/things/expected-interval.ts'
import { clockHours } from '../../measurements/clock-hours.ts'
import type { Hours } from '../../measurements/hours.ts'
import { byMonth, type Span } from '../../measurements/months.ts'
import type { DatastreamRow, RegistrySnapshot } from '../../measurements/registry-snapshot.ts'
import { activities } from './activity.ts'

/** A longer promised interval does not show that nothing happened in between. */
const MAX_STEP_HOURS = 24

const AROUND = {
  ids: '$1',
  from: `($5::timestamptz - interval '${MAX_STEP_HOURS} hours')`,
  to: `($6::timestamptz + interval '${MAX_STEP_HOURS} hours')`,
}
// An hour is heard when any Datastream of the Thing has a good observation in it; so are the hours between two heard ones
// that lie no further apart than the interval which the Thing promises.
const heardText = (hasQuarters: boolean | undefined): string => `
  with stream as (select * from unnest($1::int[], $2::int[], $3::int[], $4::timestamptz[]) as s (id, event, step, since)),
  hour as (
    select distinct s.event, s.step, s.since, h.bucket
    from (select * from ${clockHours(hasQuarters, AROUND)}) h
    join stream s on s.id = h.datastream_id
    where h.good > 0 and h.bucket >= s.since
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
  const { timeZone } = registry.city
  const first = (await db.query<{ id: number; since: Date }>(FIRST, [events.map(({ id }) => id)])).rows
  const since = new Map(first.map((row) => [row.id, row.since]))
  const streams = events.flatMap((event) => {
    const from = since.get(event.id)
    if (!from) return []
    const own = registry.datastreams.filter(({ thing }) => thing.id === event.thing.id)
    return own.map(({ id }): Source => ({ id, event: event.id, step: stepOf(event), from }))
  })
  return hoursHeard(db, streams, { hours, timeZone, name: 'heard' })
}

/** Datastreams through which a Thing is heard; without properties all of them, without kinds those of any Thing. */
export type Devices = { readonly properties?: readonly string[]; readonly kinds?: readonly string[] }

/**
 * Hours of a period in which anything good was heard of each Thing through some of its Datastreams, by id of the Thing. Where
 * one Datastream alone was heard in `enough` hours these are given, though there may be more: days of the rollup say so, and
 * hours need not be read.
 */
export async function heardThings(
  db: Queryable,
  streams: readonly DatastreamRow[],
  { hours, timeZone, name, enough }: { hours: Hours; timeZone: string; name: string; enough: number },
): Promise<ReadonlyMap<number, number>> {
  const ids = streams.map(({ id }) => id)
  const active = await activities(db, ids, hours)
  const byThing = Map.groupBy(streams, ({ thing }) => thing.id)
  const most = [...byThing].map(([id, own]) => {
    const each = own.map((stream) => active.get(stream.id)?.hours ?? 0)
    return { id, own, hours: Math.max(...each), isAll: each.filter((n) => n > 0).length < 2 && own.every(isHourly) }
  })
  const open = most.filter(({ hours: heard, isAll }) => heard > 0 && heard < enough && !isAll)
  const sources = open.flatMap(({ id, own }) =>
    own.map((stream): Source => ({ id: stream.id, event: id, step: stepOf(stream), from: ALWAYS })),
  )
  const exact = sources.length > 0 ? await hoursHeard(db, sources, { hours, timeZone, name }) : new Map()
  return new Map(most.map(({ id, hours: heard }) => [id, exact.get(id) ?? heard]))
}

const ALWAYS = new Date(0)
function stepOf({ thing, property, channel }: DatastreamRow): number {
  const { intervalSeconds: expectedIntervalSeconds, attributes } = thing
  const interval = expectedIntervalOf({ expectedIntervalSeconds, attributes }, { property, channel })
  return Math.min(MAX_STEP_HOURS, Math.max(1, Math.ceil((interval ?? 0) / 3600)))
}
const isHourly = (stream: DatastreamRow): boolean => stepOf(stream) === 1

/** A Datastream that shows that `event` was heard, from an instant on. */
type Source = { readonly id: number; readonly event: number; readonly step: number; readonly from: Date }

async function hoursHeard(
  db: Queryable,
  streams: readonly Source[],
  { hours, timeZone, name }: { hours: Hours; timeZone: string; name: string },
): Promise<Map<number, number>> {
  const ids = streams.map(({ id }) => id)
  const columns = [ids, ...(['event', 'step', 'from'] as const).map((of) => streams.map((stream) => stream[of]))]
  const load = async ({ from, to }: Span): Promise<Row[]> =>
    (await db.query<Row>(heardText(hours.hasQuarters), [...columns, from, to])).rows
  const family = { name, version: 2, ids, about: streams, aroundDays: 1, load }
  const heard = new Map<number, number>()
  for (const { event, hours: own } of await byMonth(db, family, hours, timeZone))
    heard.set(event, (heard.get(event) ?? 0) + own)
  return heard
}
