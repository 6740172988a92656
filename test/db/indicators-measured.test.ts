import { cellToChildren, polygonToCells } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import type { Evidence, IndicatorValue } from '#model/indicators/catalogue/schema.ts'
import { recompute } from '#model/indicators/recompute.ts'
import { uncertaintyOf } from '#model/indicators/uncertainty.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, addZone, drive, hourly, observe, type Reading, rollUp } from './indicators-fixture.ts'

/**
 * One day, Wednesday 2026-03-04 in a city on UTC, with two zones: north (1000 people) and south (2000). It is over: now is
 * the day after.
 */
let db: TestDatabase
const NOW = new Date('2026-03-05T06:00:00Z')
const DAY = '2026-03-04'
const midnight = `${DAY}T00:00:00Z`
let indicators: ReturnType<typeof createIndicators>

beforeAll(async () => {
  db = await openTestDatabase()
  const { pool } = db
  const street = (name: string, lengthM: number) => ({
    type: 'Feature',
    geometry: null,
    properties: { kind: 'major_street', name, lengthM },
  })
  await addCity(pool, {
    population: 3000,
    features: [street('High Street', 1000), street('Quay', 600), street('Ring', 400)],
  })
  const north = await addZone(pool, 'north', 1000, 0)
  const south = await addZone(pool, 'south', 2000, 1)
  await addAir(north, south)
  await addEnergy(north, south)
  await addMobility(north, south)
  await addConnectivity(north)
  await rollUp(pool)
  indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
})
afterAll(() => db.close())

async function addAir(north: number, south: number): Promise<void> {
  const { pool } = db
  const hours = hourly(midnight, 24)
  const station = (key: string, siting: string, zoneId: number) => ({
    key,
    kind: 'air_station',
    zoneId,
    attributes: { siting },
  })
  // Background: hours at 10 and at 20 in turn: mean of hourly means 15. An hour with two readings counts once.
  const [park] = await addThing(pool, station('air-park', 'background', north), [['pm2_5']])
  await observe(
    pool,
    park,
    hours.map((time, i) => [time, i % 2 === 0 ? 10 : 20]),
  )
  await observe(pool, park, [[`${DAY}T00:30:00Z`, 10]])
  // Traffic: 30 throughout, and one suspect spike of 900 that must not count.
  const [road] = await addThing(pool, station('air-road', 'traffic', south), [['pm2_5']])
  await observe(
    pool,
    road,
    hours.map((time) => [time, 30]),
  )
  await observe(pool, road, [[`${DAY}T05:30:00Z`, 900, 3]])
  // 12 of 24 hours: below 75 %, left out.
  const [gap] = await addThing(pool, station('air-gap', 'background', south), [['pm2_5']])
  await observe(
    pool,
    gap,
    hours.slice(0, 12).map((time) => [time, 1]),
  )
}

async function addEnergy(north: number, south: number): Promise<void> {
  const { pool } = db
  // Readings at the end of each hour, from the hour before midnight: 24 h between first and last.
  const ends = hourly('2026-03-03T23:59:00Z', 25)
  const feeder = (key: string, zoneId: number, customers: number, smartMeters: number) => ({
    key,
    kind: 'feeder',
    domain: 'energy',
    zoneId,
    attributes: { customers, smartMeters },
  })
  // North: 100 kWh an hour.
  const [one] = await addThing(pool, feeder('feeder-n', north, 400, 100), [['energy']])
  await observe(
    pool,
    one,
    ends.map((time, i) => [time, 50_000 + 100 * i]),
  )
  // South: 200 kWh an hour; its meter restarts from zero after hour 10 (reading 2000 above the start), then counts on.
  const [two] = await addThing(pool, feeder('feeder-s', south, 600, 500), [['energy']])
  await observe(
    pool,
    two,
    ends.map((time, i) => [time, i <= 10 ? 9000 + 200 * i : 200 * (i - 10)]),
  )
  // Supply: solar 1000 kWh, grid 6200 kWh of which 25 % renewable.
  const [sun] = await addThing(
    pool,
    { key: 'sun', kind: 'solar_plant', domain: 'energy', attributes: { renewableShare: 1 } },
    [['energy_produced']],
  )
  await observe(
    pool,
    sun,
    ends.map((time, i) => [time, (1000 / 24) * i]),
  )
  const [grid] = await addThing(
    pool,
    { key: 'grid', kind: 'grid_intake', domain: 'energy', attributes: { renewableShare: 0.25 } },
    [['energy']],
  )
  await observe(
    pool,
    grid,
    ends.map((time, i) => [time, (6200 / 24) * i]),
  )
}

async function addMobility(north: number, south: number): Promise<void> {
  const { pool } = db
  const hours = hourly(midnight, 24)
  const [counter] = await addThing(
    pool,
    { key: 'counter', kind: 'traffic_counter', domain: 'mobility', attributes: { street: 'High Street' } },
    [['vehicle_count']],
  )
  await observe(
    pool,
    counter,
    hours.map((time) => [time, 7]),
  )
  const segment = (key: string, street: string, lengthM: number, freeFlowTravelTimeS: number) => ({
    key,
    kind: 'street_segment',
    domain: 'mobility',
    zoneId: north,
    attributes: { street, lengthM, freeFlowTravelTimeS },
  })
  const peak = [7, 8, 16, 17]
  // Quay, 300 m: 60 s in the peaks, 30 s free: 2.0. High Street, 100 m: 12 s against 10 s: 1.2. Off the peak: free flow.
  const [quay] = await addThing(pool, segment('seg-quay', 'Quay', 300, 30), [['travel_time']])
  await observe(
    pool,
    quay,
    hours.map((time, i) => [time, peak.includes(i) ? 60 : 30]),
  )
  const [high] = await addThing(pool, segment('seg-high', 'High Street', 100, 10), [['travel_time']])
  await observe(
    pool,
    high,
    hours.map((time, i) => [time, peak.includes(i) ? 12 : 10]),
  )
  // Docks: at 3:00 6 + 9 = 15 stand, the most of the day; each dock alone has a fuller hour.
  const dock = (key: string, zoneId: number) => ({ key, kind: 'bike_dock', domain: 'mobility', zoneId })
  const [d1] = await addThing(pool, dock('dock-n', north), [['bikes_available']])
  const standing = (counts: Record<number, number>) => hours.map((time, i): Reading => [time, counts[i] ?? 1])
  await observe(pool, d1, standing({ 2: 8, 3: 6, 4: 2 }))
  const [d2] = await addThing(pool, dock('dock-s', south), [['bikes_available']])
  await observe(pool, d2, standing({ 3: 9, 4: 10 }))
  // 30 in one hour, heard in 17 of 24: the fullest hour may be one that nobody saw
  const [d3] = await addThing(pool, dock('dock-new', south), [['bikes_available']])
  await observe(pool, d3, standing({ 20: 30 }).slice(7))
}

const ring = [
  [0, 0],
  [0.02, 0],
  [0.02, 0.02],
  [0, 0.02],
  [0, 0],
]
const northCells = polygonToCells([ring], 9, true)

async function addConnectivity(north: number): Promise<void> {
  const { pool } = db
  const [lte] = await addThing(pool, { key: 'probe', kind: 'probe', domain: 'connectivity' }, [['rsrp', '4g']])
  // Each measured cell: four samples in a child of resolution 10. Of 8 cells, 6 have a median of -100, 2 of -115.
  const samples = northCells.slice(0, 8).flatMap((cell, c) => {
    const child = cellToChildren(cell, 10)[0] ?? cell
    const levels = c < 6 ? [-101, -99, -140, -90] : [-116, -114, -118, -60]
    return levels.map((result, i) => ({
      time: new Date(Date.parse(midnight) + (c * 10 + i) * 1000),
      result,
      cell: child,
    }))
  })
  // A ninth cell with two samples is too little to judge, a failed sample does not count at all.
  const ninth = cellToChildren(northCells[8] ?? '', 10)[0] ?? ''
  const few = [0, 1, 2].map((i) => ({
    time: new Date(Date.parse(midnight) + 3_600_000 + i),
    result: -80,
    cell: ninth,
    quality: i === 2 ? 4 : 1,
  }))
  await drive(pool, lte, [...samples, ...few])
  const spot = (key: string, open: boolean) => ({
    key,
    kind: 'wifi_hotspot',
    domain: 'connectivity',
    zoneId: north,
    attributes: { public: open },
  })
  const every = (result: number) => hourly(`${DAY}T00:00:00Z`, 24).map((time): Reading => [time, result])
  const [a] = await addThing(pool, spot('wifi-a', true), [['clients']])
  await observe(pool, a, every(3).slice(6))
  const [b] = await addThing(pool, spot('wifi-b', true), [['clients'], ['online']])
  await observe(pool, b, every(0))
  const offline = (
    await pool.query(
      `select d.id from datastream d join thing t on t.id = d.thing_id where t.key = 'wifi-b' and property = 'online'`,
    )
  ).rows[0].id
  await observe(pool, offline, every(0))
  await addThing(pool, spot('wifi-c', true), [['clients']])
  const [rare] = await addThing(pool, spot('wifi-d', true), [['clients']])
  await observe(pool, rare, every(5).slice(7))
  const [d] = await addThing(pool, spot('wifi-staff', false), [['clients']])
  await observe(pool, d, every(9))
}

const evaluate = (code: string, zone?: string): Promise<IndicatorValue> =>
  indicators.evaluate(code, { period: DAY, zone })
const pointOf = (value: IndicatorValue, dataPoint = '') => {
  const point = value.values.find((one) => one.dataPoint === dataPoint)
  if (!point) throw new Error(`no data point ${dataPoint}`)
  return point
}

describe('air pollution (EN:EN:AQ:1C)', () => {
  test('stations weighted by siting: (1 * 15 + 0.5 * 30) / 1.5 = 20', async () => {
    const value = await evaluate('EN:EN:AQ:1C')
    expect(value.status).toBe('partially_reported')
    const pm = pointOf(value, 'pm2_5')
    expect(pm.value).toBeCloseTo(20, 12)
    expect(pm.origin).toBe('measured')
    // 25 readings in the park, 24 good ones at the road
    expect(pm.n).toBe(49)
    expect(pm.dataCapture).toBe(1)
  })

  test('its standard error between stations: sqrt(2 x (1 x 5^2 + 0.25 x 10^2)) / 1.5 = 6.667; t(1) = 12.7062 reaches below zero', async () => {
    const pm = pointOf(await evaluate('EN:EN:AQ:1C'), 'pm2_5')
    expect(pm.standardError).toBeCloseTo(20 / 3, 9)
    expect(pm.interval?.[0]).toBe(0)
    expect(pm.interval?.[1]).toBeCloseTo(20 + (12.7062 * 20) / 3, 3)
    // a single station says nothing of how stations differ
    expect(pointOf(await evaluate('EN:EN:AQ:1C', 'south'), 'pm2_5')).toMatchObject({
      interval: null,
      standardError: null,
    })
  })

  test('the suspect spike is distinguished and the gappy station is left out with the reason', async () => {
    const evidence = pointOf(await evaluate('EN:EN:AQ:1C'), 'pm2_5').evidence
    expect(evidence?.excluded).toEqual([{ what: 'air-gap', why: 'data capture 50 %' }])
    const road = evidence?.inputs?.find(({ label }) => label.startsWith('air-road'))
    expect(road).toMatchObject({
      value: 30,
      weight: 0.5,
      quality: { good: 24 / 25, suspect: 1 / 25, failed: 0 },
      // the hour of the spike would be (30 + 900) / 2 = 465: (23 * 30 + 465) / 24
      withSuspect: 48.125,
    })
    // (1 * 15 + 0.5 * 48.125) / 1.5; the park has no suspect one
    expect(evidence?.withSuspect).toBeCloseTo(26.0416667, 7)
    expect(evidence?.inputs?.find(({ label }) => label.startsWith('air-park'))?.withSuspect).toBeUndefined()
  })

  test('lower is better: 5 / 20 reaches 25 %, one point, by our rule', async () => {
    expect(pointOf(await evaluate('EN:EN:AQ:1C'), 'pm2_5').score).toEqual({
      performance: 25,
      points: 1,
      band: '0-33',
      benchmark: 5,
      basis: 'citywell',
    })
  })

  test('what nobody measures is missing, not zero', async () => {
    expect(pointOf(await evaluate('EN:EN:AQ:1C'), 'o3')).toMatchObject({
      value: null,
      score: null,
      evidence: null,
      missing: expect.stringContaining('no station'),
    })
  })

  test('a station that nobody confirmed is left out with the reason', async () => {
    const { pool } = db
    const confirm = (verified: boolean) =>
      pool.query("update thing set verified = $1 where key = 'air-road'", [verified])
    await confirm(false)
    const later = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
    const pm = pointOf(await later.evaluate('EN:EN:AQ:1C', { period: DAY }), 'pm2_5')
    await confirm(true)
    expect(pm.value).toBeCloseTo(15, 12)
    expect(pm.evidence?.excluded).toContainEqual({ what: 'air-road', why: 'not confirmed' })
  })

  test('by zone: north 15, south 30', async () => {
    const { zones } = await indicators.zoneValues('EN:EN:AQ:1C', { period: DAY, dataPoint: 'pm2_5' })
    expect(zones.map(({ zone, value }) => [zone, value])).toEqual([
      ['north', expect.closeTo(15, 12)],
      ['south', 30],
    ])
  })
})

describe('electricity consumption (EN:E:E:2C)', () => {
  test('100 + 200 kWh an hour, 24 hours, 365 days, 3000 people: 7200 * 365 / 3000 = 876; the restart of a meter loses nothing but what was never read', async () => {
    const point = pointOf(await evaluate('EN:E:E:2C'))
    expect(point.value).toBeCloseTo(876, 9)
    expect(point.evidence?.label).toContain('annualised')
  })
  test('the reset is in the evidence', async () => {
    const text = JSON.stringify(pointOf(await evaluate('EN:E:E:2C')).evidence)
    expect(text).toContain('counted across 1 reset')
  })
  test('by zone: north 2400 * 365 / 1000 = 876, south 4800 * 365 / 2000 = 876', async () => {
    const { zones } = await indicators.zoneValues('EN:E:E:2C', { period: DAY })
    expect(zones.map(({ value }) => value)).toEqual([expect.closeTo(876, 9), expect.closeTo(876, 9)])
  })
})

test('renewable energy (EN:E:E:1C): (1000 + 0.25 * 6200) / 7200 = 35.4167 %', async () => {
  expect(pointOf(await evaluate('EN:E:E:1C')).value).toBeCloseTo(35.4167, 4)
  expect(pointOf(await evaluate('EN:E:E:1C', 'north')).missing).toContain('city only')
})

test('smart electricity meters (EC:ICT:ES:1C): 600 of 1000 customers; south 500 of 600', async () => {
  expect(pointOf(await evaluate('EC:ICT:ES:1C')).value).toBe(60)
  expect(pointOf(await evaluate('EC:ICT:ES:1C', 'south')).value).toBeCloseTo(83.3333, 4)
})

test('traffic monitoring (EC:ICT:T:2C): High Street whole by its counter, 300 of 600 m of the Quay, no Ring: 1300 of 2000 m', async () => {
  expect(pointOf(await evaluate('EC:ICT:T:2C')).value).toBe(65)
})

test('travel time index (EC:I:T:5A): (300 * 2.0 + 100 * 1.2) / 400 = 1.8', async () => {
  const point = pointOf(await evaluate('EC:I:T:5A'))
  expect(point.value).toBeCloseTo(1.8, 12)
  // 1.5 / 1.8 reaches 83.3 %
  expect(point.score).toMatchObject({ points: 3, band: '66-95', basis: 'citywell' })
})

test('travel time index on a weekend: no peak hours, so no value', async () => {
  const point = pointOf(await indicators.evaluate('EC:I:T:5A', { period: '2026-03-01' }))
  expect(point).toMatchObject({ value: null, missing: expect.stringContaining('no peak hour') })
})

test('shared bicycles (EC:I:T:6A): 15 at the same time, 3000 people: 500 per 100 000; north alone at most 8 of 1000: 800', async () => {
  expect(pointOf(await evaluate('EC:I:T:6A')).evidence?.excluded).toEqual([
    { what: 'dock-new', why: 'heard in 71 % of the hours' },
  ])
  expect(pointOf(await evaluate('EC:I:T:6A')).value).toBe(500)
  expect(pointOf(await evaluate('EC:I:T:6A', 'north')).value).toBe(800)
})

describe('wireless coverage (EC:ICT:ICT:4C)', () => {
  test('4G in the north: 6 of 8 measured cells', async () => {
    const point = pointOf(await evaluate('EC:ICT:ICT:4C', 'north'), '4g')
    expect(point.value).toBe(75)
    expect(point.dataCapture).toBeCloseTo(8 / northCells.length, 12)
    expect(point.n).toBe(32)
  })
  test('3G was not measured: missing; 5G and coverage by people are extensions and appear only with a value', async () => {
    const value = await evaluate('EC:ICT:ICT:4C', 'north')
    expect(pointOf(value, '3g').missing).toContain('nobody measured 3g')
    expect(value.values.map(({ dataPoint }) => dataPoint)).toEqual(['3g', '4g', '4g_people'])
  })
})

test('public Wi-Fi (EC:ICT:ICT:5A): one of four was online and heard in 18 of 24 hours; also by its other code 5C', async () => {
  const point = pointOf(await evaluate('EC:ICT:ICT:5C'))
  expect(point.value).toBe(1)
  expect(point.evidence?.excluded).toEqual([
    { what: 'wifi-b', why: 'offline all the period' },
    { what: 'wifi-c', why: 'nothing heard in the period' },
    { what: 'wifi-d', why: 'heard in 71 % of the hours' },
  ])
})

test.each(['EC:ICT:ICT:5A', 'EC:ICT:T:2C', 'EC:I:T:6A'])(
  '%s: a day on which nothing was heard gives no value, not zero',
  async (code) => {
    const point = pointOf(await indicators.evaluate(code, { period: '2026-01-15' }))
    expect(point).toMatchObject({ value: null, missing: expect.stringContaining('2026-01-15') })
  },
)

describe('evidence', () => {
  const measured = [
    'EN:EN:AQ:1C',
    'EN:E:E:2C',
    'EN:E:E:1C',
    'EC:ICT:ES:1C',
    'EC:ICT:T:2C',
    'EC:I:T:5A',
    'EC:I:T:6A',
    'EC:ICT:ICT:4C',
    'EC:ICT:ICT:5A',
  ]
  test.each(measured)('%s can be computed again from the leaves of its evidence', async (code) => {
    for (const zone of [undefined, 'north']) {
      for (const { value, evidence } of (await evaluate(code, zone)).values) {
        if (!evidence) continue
        expect(recompute(withoutValues(evidence))).toBe(value)
        expect(uncertaintyOf(withoutValues(evidence))).toEqual(evidence.uncertainty)
      }
    }
  })
})

/** The tree as a sceptic has it: only the leaves keep their numbers. */
function withoutValues(evidence: Evidence): Evidence {
  if (!evidence.inputs || evidence.inputs.length === 0) return evidence
  const { uncertainty: _, ...rest } = evidence
  return { ...rest, value: null, inputs: evidence.inputs.map(withoutValues) }
}

describe('scoreboard', () => {
  test('all 91 are there, 112 data points, and the groups with their coverage', async () => {
    const board = await indicators.scoreboard({ period: DAY })
    expect(board.indicators).toHaveLength(91)
    const city = board.groups.find(({ level }) => level === 'city')
    // PM2.5 and the seven indicators with one data point; 4G was measured in 8 of some 90 cells, too few for the city.
    expect(city).toMatchObject({ dataPoints: 112, reported: 8 })
    // 22 names of categories; four of them (Transport, Waste, ...) occur in several sub-dimensions and are scored in each.
    const categories = board.groups.filter(({ level }) => level === 'category')
    expect(new Set(categories.map(({ name }) => name)).size).toBe(22)
    expect(categories).toHaveLength(27)
    expect(board.groups.filter(({ level }) => level === 'sub_dimension')).toHaveLength(7)
  })
  test('what is not reported says what it takes', async () => {
    const value = await evaluate('SC:EH:H:3C')
    expect(value.status).toBe('not_reported')
    expect(pointOf(value).missing).toContain('physicians working in the city')
  })
})

describe('bad input', () => {
  test('unknown indicator, zone, period, data point', async () => {
    await expect(async () => evaluate('EC:X:Y:1C')).rejects.toMatchObject({ code: 'INDICATOR_UNKNOWN' })
    await expect(evaluate('EN:EN:AQ:1C', 'nowhere')).rejects.toMatchObject({ code: 'ZONE_UNKNOWN' })
    await expect(indicators.evaluate('EN:EN:AQ:1C', { period: '2026-13' })).rejects.toMatchObject({
      code: 'PERIOD_INVALID',
    })
    await expect(async () =>
      indicators.zoneValues('EN:EN:AQ:1C', { period: DAY, dataPoint: 'radon' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
  test('a year that is partly over and barely covered gives no annual mean', async () => {
    const point = pointOf(await indicators.evaluate('EN:EN:AQ:1C', { period: '2026' }), 'pm2_5')
    expect(point).toMatchObject({ value: null, missing: expect.stringContaining('75 %') })
  })
})
