import type { Queryable } from '#infra/db/pool.ts'
import type { CityPack } from '#model/city-pack.ts'
import type { Area } from '#model/geo.ts'

export type ZoneRow = {
  readonly id: number
  readonly key: string
  readonly name: string
  readonly population: number | null
  readonly households: number | null
  readonly areaKm2: number
  readonly geometry: Area
  readonly attributes: Readonly<Record<string, unknown>>
}
export type ThingRow = {
  readonly id: number
  readonly key: string
  readonly name: string
  readonly kind: string
  readonly zoneId: number | null
  readonly simulated: boolean
  /** seconds between messages that its owner promises */
  readonly intervalSeconds: number | null
  readonly attributes: Readonly<Record<string, string | number | boolean>>
}
export type DatastreamRow = {
  readonly id: number
  readonly thing: ThingRow
  readonly property: string
  readonly channel: string
  /** how it can stand for the whole of its property, best first: view datastream_part */
  readonly preference: number
}
type Feature = { readonly geometry?: unknown; readonly properties?: Readonly<Record<string, unknown>> | null }

/** What the city is made of: the base of every indicator. */
export type Registry = {
  readonly city: CityPack
  readonly features: readonly Feature[]
  readonly zones: readonly ZoneRow[]
  readonly things: readonly ThingRow[]
  readonly datastreams: readonly DatastreamRow[]
}

const CITY = `select pack, features from city`
const ZONES = `select id, key, name, population, households, area_km2 as "areaKm2", geometry, attributes from zone order by id`
const THINGS = `
  select id, key, name, kind, zone_id as "zoneId", simulated, expected_interval_s as "intervalSeconds", attributes
  from thing order by id`
const DATASTREAMS = `select id, thing_id as "thingId", property, channel, preference from datastream_part order by id`

/** Reads city, zones, Things and Datastreams; undefined where no city is loaded yet. */
export async function loadRegistry(db: Queryable): Promise<Registry | undefined> {
  const city = (await db.query<{ pack: CityPack; features: { features?: Feature[] } | null }>(CITY)).rows[0]
  if (!city) return undefined
  const zones = (await db.query<ZoneRow>(ZONES)).rows
  const things = (await db.query<ThingRow>(THINGS)).rows
  const streams = (await db.query<Omit<DatastreamRow, 'thing'> & { thingId: number }>(DATASTREAMS)).rows
  const thingOf = new Map(things.map((thing) => [thing.id, thing]))
  const datastreams = streams.flatMap(({ thingId, ...stream }) => {
    const thing = thingOf.get(thingId)
    return thing ? [{ ...stream, thing }] : []
  })
  return { city: city.pack, features: city.features?.features ?? [], zones, things, datastreams }
}

/** The numeric attribute of a Thing or zone, undefined where it is absent or no finite number. */
export function numberOf(thing: Pick<ZoneRow, 'attributes'>, attribute: string): number | undefined {
  const raw = thing.attributes[attribute]
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Whether an attribute says yes; registries write true, "true", "yes" or 1. */
export function isTrue(thing: ThingRow, attribute: string): boolean {
  return ['true', 'yes', '1'].includes(String(thing.attributes[attribute] ?? '').toLowerCase())
}
