import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { airIndexes } from '#api/air-quality/index-of.ts'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import type { PropertyName } from '#model/observation/properties.ts'
import { addCity, addThing, addZone, hourly, observe, rollUp, type ThingSpec } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * A total and its parts are one amount: MobilityData/gbfs#538 and OpenTripPlanner#3468 (types of bicycles next to the number
 * of all), dsmr-reader#161 (tariffs next to the total), tasmota#17178 (phases next to the sum). One day, 2026-03-04, in a city
 * of 100 people and one zone for each case.
 */
let db: TestDatabase
const DAY = '2026-03-04'
const HOURS = hourly(`${DAY}T00:00:00Z`, 24)
const ENDS = hourly('2026-03-03T23:59:00Z', 25)
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool, { population: 100 })
})
afterAll(() => db.close())

let zones = 0
type Channels = Readonly<Record<string, readonly (number | undefined)[]>>

/** A Thing in a zone of 100 people; readings by channel, one at the end of each hour or at its beginning. */
async function addTo(zone: number, thing: Partial<ThingSpec>, property: PropertyName, channels: Channels, at = ENDS) {
  const spec = { key: `thing-${++zones}`, kind: 'feeder', domain: 'energy', zoneId: zone, ...thing }
  const ids = await addThing(
    db.pool,
    spec,
    Object.keys(channels).map((channel) => [property, channel]),
  )
  for (const [i, results] of Object.values(channels).entries())
    await observe(
      db.pool,
      ids[i],
      results.flatMap((result, hour) => (result === undefined ? [] : [[at[hour] ?? DAY, result]])),
    )
}
const newZone = (): Promise<number> => addZone(db.pool, `zone-${++zones}`, 100, zones)
/** A meter that counts so much in a day, from a reading of 5000 on. */
const counts = (kWh: number): number[] => ENDS.map((_, hour) => 5000 + (kWh * hour) / 24)
const always = (result: number): number[] => HOURS.map(() => result)
const silent: number[] = []

async function evaluate(code: string, zone: number, dataPoint = '') {
  const { pool } = db
  await rollUp(pool)
  const { rows } = await pool.query<{ key: string }>('select key from zone where id = $1', [zone])
  const indicators = createIndicators({
    pool,
    microdata: openMicrodata(pool),
    clock: () => new Date('2026-03-05T06:00:00Z'),
  })
  const { values } = await indicators.evaluate(code, { period: DAY, zone: rows[0]?.key })
  const value = values.find((one) => one.dataPoint === dataPoint)
  if (!value) throw new Error(`no data point "${dataPoint}"`)
  return value
}
/** kWh a day of a zone, from the yearly value of each of its 100 people. */
const kWhADay = async (zone: number): Promise<number | null> => {
  const { value } = await evaluate('EN:E:E:2C', zone)
  return value === null ? null : (value * 100) / 365
}
const labelsOf = ({ label, inputs = [], excluded = [] }: Evidence): string[] => [
  label,
  ...excluded.map(({ what, why }) => `${what}: ${why}`),
  ...inputs.flatMap(labelsOf),
]
const evidenceOf = async (code: string, zone: number): Promise<string> => {
  const { evidence } = await evaluate(code, zone)
  return evidence ? labelsOf(evidence).join('\n') : ''
}

describe('electricity of a feeder', () => {
  const cases: [why: string, channels: Channels, kWh: number][] = [
    ['a total alone', { '': counts(12) }, 12],
    ['a total of 12 and three phases of 4', { '': counts(12), l1: counts(4), l2: counts(4), l3: counts(4) }, 12],
    ['the same phases, numbered', { '': counts(12), 1: counts(4), 2: counts(4), 3: counts(4) }, 12],
    ['three phases without a total', { a: counts(4), b: counts(4), c: counts(4) }, 12],
    ['two tariffs (DSMR 1.8.1 and 1.8.2) without a total', { t1: counts(7), t2: counts(5) }, 12],
    ['tariffs and phases without a total', { t1: counts(7), t2: counts(5), l1: counts(4), l2: counts(8) }, 12],
    ['a total and one load behind it', { '': counts(12), kitchen: counts(3) }, 12],
    ['loads without a total', { kitchen: counts(3), workshop: counts(9) }, 12],
    ['a load and its own phases', { kitchen: counts(12), 'kitchen.l1': counts(6), 'kitchen.l2': counts(6) }, 12],
    ['import next to a net total', { '': counts(12), import: counts(15) }, 12],
    ['a calibrated total and the raw one', { '': counts(10), calibrated: counts(12) }, 12],
    ['a total that is silent, and all phases', { '': silent, l1: counts(4), l2: counts(4), l3: counts(4) }, 12],
  ]
  const names: typeof cases = [
    ...['total', 'Total', 'TOTAL', 'sum', 'all', 'L1+L2+L3', 'L123', 'Gesamt', 'Итого', '合计'].map(
      (name): (typeof cases)[number] => [`a total called ${name}`, { [name]: counts(12), kitchen: counts(3) }, 12],
    ),
    ['a calibrated one', { total: counts(10), 'total.calibrated': counts(12), kitchen: counts(3) }, 12],
    ['two totals', { total: counts(12), Sum: counts(12), kitchen: counts(3) }, 12],
    ['a total with and without a name', { '': counts(12), total: counts(12), l1: counts(4) }, 12],
    ['loads with a total of their own', { 'kitchen.total': counts(5), 'kitchen.oven': counts(4), shop: counts(7) }, 12],
    ['phases under two names', { l1: counts(5), l2: counts(7), L1: counts(5), L2: counts(7) }, 12],
    ['letters and numbers of phases', { a: counts(5), b: counts(7), phase_1: counts(5), phase_2: counts(7) }, 12],
    ['one phase twice', { l1: counts(3), l2: counts(4), l3: counts(5), L1: counts(3) }, 12],
    ['phases spelled differently', { l1: counts(3), L2: counts(4), phase_3: counts(5) }, 12],
    ['numbers and words of tariffs', { t1: counts(7), t2: counts(5), hp: counts(7), hc: counts(5) }, 12],
    ['tariffs with a zero', { t1: counts(7), t2: counts(5), t01: counts(7), t02: counts(5) }, 12],
    ['phases of which one name is silent', { l1: counts(5), l2: silent, L1: counts(5), L2: counts(7) }, 12],
  ]
  test.each([...cases, ...names])('%s', async (_, channels, kWh) => {
    const zone = await newZone()
    await addTo(zone, {}, 'energy', channels)
    expect(await kWhADay(zone)).toBeCloseTo(kWh, 9)
  })

  test('a total that is silent has no value, though a part that may not be all of it is read', async () => {
    const zone = await newZone()
    await addTo(zone, {}, 'energy', { '': silent, kitchen: counts(3) })
    expect(await evaluate('EN:E:E:2C', zone)).toMatchObject({
      value: null,
      missing: expect.stringContaining('no good reading in the period'),
    })
  })

  test('a part that is silent leaves the sum without a value', async () => {
    const zone = await newZone()
    await addTo(zone, {}, 'energy', { t1: counts(7), t2: silent })
    expect((await evaluate('EN:E:E:2C', zone)).missing).toMatch(/t2: no good reading/)
  })

  test('the outputs of a Shelly, of which the first has no channel, are added up', async () => {
    const zone = await newZone()
    await addTo(zone, { key: 'shelly' }, 'energy', { '': counts(5), 1: counts(7) })
    await db.pool.query(
      `insert into thing_device (device, thing_id) select 'shelly-gen2/shellyplus2pm-1', id from thing where key = 'shelly'`,
    )
    expect(await kWhADay(zone)).toBeCloseTo(12, 9)
  })

  test('the evidence says which was taken', async () => {
    const [total, sum] = [await newZone(), await newZone()]
    await addTo(total, { key: 'with-total' }, 'energy', { '': counts(12), l1: counts(4) })
    await addTo(sum, { key: 'without' }, 'energy', { l1: counts(4), l2: counts(8) })
    expect(await evidenceOf('EN:E:E:2C', total)).toMatch(
      /with-total: electricity a day, its total\nwith-total l1: part of/,
    )
    expect(await evidenceOf('EN:E:E:2C', sum)).toContain('without: electricity a day, the sum of its parts: l1, l2')
  })
})

describe('meters behind meters (attribute partOf)', () => {
  test('count with the meter they are part of, however many there are between', async () => {
    const zone = await newZone()
    await addTo(zone, { key: 'main' }, 'energy', { '': counts(12) })
    await addTo(zone, { key: 'branch', attributes: { partOf: 'main' } }, 'energy', { '': counts(8) })
    await addTo(zone, { key: 'twig', attributes: { partOf: 'branch' } }, 'energy', { '': counts(2) })
    expect(await kWhADay(zone)).toBeCloseTo(12, 9)
    expect(await evidenceOf('EN:E:E:2C', zone)).toContain('twig: part of main')
  })

  test('are added up where what they are part of has no meter', async () => {
    const zone = await newZone()
    await addThing(db.pool, { key: 'substation', kind: 'substation', zoneId: zone }, [])
    for (const [key, kWh] of [
      ['outgoing-1', 5],
      ['outgoing-2', 7],
    ] as const)
      await addTo(zone, { key, attributes: { partOf: 'substation' } }, 'energy', { '': counts(kWh) })
    expect(await kWhADay(zone)).toBeCloseTo(12, 9)
  })

  test('which are said to be part of each other both count', async () => {
    const zone = await newZone()
    await addTo(zone, { key: 'hen', attributes: { partOf: 'egg' } }, 'energy', { '': counts(5) })
    await addTo(zone, { key: 'egg', attributes: { partOf: 'hen' } }, 'energy', { '': counts(7) })
    expect(await kWhADay(zone)).toBeCloseTo(12, 9)
  })
})

describe('what stands at stations', () => {
  const at = { kind: 'bike_dock', domain: 'mobility' }
  const cases: [why: string, channels: Channels, bicycles: number][] = [
    ['10 bicycles, 6 of one type and 4 of another', { '': always(10), mechanical: always(6), ebike: always(4) }, 10],
    ['6 and 4 without a total', { mechanical: always(6), ebike: always(4) }, 10],
    ['a total that counts more than its types', { '': always(10), ebike: always(4) }, 10],
    ['a total with a name', { Total: always(10), mechanical: always(6), ebike: always(4) }, 10],
  ]
  test.each(cases)('%s', async (_, channels, bicycles) => {
    const zone = await newZone()
    await addTo(zone, at, 'bikes_available', channels, HOURS)
    const { value, n } = await evaluate('EC:I:T:6A', zone)
    // per 100 000 inhabitants of a zone of 100
    expect([value, n]).toEqual([bicycles * 1000, 1])
  })

  test('vehicles deployed (MDS) are not added to those available', async () => {
    const zone = await newZone()
    const deployed = { 'deployed.scooter': always(30), 'deployed.car': always(8) }
    const fleet = { scooter: always(20), car: always(5), ...deployed }
    await addTo(zone, { kind: 'fleet', domain: 'mobility' }, 'vehicles_available', fleet, HOURS)
    expect((await evaluate('EC:I:T:7A', zone)).value).toBe(25_000)
  })
})

describe('interruptions of 30 of 1000 customers for two hours', () => {
  const off = (customers: number) => HOURS.map((_, hour) => (hour >= 10 && hour < 12 ? customers : 0))
  const phases = { l1: off(5), l2: off(10), l3: off(15) }
  const cases: [why: string, channels: Channels, reportedBefore?: readonly string[]][] = [
    ['a total', { '': off(30) }],
    ['a total and its phases', { total: off(30), ...phases }],
    ['a total and one branch of it', { Total: off(30), branch: off(10) }],
    ['phases', phases],
    ['a total that has never reported, and phases', { '': silent, ...phases }],
    ['a total that no longer reports, and phases', { '': silent, ...phases }, ['']],
    ['only what went off reports, and all did before', { '': silent, l1: silent, l2: off(30) }, ['', 'l1', 'l2']],
  ]
  test.each(cases)('%s', async (_, channels, reportedBefore = []) => {
    const zone = await newZone()
    const thing = { key: `feeder-${zone}`, attributes: { customers: 1000 } }
    await addTo(zone, thing, 'customers_interrupted', channels, HOURS)
    for (const channel of reportedBefore) {
      const { rows } = await db.pool.query<{ id: number }>(
        'select d.id from datastream d join thing t on t.id = d.thing_id where t.key = $1 and channel = $2',
        [thing.key, channel],
      )
      await observe(db.pool, rows[0]?.id, [['2026-03-01T00:00:00Z', 0]])
    }
    await rollUp(db.pool)
    await db.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
    expect((await evaluate('EC:I:ES:1C', zone)).value).toBeCloseTo((30 / 1000) * 365, 9)
    expect((await evaluate('EC:I:ES:2C', zone)).value).toBeCloseTo(120, 9)
  })

  test('a phase that has never reported leaves no value', async () => {
    const zone = await newZone()
    await addTo(zone, { attributes: { customers: 1000 } }, 'customers_interrupted', { l1: silent, l2: off(30) }, HOURS)
    expect((await evaluate('EC:I:ES:1C', zone)).value).toBeNull()
  })
})

describe('means', () => {
  test('of a station with a mean and two lasers are those of one station; without the mean, that of both', async () => {
    const [zone, other] = [await newZone(), await newZone()]
    const station = { kind: 'air_station', domain: 'air' }
    await addTo(zone, station, 'pm2_5', { '': always(10), a: always(4), b: always(16), cf_1: always(40) }, HOURS)
    await addTo(zone, station, 'pm2_5', { a: always(20), b: always(40) }, HOURS)
    // (10 + (20 + 40) / 2) / 2
    expect((await evaluate('EN:EN:AQ:1C', zone, 'pm2_5')).value).toBeCloseTo(20, 9)
    // A station with two instruments weighs as much as one: (30 + 60) / 2, not (20 + 40 + 60) / 3.
    await addTo(other, station, 'pm2_5', { a: always(20), b: always(40) }, HOURS)
    await addTo(other, station, 'pm2_5', { '': always(60) }, HOURS)
    expect((await evaluate('EN:EN:AQ:1C', other, 'pm2_5')).value).toBeCloseTo(45, 9)
    const { byZone } = await airIndexes(db, new Date('2026-03-05T00:00:00Z'))
    // A steady 20 is 71 by the US table of 2024: 51 + 49 * (20 - 9.1) / (35.4 - 9.1).
    expect(byZone.get(zone)?.us).toMatchObject({ pollutant: 'pm2_5', value: 71 })
  })
})
