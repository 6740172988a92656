import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import type { PropertyName } from '#model/observation/properties.ts'
import { addCity, addThing, addZone, observe, rollUp } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * No extrapolation: of a day that was observed in part, every indicator that sums or annualises has no value, or one that says
 * which share of the day it rests on. Every meter counts at a steady rate, so a value that is there must also be right.
 */
const HOUR_MS = 3_600_000
const PERIOD = '2026-03-04'
const DAY = Date.parse(PERIOD)
const NEEDED = 0.75

type Meter = {
  zone?: 'n' | 's'
  kind: string
  property: PropertyName
  rate: number
  attributes: Record<string, number | boolean>
}
const METERS = {
  'feeder-n': { zone: 'n', kind: 'feeder', property: 'energy', rate: 100, attributes: { customers: 400 } },
  'feeder-s': { zone: 's', kind: 'feeder', property: 'energy', rate: 60, attributes: { customers: 600 } },
  'water-n': { zone: 'n', kind: 'water_district', property: 'water_volume', rate: 30, attributes: {} },
  'water-s': { zone: 's', kind: 'water_district', property: 'water_volume', rate: 50, attributes: {} },
  works: { kind: 'water_intake', property: 'water_volume', rate: 100, attributes: {} },
  grid: { kind: 'grid_intake', property: 'energy', rate: 90, attributes: { renewableShare: 0.25 } },
  sun: { kind: 'solar_plant', property: 'energy_produced', rate: 10, attributes: {} },
  'school-1': {
    zone: 'n',
    kind: 'building',
    property: 'energy',
    rate: 10,
    attributes: { public: true, floorAreaM2: 1000 },
  },
  'school-2': {
    zone: 's',
    kind: 'building',
    property: 'energy',
    rate: 30,
    attributes: { public: true, floorAreaM2: 3000 },
  },
  'home-1': { zone: 'n', kind: 'building', property: 'thermal_energy', rate: 5, attributes: { residents: 50 } },
  'home-2': { zone: 's', kind: 'building', property: 'thermal_energy', rate: 9, attributes: { residents: 150 } },
} as const satisfies Record<string, Meter>
type Key = keyof typeof METERS
const KEYS = Object.keys(METERS) as Key[]
const PEOPLE = { n: 1000, s: 3000 }

let db: TestDatabase
const meterOf = new Map<Key, number>()
const interruptedOf = new Map<Key, number>()
beforeAll(async () => {
  db = await openTestDatabase()
  const { pool } = db
  await addCity(pool, { population: 4000 })
  const zones = { n: await addZone(pool, 'n', PEOPLE.n, 0), s: await addZone(pool, 's', PEOPLE.s, 1) }
  for (const key of KEYS) {
    const { kind, property, attributes, zone }: Meter = METERS[key]
    const isFeeder = kind === 'feeder'
    const properties: [PropertyName][] = [
      [property],
      ...(isFeeder ? [['customers_interrupted'] as [PropertyName]] : []),
    ]
    const thing = { key, kind, domain: 'energy', zoneId: zone ? zones[zone] : null, attributes }
    const [meter, interrupted] = await addThing(pool, thing, properties)
    if (meter) meterOf.set(key, meter)
    if (!interrupted) continue
    interruptedOf.set(key, interrupted)
  }
})
afterAll(() => db.close())

/** Full hours of the day at which a meter is read: 0 is its beginning, 24 its end. */
const hours = fc
  .tuple(
    fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 13 })),
    fc.oneof(fc.constant(24), fc.integer({ min: 11, max: 24 })),
    fc.oneof(fc.constant<number[]>([]), fc.array(fc.integer({ min: 1, max: 23 }), { maxLength: 12 })),
  )
  .map(([from, to, gaps]) => {
    const all = Array.from({ length: Math.max(0, to - from) + 1 }, (_, i) => from + i)
    return all.filter((hour) => !gaps.includes(hour))
  })
const observed = fc.record(Object.fromEntries(KEYS.map((key) => [key, hours])) as Record<Key, typeof hours>)
type Observed = Record<Key, number[]>

/** A counter tells what passed between its first and last reading, whatever was not read between them. */
function spanned(hours: readonly number[]): number {
  return hours.length < 2 ? 0 : (Math.max(...hours) - Math.min(...hours)) / 24
}
const counts = (share: number): number => (share >= NEEDED - 1e-9 ? share : 0)
type Expected = { capture: number; value: number } | null
const ratio = (keys: readonly Key[], of: Observed, weight: (key: Key) => number, factor: number): Expected => {
  const read = keys.filter((key) => counts(spanned(of[key])) > 0)
  if (read.length === 0) return null
  const sum = (all: readonly Key[], one: (key: Key) => number) => all.reduce((total, key) => total + one(key), 0)
  return {
    capture: sum(read, (key) => weight(key) * spanned(of[key])) / sum(keys, weight),
    value: (factor * sum(read, (key) => METERS[key].rate * 24)) / sum(read, weight),
  }
}
const people = (key: Key): number => PEOPLE[key.endsWith('n') ? 'n' : 's']
const attribute = (name: string) => (key: Key) => Number((METERS[key].attributes as Record<string, unknown>)[name] ?? 0)

function waterLoss(of: Observed): Expected {
  const shares: number[] = (['works', 'water-n', 'water-s'] as const).map((key) => counts(spanned(of[key])))
  return shares.includes(0) ? null : { capture: shares.reduce((a, b) => a + b) / 3, value: 20 }
}
function renewables(of: Observed): Expected {
  const [grid, sun] = [counts(spanned(of.grid)), counts(spanned(of.sun))]
  if (grid === 0) return null
  return { capture: (grid + sun) / 2, value: sun > 0 ? 100 * ((0.25 * 90 + 10) / 100) : 25 }
}
/** Ten customers of each feeder are off from 12:10 to 12:50; hours without any reading are not watched. */
function outages(of: Observed): (Expected & { caidi: number }) | null {
  let [seen, served, interrupted, exposure] = [0, 0, 0, 0]
  for (const key of ['feeder-n', 'feeder-s'] as const) {
    const customers = METERS[key].attributes.customers
    const share = counts(new Set([...of[key].filter((hour) => hour < 24), 12]).size / 24)
    served += customers
    if (share === 0) continue
    seen += customers * share
    exposure += (customers * share) / 365
    interrupted += 10
  }
  const capture = seen / served
  return capture < NEEDED ? null : { capture, value: interrupted / exposure, caidi: 40 }
}

async function observeDay(of: Observed): Promise<void> {
  await db.pool.query('delete from observation')
  for (const key of KEYS) {
    const readings = of[key].map((hour): [Date, number] => [
      new Date(DAY + hour * HOUR_MS),
      500 + METERS[key].rate * hour,
    ])
    await observe(db.pool, meterOf.get(key), readings)
    const interrupted = interruptedOf.get(key)
    if (!interrupted) continue
    await observe(db.pool, interrupted, [
      ['2026-02-27T00:00:00Z', 0],
      [`${PERIOD}T12:10:00Z`, 10],
      [`${PERIOD}T12:50:00Z`, 0],
    ])
  }
  await rollUp(db.pool)
  for (const view of ['observation_daily', 'meter_hourly', 'meter_daily'])
    await db.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
}

test('a day observed in part has no value, or one that says which part', async () => {
  await fc.assert(
    fc.asyncProperty(observed, async (of) => {
      await observeDay(of)
      const clock = () => new Date('2026-03-20T00:00:00Z')
      const indicators = createIndicators({ pool: db.pool, microdata: openMicrodata(db.pool), clock })
      const supply = outages(of)
      const expected: Record<string, Expected> = {
        'EN:E:E:2C': ratio(['feeder-n', 'feeder-s'], of, people, 365),
        'EN:EN:WS:2C': ratio(['water-n', 'water-s'], of, people, 1000),
        'EN:E:E:3C': ratio(['home-1', 'home-2'], of, attribute('residents'), 365 * 0.0036),
        'EN:E:E:4A': ratio(['school-1', 'school-2'], of, attribute('floorAreaM2'), 365),
        'EC:I:WS:3C': waterLoss(of),
        'EN:E:E:1C': renewables(of),
        'EC:I:ES:1C': supply,
        'EC:I:ES:2C': supply && { capture: supply.capture, value: supply.caidi },
      }
      for (const [code, wanted] of Object.entries(expected)) {
        const [point] = (await indicators.evaluate(code, { period: PERIOD })).values
        expect([code, point?.value === null], code).toEqual([code, wanted === null])
        if (wanted === null) continue
        expect(point?.dataCapture, `${code}: data capture`).toBeCloseTo(wanted.capture, 6)
        expect(point?.value, code).toBeCloseTo(wanted.value, 4)
      }
    }),
    { seed: 20261129, numRuns: 12 },
  )
})
