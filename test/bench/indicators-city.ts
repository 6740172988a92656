/** The registry of a city that gives most measured indicators something to read, in the proportions of a real one. */
import type { Pool } from '#infra/db/pool.ts'

export type YearCity = {
  readonly streams: number
  /** a Datastream of PM2.5 */
  readonly station: number
}

const ZONES = 20
const PEOPLE = 500_000

/** Kind of Thing, its attributes, what it measures, and its part of a hundred Datastreams. */
const KINDS: readonly {
  kind: string
  domain: string
  properties: readonly string[]
  attributes: object
  part: number
}[] = [
  {
    kind: 'air_station',
    domain: 'air',
    properties: ['pm2_5', 'pm10', 'no2', 'so2', 'o3'],
    attributes: { siting: 'background' },
    part: 35,
  },
  {
    kind: 'feeder',
    domain: 'energy',
    properties: ['energy', 'customers_interrupted'],
    attributes: { customers: 400, smartMeters: 200, networkKm: 10 },
    part: 12,
  },
  {
    kind: 'building',
    domain: 'energy',
    properties: ['energy', 'thermal_energy'],
    attributes: { public: true, floorAreaM2: 1000, residents: 30 },
    part: 10,
  },
  {
    kind: 'street_segment',
    domain: 'mobility',
    properties: ['travel_time'],
    attributes: { street: 'Quay', lengthM: 300, freeFlowTravelTimeS: 30 },
    part: 15,
  },
  {
    kind: 'traffic_counter',
    domain: 'mobility',
    properties: ['vehicle_count'],
    attributes: { street: 'Ring' },
    part: 8,
  },
  { kind: 'bike_dock', domain: 'mobility', properties: ['bikes_available'], attributes: {}, part: 8 },
  { kind: 'wifi_hotspot', domain: 'connectivity', properties: ['clients'], attributes: { public: true }, part: 5 },
  { kind: 'microphone', domain: 'noise', properties: ['sound_level'], attributes: {}, part: 3 },
  { kind: 'water_district', domain: 'water', properties: ['water_volume'], attributes: { networkKm: 20 }, part: 2 },
  { kind: 'water_intake', domain: 'water', properties: ['water_volume'], attributes: {}, part: 1 },
  { kind: 'grid_intake', domain: 'energy', properties: ['energy'], attributes: { renewableShare: 0.3 }, part: 1 },
]

export async function buildYearCity(pool: Pool, streams: number): Promise<YearCity> {
  const pack = {
    name: 'Bench',
    timeZone: 'Europe/Lisbon',
    centre: [0.1, 0.01],
    population: PEOPLE,
    simulated: true,
    sources: [],
  }
  const street = (name: string) => ({
    type: 'Feature',
    geometry: null,
    properties: { kind: 'major_street', name, lengthM: 60_000 },
  })
  await pool.query('insert into city (pack, features) values ($1, $2)', [
    pack,
    { type: 'FeatureCollection', features: ['Quay', 'Ring'].map(street) },
  ])
  await pool.query(
    `insert into zone (key, name, population, area_km2, geometry)
     select 'zone-' || i, 'Zone ' || i, $2, 4.9,
       jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(
         jsonb_build_array(i * 0.02, 0), jsonb_build_array(i * 0.02 + 0.02, 0), jsonb_build_array(i * 0.02 + 0.02, 0.02),
         jsonb_build_array(i * 0.02, 0.02), jsonb_build_array(i * 0.02, 0))))
     from generate_series(1, $1) i`,
    [ZONES, PEOPLE / ZONES],
  )
  for (const { kind, domain, properties, attributes, part } of KINDS) {
    const count = Math.max(1, Math.round((streams * part) / 100 / properties.length))
    await pool.query(
      `insert into thing (key, name, domain, kind, zone_id, verified, attributes)
       select $1 || '-' || i, $1 || ' ' || i, $2, $1, 1 + i % ${ZONES}, true, $3 from generate_series(1, $4) i`,
      [kind, domain, attributes, count],
    )
    await pool.query(
      `insert into datastream (thing_id, property, unit) select t.id, p, '' from thing t cross join unnest($2::text[]) p
       where t.kind = $1 order by 1, 2`,
      [kind, properties],
    )
  }
  // as a pack that declares validFrom: the city has been so for all the time that is measured
  await pool.query(`update registry_history set valid_from = '2000-01-01'`)
  const { rows } = await pool.query<{ streams: number; station: number }>(
    `select count(*)::int as streams, min(id) filter (where property = 'pm2_5') as station from datastream`,
  )
  const [made] = rows
  if (!made) throw new Error('the bench has no Datastreams')
  return made
}
