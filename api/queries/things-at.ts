import type { Queryable } from '#infra/db/pool.ts'
import type { Bounds } from '#model/basics/geo.ts'
import { type ThingThen, thingsThen } from '../measurements/thing-history.ts'
import type { ThingFilter } from './things.ts'
import { requireZone } from './zones.ts'

type Stream = { readonly id: number; readonly property: string; readonly channel: string; readonly unit: string }
export type ThingAtRow = ThingThen & { readonly datastreams: readonly Stream[] }
type Filter = Omit<ThingFilter, 'zoneId' | 'offline'> & { readonly zone?: string | undefined }

const STREAMS = `
  select d.thing_id as thing, json_agg(json_build_object('id', d.id, 'property', d.property, 'channel', d.channel, 'unit', d.unit)
           order by d.property, d.channel) as datastreams
  from datastream d where d.thing_id = any($1::int[]) group by d.thing_id`
const LEADS_TO = `select thing_id as id from thing_device where device = 'key/' || $1`

/**
 * Things as they were just before an instant, in the order of their keys of then, each with the Datastreams that it has today.
 * @throws AppError ZONE_UNKNOWN for a key that no district has or had then
 */
export async function selectThingsAt(
  db: Queryable,
  at: Date,
  { domains, zone, bbox, property, key, limit }: Filter,
): Promise<{ rows: ThingAtRow[]; total: number; begins: Date | null }> {
  const { things, zones, begins } = await thingsThen(db, at)
  if (zone !== undefined && !zones.includes(zone)) await requireZone(db, zone)
  const former = key === undefined ? undefined : (await db.query<{ id: number }>(LEADS_TO, [key])).rows[0]?.id
  const chosen = things.filter(
    (thing) =>
      (domains === undefined || domains.includes(thing.domain)) &&
      (zone === undefined || thing.zone === zone) &&
      (bbox === undefined || isInside(thing, bbox)) &&
      (key === undefined || thing.key === key || thing.id === former),
  )
  type Row = { thing: number; datastreams: Stream[] }
  const { rows } = await db.query<Row>(STREAMS, [chosen.map(({ id }) => id)])
  const streams = new Map(rows.map(({ thing, datastreams }) => [thing, datastreams]))
  const found = chosen
    .map((thing): ThingAtRow => ({ ...thing, datastreams: streams.get(thing.id) ?? [] }))
    .filter(({ datastreams }) => property === undefined || datastreams.some((stream) => stream.property === property))
  return { rows: found.slice(0, limit), total: found.length, begins }
}

function isInside({ lon, lat }: ThingThen, [west, south, east, north]: Bounds): boolean {
  if (lon === null || lat === null || lat < south || lat > north) return false
  return west <= east ? lon >= west && lon <= east : lon >= west || lon <= east
}
