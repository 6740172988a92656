import { zoneAt } from '#domain/city-pack/zone-at.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { Area, Position } from '#model/basics/geo.ts'
import type { Grade } from '#model/things/grade.ts'

export type ThingRow = {
  device: string
  id: number
  key: string
  kind: string
  grade: Grade
  verified: boolean
  placed: boolean
}

/** The Things of these device names; `key/<key>` names a Thing by its key. */
export async function selectThings(db: Queryable, devices: readonly string[]): Promise<ThingRow[]> {
  const { rows } = await db.query<ThingRow>({
    name: 'registry-things',
    text: `
      select n.device, t.id, t.key, t.kind, t.grade, t.verified, t.lon is not null as placed
      from unnest($1::text[]) as n (device) join thing t on t.key = substr(n.device, 5)
      where n.device like 'key/%'
      union all
      select n.device, t.id, t.key, t.kind, t.grade, t.verified, t.lon is not null
      from unnest($1::text[]) as n (device) join thing_device d on d.device = n.device join thing t on t.id = d.thing_id`,
    values: [devices],
  })
  return rows
}

export type SelfRegistered = { total: number; recent: number }

const COUNTED = `count(*)::int as total, (count(*) filter (where created_at > now() - interval '1 hour'))::int as recent`

/** Self-registered Things that are not verified: in total, and within the last hour. */
export async function countSelfRegistered(db: Queryable): Promise<SelfRegistered> {
  const { rows } = await db.query<SelfRegistered>({
    name: 'registry-self-registered',
    text: `select ${COUNTED} from thing where not verified`,
  })
  return rows[0] ?? { total: 0, recent: 0 }
}

/** The same by client, for clients that have any. */
export async function countByClient(db: Queryable, clients: readonly string[]): Promise<Map<string, SelfRegistered>> {
  const { rows } = await db.query<SelfRegistered & { client: string }>({
    name: 'registry-self-registered-by-client',
    text: `
      select r.client, ${COUNTED} from thing_registration r join thing t on t.id = r.thing_id
      where r.client = any($1::text[]) and not t.verified group by 1`,
    values: [clients],
  })
  return new Map(rows.map(({ client, ...counts }) => [client, counts]))
}

export type PendingDevices = {
  /** whether a person approved it, by device */
  readonly approved: ReadonlyMap<string, boolean>
  /** of all pending devices */
  readonly total: number
}

/** Which of these devices are listed as pending. */
export async function selectPending(db: Queryable, devices: readonly string[]): Promise<PendingDevices> {
  const { rows } = await db.query<{ device: string | null; approved: boolean | null; total: number }>({
    name: 'registry-pending',
    text: `
      select p.device, p.approved_at is not null as approved, n.total
      from (select count(*)::int as total from pending_device) n
      left join pending_device p on p.device = any($1::text[])`,
    values: [devices],
  })
  const listed = rows.flatMap(({ device, approved }) => (device === null ? [] : [[device, approved === true] as const]))
  return { approved: new Map(listed), total: rows[0]?.total ?? 0 }
}

export type NewThing = {
  device: string
  key: string
  name: string
  domain: string
  simulated: boolean
  /** a person approved it before it was registered */
  verified: boolean
  /** of the message with which it registers itself */
  topic: string
  client: string
}

/** Registers Things with their device names. Idempotent: a second worker finds the rows of the first. */
export async function insertThings(db: Queryable, things: readonly NewThing[]): Promise<void> {
  // sorted, so that two workers lock the same keys in the same order
  const sorted = [...things].sort((a, b) => (a.key < b.key ? -1 : 1))
  await db.query({
    name: 'registry-new-things',
    text: `
      with n as (
        select * from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::text[], $7::text[])
          as n (key, name, domain, simulated, verified, topic, client)
      ), added as (
        insert into thing (key, name, domain, kind, simulated, verified)
        select n.key, n.name, n.domain, 'unknown', n.simulated, n.verified from n
        on conflict (key) do nothing
        returning id, key
      )
      insert into thing_registration (thing_id, topic, client)
      select distinct on (added.id) added.id, n.topic, n.client from added join n on n.key = added.key`,
    values: [
      sorted.map((thing) => thing.key),
      sorted.map((thing) => thing.name),
      sorted.map((thing) => thing.domain),
      sorted.map((thing) => thing.simulated),
      sorted.map((thing) => thing.verified),
      sorted.map((thing) => thing.topic),
      sorted.map((thing) => thing.client),
    ],
  })
  const named = sorted.filter((thing) => !thing.device.startsWith('key/'))
  await db.query({
    name: 'registry-new-devices',
    text: `
      insert into thing_device (device, thing_id)
      select n.device, t.id from unnest($1::text[], $2::text[]) as n (device, key) join thing t on t.key = n.key
      order by n.device
      on conflict (device) do nothing`,
    values: [named.map((thing) => thing.device), named.map((thing) => thing.key)],
  })
}

export type DatastreamRow = { id: number; thingId: number; property: string; channel: string }

export async function selectDatastreams(db: Queryable, thingIds: readonly number[]): Promise<DatastreamRow[]> {
  const { rows } = await db.query<DatastreamRow>({
    name: 'registry-datastreams',
    text: 'select id, thing_id as "thingId", property, channel from datastream where thing_id = any($1::int[])',
    values: [thingIds],
  })
  return rows
}

export type NewDatastream = { thingId: number; property: string; channel: string; unit: string }

export async function insertDatastreams(db: Queryable, streams: readonly NewDatastream[]): Promise<void> {
  // A Thing deleted meanwhile is skipped here; the caller finds that it is missing.
  await db.query({
    name: 'registry-new-datastreams',
    text: `
      insert into datastream (thing_id, property, channel, unit)
      select n.thing_id, n.property, n.channel, n.unit
      from unnest($1::int[], $2::text[], $3::text[], $4::text[]) as n (thing_id, property, channel, unit)
      join thing t on t.id = n.thing_id
      order by 1, 2, 3
      on conflict (thing_id, property, channel) do nothing`,
    values: [
      streams.map((stream) => stream.thingId),
      streams.map((stream) => stream.property),
      streams.map((stream) => stream.channel),
      streams.map((stream) => stream.unit),
    ],
  })
}

/** Sets the place of Things that have none, and the zone that contains it. */
export async function placeThings(
  db: Queryable,
  things: readonly { thingId: number; location: Position }[],
): Promise<void> {
  const zones = await db.query<{ id: number; geometry: Area }>('select id, geometry from zone')
  const placed = [...things].sort((a, b) => a.thingId - b.thingId)
  await db.query({
    name: 'registry-place',
    text: `
      update thing t
      set geometry = jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(n.lon, n.lat)),
          lon = n.lon, lat = n.lat, zone_id = coalesce(t.zone_id, n.zone_id)
      from unnest($1::int[], $2::float8[], $3::float8[], $4::int[]) as n (id, lon, lat, zone_id)
      where t.id = n.id and t.geometry is null`,
    values: [
      placed.map((thing) => thing.thingId),
      placed.map(({ location }) => location[0]),
      placed.map(({ location }) => location[1]),
      placed.map(({ location }) => zoneAt(location, zones.rows)?.id ?? null),
    ],
  })
}
