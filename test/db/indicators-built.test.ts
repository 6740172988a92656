import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { recompute } from '#model/indicators/recompute.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, addZone, hourly, observe, rollUp } from './indicators-fixture.ts'

/** What the map, the registry and the buildings' meters give, on one day of a city of two squares: north 1000 people, south 2000. */
let db: TestDatabase
let indicators: ReturnType<typeof createIndicators>
const DAY = '2026-03-04'

const feature = (kind: string, type: string, coordinates: unknown, properties: Record<string, unknown> = {}) => ({
  type: 'Feature',
  geometry: { type, coordinates },
  properties: { kind, ...properties },
})
const around = (lon: number, lat: number) => [
  [
    [lon, lat],
    [lon + 0.001, lat],
    [lon + 0.001, lat + 0.001],
    [lon, lat + 0.001],
    [lon, lat],
  ],
]

beforeAll(async () => {
  db = await openTestDatabase()
  const { pool } = db
  await addCity(pool, {
    population: 3000,
    features: [
      feature('stop', 'Point', [0.01, 0.01], { name: 'Market', liveInformation: true }),
      // two thirds of it in the north
      feature(
        'bike_lane',
        'LineString',
        [
          [0.01, 0.01],
          [0.02, 0.01],
          [0.025, 0.01],
        ],
        { name: 'Quay', lengthM: 1500 },
      ),
      feature(
        'transit_line',
        'LineString',
        [
          [0.01, 0.01],
          [0.019, 0.01],
        ],
        { name: 'Line 1' },
      ),
      feature('park', 'Polygon', around(0.005, 0.005), { name: 'Elm Park', areaM2: 30_000 }),
      feature('pedestrian_area', 'Polygon', around(0.03, 0.005), { name: 'Old Market', areaM2: 49_000 }),
      feature('intersection', 'Point', [0.01, 0.012], { name: 'a', adaptive: true }),
      feature('intersection', 'Point', [0.01, 0.013], { name: 'b', adaptive: false }),
      feature('intersection', 'Point', [0.01, 0.014], { name: 'c' }),
    ],
  })
  const north = await addZone(pool, 'north', 1000, 0)
  const south = await addZone(pool, 'south', 2000, 1)
  const ends = hourly('2026-03-03T23:59:00Z', 25)
  const count = async (id: number | undefined, perHour: number) =>
    observe(
      pool,
      id,
      ends.map((time, i) => [time, 700 + perHour * i]),
    )
  const school = { key: 'school', kind: 'building', domain: 'energy', zoneId: north }
  const [power, heat] = await addThing(pool, { ...school, attributes: { public: true, floorAreaM2: 1000 } }, [
    ['energy'],
    ['thermal_energy'],
  ])
  await count(power, 10)
  await count(heat, 5)
  await addThing(pool, { ...school, key: 'silent', attributes: { public: true, floorAreaM2: 9000 } }, [['energy']])
  const [shop] = await addThing(pool, { ...school, key: 'shop', attributes: { public: false, floorAreaM2: 10 } }, [
    ['energy'],
  ])
  await count(shop, 99)
  const [feeder] = await addThing(
    pool,
    { key: 'f1', kind: 'feeder', domain: 'energy', zoneId: north, attributes: { networkKm: 30 } },
    [['energy']],
  )
  await count(feeder, 1)
  await addThing(pool, { key: 'f2', kind: 'feeder', domain: 'energy', zoneId: south, attributes: { networkKm: 10 } }, [
    ['energy'],
  ])
  for (const [key, attributes] of [
    ['m1', { emfCompliant: true }],
    ['m2', { emfCompliant: false }],
    ['m3', {}],
  ] as const)
    await addThing(pool, { key, kind: 'mast', domain: 'connectivity', zoneId: north, attributes }, [])
  await rollUp(pool)
  indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => new Date('2026-03-05T06:00:00Z') })
})
afterAll(() => db.close())

const point = async (code: string, zone?: string) => (await indicators.evaluate(code, { period: DAY, zone })).values[0]

// Of the 100 m grid about the stop, 80 centres lie within 500 m (20 a quarter: 5 + 5 + 4 + 4 + 2), and 22 x 22 in a zone.
const NEAR = 80 / 484

describe.each([
  ['EN:E:E:4A', 'a day of 240 kWh and 120 kWh of heat, 365 days, 1000 m2', 131.4, 131.4, null],
  ['EC:ICT:ES:2A', '30 of 40 km', 75, 100, null],
  ['EN:EN:EQ:1C', 'one of two that are declared', 50, 50, null],
  ['EC:ICT:T:1C', 'the one stop', 100, 100, null],
  ['EC:ICT:T:3A', 'one of two that are stated', 50, 50, null],
  ['EC:I:T:1C', '0.009 degrees are 1.0008 km', 33.359, 100.075, 0],
  ['EC:I:T:2A', 'people spread evenly', (100 * NEAR) / 3, 100 * NEAR, 0],
  ['EC:I:T:3C', '1.5 km, of which 1 in the north', 50, 100, 25],
  ['EC:I:UP:1A', '0.049 of 9.8 km2', 0.5, 0, 1],
  ['EN:EN:PSN:1C', '3 ha', 100, 300, 0],
] as const)('%s: %s', (code, _, city, north, south) => {
  test.each([
    [undefined, city],
    ['north', north],
    ['south', south],
  ] as const)('in %s: %d', async (zone, expected) => {
    const found = await point(code, zone)
    if (expected === null) expect(found).toMatchObject({ value: null, missing: expect.any(String) })
    else expect(found?.value).toBeCloseTo(expected, 2)
  })
  test('can be computed again from the leaves of its evidence', async () => {
    const found = await point(code)
    expect(recompute(leavesOnly(found?.evidence as Evidence))).toBe(found?.value)
  })
})

test('green within reach (EN:EN:PSN:2A): 300 m about a square of 111 m, 4 x 111 x 300 + 111^2 + pi 300^2 m2, is 8.7 % of the zone', async () => {
  const exact = (100 * (4 * 111.2 * 300 + 111.2 ** 2 + Math.PI * 300 ** 2)) / 2223.9 ** 2
  const found = await point('EN:EN:PSN:2A', 'north')
  expect(Math.abs((found?.value ?? 0) - exact)).toBeLessThan(0.6)
})

test('a building of which a meter is silent is left out with its floor', async () => {
  expect((await point('EN:E:E:4A'))?.evidence?.excluded).toEqual([
    { what: 'silent', why: 'no good reading in the period' },
  ])
})

test('spread between zones (EN:EN:PSN:1C): all of the green in the north: 300 and 0, mean (300 * 1000) / 3000 = 100', async () => {
  const { spread } = await indicators.zoneValues('EN:EN:PSN:1C', { period: DAY })
  expect(spread).toMatchObject({
    zones: 2,
    lowest: { zone: 'south', value: 0 },
    highest: { zone: 'north' },
    ratio: null,
  })
  expect(spread?.mean).toBeCloseTo(100, 9)
  // two persons differ by 300 where one is of the north: 2 * 1000 * 2000 * 300 / (2 * 3000^2 * 100) = 2 / 3
  expect(spread?.gini).toBeCloseTo(2 / 3, 9)
})

test('series: periods in order, those that are not over shown and left out of trend and comparison', async () => {
  const series = await indicators.series('EN:EN:PSN:1C', {
    every: 'month',
    from: '2025-10',
    to: '2026-03',
    targetYear: 2030,
  })
  expect(series.values.map(({ period }) => period)).toEqual([
    '2025-10',
    '2025-11',
    '2025-12',
    '2026-01',
    '2026-02',
    '2026-03',
  ])
  expect(series.values.at(-1)).toMatchObject({ partial: true })
  expect(series.baseline).toEqual({ period: '2025-10', value: expect.closeTo(100, 9) })
  expect(series.trend).toMatchObject({ n: 5, direction: 'not_told_apart' })
  expect(series.trend?.projection?.value).toBeCloseTo(100, 6)
  expect(series.comparison).toMatchObject({ from: '2025-10', to: '2026-02', toldApart: null })
  const quarters = await indicators.series('EN:EN:PSN:1C', { every: 'quarter', from: '2025-05', to: '2025' })
  expect(quarters.values.map(({ period }) => period)).toEqual(['2025-Q2', '2025-Q3', '2025-Q4'])
})

test.each([
  [{ every: 'month', from: '2026-13', to: '2026' }, 'PERIOD_INVALID'],
  [{ every: 'month', from: '2000', to: '2026' }, 'QUERY_TOO_LARGE'],
  [{}, 'REQUEST_INVALID'],
  [{ every: 'year', from: '2026', to: '2020' }, 'INTERVAL_REVERSED'],
] as const)('series of %j: %s', async (query, code) => {
  await expect(indicators.series('EN:EN:PSN:1C', query)).rejects.toMatchObject({ code })
})

function leavesOnly(evidence: Evidence): Evidence {
  if (!evidence.inputs?.length) return evidence
  return { ...evidence, value: null, inputs: evidence.inputs.map(leavesOnly) }
}
