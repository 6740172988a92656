import type { Queryable } from '#infra/db/pool.ts'
import {
  type At,
  type CityAt,
  cityAt,
  type Feature,
  type ThingAt,
  thingsAt,
  type ZoneAt,
  zonesAt,
} from './registry-at.ts'

export type ZoneRow = ZoneAt
export type ThingRow = ThingAt
export type DatastreamRow = {
  readonly id: number
  readonly thing: ThingRow
  readonly property: string
  readonly channel: string
  /** how it can stand for the whole of its property, best first: view datastream_part */
  readonly preference: number
}
/** The registry as it was at the end of a period: the base of every indicator. Things are those that count. */
export type RegistrySnapshot = {
  readonly city: CityAt
  readonly features: readonly Feature[]
  readonly zones: readonly ZoneRow[]
  readonly things: readonly ThingRow[]
  readonly datastreams: readonly DatastreamRow[]
  /** Datastreams of Things that nobody has confirmed: named as left out, and in nothing else */
  readonly unconfirmed: readonly DatastreamRow[]
}

const DATASTREAMS = `select id, thing_id as "thingId", property, channel, preference from datastream_part order by id`

/** Reads city, zones, Things and Datastreams as of the end of a period; undefined where no city is loaded yet. */
export async function loadRegistrySnapshot(db: Queryable, at: At, from: Date): Promise<RegistrySnapshot | undefined> {
  const city = await cityAt(db, at)
  if (!city) return undefined
  const zones = await zonesAt(db, at, city)
  const { things, unconfirmed } = await thingsAt(db, at, from, city)
  const streams = (await db.query<Omit<DatastreamRow, 'thing'> & { thingId: number }>(DATASTREAMS)).rows
  const streamsOf = (own: readonly ThingRow[]): DatastreamRow[] => {
    const thingOf = new Map(own.map((thing) => [thing.id, thing]))
    return streams.flatMap(({ thingId, ...stream }) => {
      const thing = thingOf.get(thingId)
      return thing ? [{ ...stream, thing }] : []
    })
  }
  return {
    ...{ city, features: city.features, zones, things },
    ...{ datastreams: streamsOf(things), unconfirmed: streamsOf(unconfirmed) },
  }
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
