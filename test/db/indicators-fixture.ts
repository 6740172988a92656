/** Small hand-made cities for the tests of indicators: every number is chosen so that it can be computed by hand. */
import type { Pool } from '#infra/db/pool.ts'
import { type PropertyName, propertyOf } from '#model/observation/properties.ts'

const SQUARE = (west: number): unknown => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, 0],
      [west + 0.02, 0],
      [west + 0.02, 0.02],
      [west, 0.02],
      [west, 0],
    ],
  ],
})

export async function addCity(
  pool: Pool,
  { timeZone = 'UTC', population = 3000, simulated = false, features = [] as unknown[], income = null as unknown } = {},
): Promise<void> {
  const pack = {
    name: 'Handmade',
    timeZone,
    centre: [0.01, 0.01],
    population,
    simulated,
    ...(income !== null && { income }),
    sources: [{ name: 'native', topic: 'city/#' }],
  }
  await pool.query('insert into city (pack, features) values ($1, $2)', [pack, { type: 'FeatureCollection', features }])
  await sinceLongAgo(pool, 'city', 1)
}

/** As a city pack that declares `validFrom`: what a test builds has been so for all the time that it looks at. */
const sinceLongAgo = (pool: Pool, entity: 'city' | 'zone' | 'thing', id: number): Promise<unknown> =>
  pool.query(`update registry_history set valid_from = '2000-01-01' where entity = $1 and id = $2`, [entity, id])

/** The registry as it is now has always been so: for tests that change rows after they have added them. */
export async function asEver(pool: Pool): Promise<void> {
  await pool.query('delete from registry_history')
  await pool.query(`
    insert into registry_history (entity, id, state, valid_from)
    select 'city', id, to_jsonb(city) - array['base_map', 'loaded_at'], '2000-01-01'::timestamptz from city
    union all select 'zone', id, to_jsonb(zone), '2000-01-01' from zone
    union all select 'thing', id, to_jsonb(thing), '2000-01-01' from thing`)
}

/** Zones are squares of 0.02 degrees side by side on the equator: number 0 from longitude 0, number 1 from 0.02, ... */
export async function addZone(pool: Pool, key: string, population: number | null, at = 0): Promise<number> {
  const { rows } = await pool.query(
    'insert into zone (key, name, population, area_km2, geometry) values ($1, $2, $3, 4.9, $4) returning id',
    [key, `Zone ${key}`, population, SQUARE(at * 0.02)],
  )
  await sinceLongAgo(pool, 'zone', rows[0].id)
  return rows[0].id
}

export type ThingSpec = {
  key: string
  kind: string
  domain?: string
  zoneId?: number | null
  simulated?: boolean
  verified?: boolean
  attributes?: Record<string, string | number | boolean>
}

/** Adds a Thing with one Datastream per property; gives the ids of the Datastreams in their order. */
export async function addThing(
  pool: Pool,
  thing: ThingSpec,
  properties: [PropertyName, channel?: string][],
): Promise<number[]> {
  const { rows } = await pool.query(
    `insert into thing (key, name, domain, kind, zone_id, simulated, verified, attributes)
     values ($1, $1, $2, $3, $4, $5, $6, $7) returning id`,
    [
      thing.key,
      thing.domain ?? 'air',
      thing.kind,
      thing.zoneId ?? null,
      thing.simulated ?? false,
      thing.verified ?? true,
      thing.attributes ?? {},
    ],
  )
  await sinceLongAgo(pool, 'thing', rows[0].id)
  const ids: number[] = []
  for (const [property, channel = ''] of properties) {
    const added = await pool.query(
      'insert into datastream (thing_id, property, channel, unit) values ($1, $2, $3, $4) returning id',
      [rows[0].id, property, channel, propertyOf(property).unit],
    )
    ids.push(added.rows[0].id)
  }
  return ids
}

export type Reading = [time: string | Date, result: number, quality?: number]

export async function observe(
  pool: Pool,
  datastreamId: number | undefined,
  readings: readonly Reading[],
): Promise<void> {
  await pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select $1, t, r, q from unnest($2::timestamptz[], $3::float8[], $4::smallint[]) as o (t, r, q)`,
    [
      datastreamId,
      readings.map(([time]) => time),
      readings.map(([, result]) => result),
      readings.map(([, , quality]) => quality ?? 1),
    ],
  )
}

export type Sample = { time: Date; result: number; cell: string; quality?: number }

/** Samples of a moving sensor; the cell is given as H3 hexadecimal of resolution 10. */
export async function drive(pool: Pool, datastreamId: number | undefined, samples: readonly Sample[]): Promise<void> {
  await pool.query(
    `insert into mobile_observation (datastream_id, phenomenon_time, result, quality, lon, lat, cell)
     select $1, t, r, q, 0, 0, c from unnest($2::timestamptz[], $3::float8[], $4::smallint[], $5::bigint[]) as o (t, r, q, c)`,
    [
      datastreamId,
      samples.map(({ time }) => time),
      samples.map(({ result }) => result),
      samples.map(({ quality }) => quality ?? 1),
      samples.map(({ cell }) => BigInt(`0x${cell}`).toString()),
    ],
  )
}

/**
 * Brings the hourly aggregates up to date. A server's own refresh may have run between migration and these rows, which lie in
 * the past: such late rows show at the next refresh only.
 */
export const rollUp = async (pool: Pool): Promise<void> => {
  for (const view of ['observation_hourly', 'sound_hourly', 'observation_quarter'])
    await pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
}

/** The instants `count` times an hour, from `from` on. */
export const hourly = (from: string, count: number): Date[] =>
  Array.from({ length: count }, (_, i) => new Date(Date.parse(from) + i * 3_600_000))
