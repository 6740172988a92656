/**
 * A city of two zones, north (1000 people) and south (2000), that has what every measured indicator needs, on one day:
 * Wednesday 2026-03-04, UTC. Numbers are chosen to be computed by hand in indicators-every.test.ts.
 */
import { cellToChildren, polygonToCells } from 'h3-js'
import type { Pool } from '#infra/db/pool.ts'
import { SURVEYED_SHARES } from '#model/indicators/surveyed-shares.ts'
import type { PropertyName } from '#model/observation/properties.ts'
import {
  addCity,
  addThing,
  addZone,
  asEver,
  drive,
  hourly,
  observe,
  type Reading,
  rollUp,
} from './indicators-fixture.ts'

export const DAY = '2026-03-04'
const HOURS = hourly(`${DAY}T00:00:00Z`, 24)
/** Readings at the end of each hour, from the hour before midnight. */
const ENDS = hourly('2026-03-03T23:59:00Z', 25)

const feature = (kind: string, type: string, coordinates: unknown, properties: Record<string, unknown> = {}) => ({
  type: 'Feature',
  geometry: type === '' ? null : { type, coordinates },
  properties: { kind, ...properties },
})
const LINE = [
  [0.01, 0.01],
  [0.019, 0.01],
]
const square = (west: number, size: number) => [
  [west, 0],
  [west + size, 0],
  [west + size, size],
  [west, size],
  [west, 0],
]

export async function buildWholeCity(pool: Pool): Promise<void> {
  await addCity(pool, {
    population: 3000,
    features: [
      feature('major_street', '', null, { name: 'Quay', lengthM: 600 }),
      feature('stop', 'Point', [0.01, 0.01], { name: 'Market', liveInformation: true }),
      feature('bike_lane', 'LineString', LINE, { name: 'Quay' }),
      feature('transit_line', 'LineString', LINE, { name: 'Line 1' }),
      feature('park', 'Polygon', [square(0.005, 0.002)], { name: 'Elm Park' }),
      feature('pedestrian_area', 'Polygon', [square(0.03, 0.002)], { name: 'Market' }),
      feature('intersection', 'Point', [0.01, 0.012], { name: 'a', adaptive: true }),
    ],
  })
  const north = await addZone(pool, 'north', 1000, 0)
  const south = await addZone(pool, 'south', 2000, 1)
  for (const [id, all, low] of [
    [north, 400, 40],
    [south, 1000, 60],
  ])
    await pool.query('update zone set attributes = $2 where id = $1', [
      id,
      { passengerVehicles: all, lowEmissionVehicles: low },
    ])
  await asEver(pool)
  const city = { pool, north, south }
  await addElectricity(city)
  await addWater(city)
  await addNoise(city)
  await addRadio(city)
  await addStreetsAndAir(city)
  await addSurvey(pool)
  await rollUp(pool)
  await pool.query(`call refresh_continuous_aggregate('sound_hourly', null, null)`)
}

type City = { pool: Pool; north: number; south: number }
type Attributes = Record<string, string | number | boolean>

/** A Thing with one Datastream and its readings. */
async function thing(
  { pool }: City,
  spec: { key: string; kind: string; zoneId?: number | null; attributes?: Attributes },
  property?: [PropertyName, channel?: string],
  readings: readonly Reading[] = [],
): Promise<void> {
  const [id] = await addThing(pool, { domain: 'energy', ...spec }, property ? [property] : [])
  if (readings.length > 0) await observe(pool, id, readings)
}
const counting = (perHour: number): Reading[] => ENDS.map((time, i) => [time, 500 + perHour * i])
const always = (result: number): Reading[] => HOURS.map((time) => [time, result])
const at = (time: string, result: number): Reading => [`${DAY}T${time}:00Z`, result]

async function addElectricity(city: City): Promise<void> {
  const { pool, north, south } = city
  const feeder = (customers: number, demandResponseCustomers: number) => ({
    ...{ customers, demandResponseCustomers, smartMeters: customers / 2, networkKm: 10 },
  })
  const [n, nOff] = await addThing(
    pool,
    { key: 'feeder-n', kind: 'feeder', zoneId: north, attributes: feeder(400, 40) },
    [['energy'], ['customers_interrupted']],
  )
  await observe(pool, n, counting(100))
  // 140 customers in all, restored in two stages: 100 x 30 + 140 x 30 + 40 x 60 = 9600 customer minutes
  await observe(pool, nOff, [at('00:00', 0), at('10:00', 100), at('10:30', 140), at('11:00', 40), at('12:00', 0)])
  const [s, sOff] = await addThing(
    pool,
    { key: 'feeder-s', kind: 'feeder', zoneId: south, attributes: feeder(600, 60) },
    [['energy'], ['customers_interrupted']],
  )
  await observe(pool, s, counting(200))
  await observe(pool, sOff, [
    // began the day before: belongs to that day
    ['2026-03-03T23:00:00Z', 20],
    at('01:00', 0),
    // two minutes: short
    at('15:00', 50),
    at('15:02', 0),
    // over midnight: 30 customers for 30 minutes
    at('23:50', 30),
    ['2026-03-05T00:20:00Z', 0],
  ])
  await thing(city, { key: 'sun', kind: 'solar_plant' }, ['energy_produced'], counting(10))
  await thing(
    city,
    { key: 'grid', kind: 'grid_intake', attributes: { renewableShare: 0.25 } },
    ['energy'],
    counting(90),
  )
  const school = { key: 'school', kind: 'building', zoneId: north, attributes: { public: true, floorAreaM2: 1000 } }
  await thing(city, school, ['energy'], counting(10))
  const flats = { key: 'flats', kind: 'building', zoneId: north, attributes: { residents: 50 } }
  await thing(city, flats, ['thermal_energy'], counting(100))
}

async function addWater(city: City): Promise<void> {
  const { north, south } = city
  await thing(city, { key: 'works', kind: 'water_intake' }, ['water_volume'], counting(100))
  const district = (key: string, zoneId: number, waterMeters: number, networkKm: number) => ({
    ...{ key, kind: 'water_district', zoneId },
    attributes: { waterMeters, smartWaterMeters: 0.3 * waterMeters, networkKm },
  })
  await thing(city, district('water-n', north, 300, 10), ['water_volume'], counting(30))
  await thing(city, district('water-s', south, 500, 30), ['water_volume'], counting(50))
  await thing(city, { key: 'unwatched', kind: 'water_district', attributes: { networkKm: 10 } })
  await thing(
    city,
    { key: 'basin-1', kind: 'drain_basin', attributes: { networkKm: 20 } },
    ['water_level'],
    always(0.4),
  )
  await thing(city, { key: 'basin-2', kind: 'drain_basin', attributes: { networkKm: 5 } })
}

async function addNoise(city: City): Promise<void> {
  const { north, south } = city
  // 65 by day, 60 in the evening, 55 at night: with 5 and 10 dB added all count 65, so Lden is 65.
  const street: Reading[] = HOURS.map((time, hour) => [time, hour >= 23 || hour < 7 ? 55 : hour < 19 ? 65 : 60])
  await thing(city, { key: 'mic-street', kind: 'microphone', zoneId: north }, ['sound_level'], street)
  await thing(city, { key: 'mic-park', kind: 'microphone', zoneId: north }, ['sound_level'], always(45))
  // 40 and 52 dB in turn: 49.3 dB as energies (46 as plain numbers), so Lden is 55.7 (52.4).
  const turns: Reading[] = HOURS.flatMap((time): Reading[] => [
    [time, 40],
    [new Date(time.getTime() + 1_800_000), 52],
  ])
  await thing(city, { key: 'mic-south', kind: 'microphone', zoneId: south }, ['sound_level'], turns)
}

async function addRadio(city: City): Promise<void> {
  const { pool, north } = city
  const mast = (key: string, attributes: Attributes) => ({ key, kind: 'mast', zoneId: north, attributes })
  await thing(city, mast('m1', { emfCompliant: true }))
  await thing(city, mast('m2', { emfCompliant: true }))
  const probe = { key: 'field-2', kind: 'field_probe', attributes: { site: 'm2' } }
  await thing(city, probe, ['electric_field'], [at('08:00', 12), at('09:00', 40)])
  await thing(city, mast('m3', {}), ['electric_field'], always(10))
  await thing(city, mast('m4', {}))
  await thing(
    city,
    { key: 'wifi', kind: 'wifi_hotspot', zoneId: north, attributes: { public: true } },
    ['clients'],
    always(3),
  )
  const [lte] = await addThing(pool, { key: 'probe', kind: 'probe' }, [['rsrp', '4g']])
  // Every cell of both zones, three samples each: -100 dBm in the north, -115 in the south.
  const samples = [-100, -115].flatMap((result, zone) =>
    polygonToCells([square(0.02 * zone, 0.02)], 9, true).flatMap((cell, c) =>
      [0, 1, 2].map((i) => ({
        time: new Date(Date.parse(`${DAY}T06:00:00Z`) + zone * 3_600_000 + c * 1000 + i),
        result,
        cell: cellToChildren(cell, 10)[0] ?? cell,
      })),
    ),
  )
  await drive(pool, lte, samples)
}

async function addStreetsAndAir(city: City): Promise<void> {
  const { north, south } = city
  const siting = { siting: 'background' }
  await thing(city, { key: 'air', kind: 'air_station', zoneId: north, attributes: siting }, ['pm2_5'], always(12))
  const street = { street: 'Quay', lengthM: 300, freeFlowTravelTimeS: 30 }
  await thing(
    city,
    { key: 'seg', kind: 'street_segment', zoneId: north, attributes: street },
    ['travel_time'],
    always(45),
  )
  /** what stands there from 3 to 4, and less in every other hour */
  const fullest = (standing: number, minutes = 0): Reading[] =>
    HOURS.map((time, hour) => [new Date(time.getTime() + minutes * 60_000), hour === 3 ? standing : 1])
  await thing(city, { key: 'dock', kind: 'bike_dock', zoneId: north }, ['bikes_available'], fullest(15))
  await thing(city, { key: 'cars-n', kind: 'car_station', zoneId: north }, ['vehicles_available'], fullest(6))
  await thing(city, { key: 'cars-s', kind: 'car_station', zoneId: south }, ['vehicles_available'], fullest(3, 30))
}

/** North: 10 drive, 5 ride, 5 walk. South: 8 drive, 4 ride, 4 cycle, 4 do not go to work. All say yes to everything else. */
async function addSurvey(pool: Pool): Promise<void> {
  const modes = {
    private: 'car',
    public: 'public transport',
    walking: 'on foot',
    cycling: 'bicycle',
    para: 'paratransit',
  }
  const yesNo = { categories: { y: 'yes', n: 'no' }, counts: ['y'] }
  const shares = Object.keys(SURVEYED_SHARES)
  const yes = Object.fromEntries(['online', ...shares].map((column) => [column, 'y']))
  const codebook = {
    id: 'people-2026',
    title: 'People',
    universe: 'adults',
    from: '2026-01-01',
    to: '2026-02-01',
    columns: { respondent: 'id', weight: 'w', zone: 'zone' },
    questions: [
      { ...yesNo, column: 'online', text: 'Internet?', indicator: 'HH6' },
      ...shares.map((u4ssc) => ({ ...yesNo, column: u4ssc, text: u4ssc, u4ssc })),
      {
        ...{ column: 'way', text: 'How do you go to work?', base: 'individual', indicator: 'EC:I:T:4A' },
        ...{ categories: { ...modes, home: 'not at all' }, missing: ['home'] },
      },
    ],
  }
  await pool.query('insert into survey (id, codebook, respondents) values ($1, $2, 40)', [codebook.id, codebook])
  const ways = {
    north: { private: 10, public: 5, walking: 5 },
    south: { private: 8, public: 4, cycling: 4, home: 4 },
  }
  let respondent = 0
  for (const [zone, counts] of Object.entries(ways))
    for (const [way, count] of Object.entries(counts))
      for (let i = 0; i < count; i++)
        await pool.query(
          `insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ($1, $2, 1, $3, $4)`,
          [codebook.id, String(++respondent), zone, { ...yes, way }],
        )
}
