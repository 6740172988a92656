import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { localMidnight } from '#model/basics/period.ts'
import type { PropertyName } from '#model/observation/properties.ts'
import { addCity, addThing, addZone, observe, rollUp } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Completeness: what counts devices (hotspots, streets and networks under measurement, antenna sites, sharing stations) counts
 * those that were heard in 75 % of the hours of the period, 18 of 24, and never infers the other hours. A limit that was
 * exceeded once is exceeded, whatever is missing.
 */
const PERIOD = '2026-03-04'
const HOUR_MS = 3_600_000
const NEEDED = 18

type Device = {
  kind: string
  properties: PropertyName[]
  attributes?: Record<string, number | string | boolean>
}
const DEVICES: Record<string, Device> = {
  'wifi-1': { kind: 'wifi_hotspot', properties: ['clients', 'online'], attributes: { public: true } },
  'wifi-2': { kind: 'wifi_hotspot', properties: ['clients', 'online'], attributes: { public: true } },
  counter: { kind: 'traffic_counter', properties: ['vehicle_count'], attributes: { street: 'Quay' } },
  segment: { kind: 'street_segment', properties: ['travel_time'], attributes: { street: 'Ring', lengthM: 300 } },
  'feeder-1': { kind: 'feeder', properties: ['active_power', 'energy'], attributes: { networkKm: 10 } },
  'feeder-2': { kind: 'feeder', properties: ['active_power', 'energy'], attributes: { networkKm: 30 } },
  'basin-1': { kind: 'drain_basin', properties: ['water_level'], attributes: { networkKm: 5 } },
  'basin-2': { kind: 'drain_basin', properties: ['water_level'], attributes: { networkKm: 15 } },
  'mast-low': { kind: 'mast', properties: ['electric_field'] },
  'mast-high': { kind: 'mast', properties: ['electric_field'] },
  'dock-1': { kind: 'bike_dock', properties: ['bikes_available'] },
  'dock-2': { kind: 'bike_dock', properties: ['bikes_available'] },
}
const KEYS = Object.keys(DEVICES)
/** V/m: one below and one above the limit of 36.4 */
const FIELDS: Record<string, number> = { 'mast-low': 10, 'mast-high': 40 }
const standing = (key: string, hour: number): number => (key === 'dock-1' ? 3 + hour : 40 - hour)

let db: TestDatabase
const streams = new Map<string, number>()
beforeAll(async () => {
  db = await openTestDatabase()
  const { pool } = db
  const street = (name: string, lengthM: number) => ({ properties: { kind: 'major_street', name, lengthM } })
  await addCity(pool, { population: 1000, features: [street('Quay', 600), street('Ring', 400)] })
  const zoneId = await addZone(pool, 'z', 1000, 0)
  for (const key of KEYS) {
    const { kind, properties, attributes = {} } = DEVICES[key] as Device
    const ids = await addThing(
      pool,
      { key, kind, zoneId, attributes },
      properties.map((property) => [property]),
    )
    for (const [i, property] of properties.entries()) streams.set(`${key} ${property}`, ids[i] ?? -1)
  }
})
afterAll(() => db.close())

const hours = fc.subarray(
  Array.from({ length: 24 }, (_, hour) => hour),
  { minLength: 0 },
)
// most near the edge of what is needed
const near = fc.tuple(hours, fc.integer({ min: 15, max: 24 })).map(([, n]) => Array.from({ length: n }, (_, i) => i))
const heard = fc.oneof(hours, near)
const observed = fc.record(Object.fromEntries(KEYS.flatMap(names).map((name) => [name, heard])))
function names(key: string): string[] {
  return (DEVICES[key] as Device).properties.map((property) => `${key} ${property}`)
}
type Observed = Record<string, number[]>

/** Hours of the city's clock: in Kolkata they begin half an hour after those of UTC. */
const ZONES = ['UTC', 'Asia/Kolkata'] as const

test.each(ZONES)(
  '%s: a device counts when it was heard in 18 of 24 hours, through all its Datastreams together',
  async (zone) => {
    await db.pool.query(`update city set pack = jsonb_set(pack, '{timeZone}', to_jsonb($1::text))`, [zone])
    const midnight = localMidnight([2026, 3, 4], zone).getTime()
    await fc.assert(
      fc.asyncProperty(observed, async (of) => {
        await observeDay(of, midnight)
        const clock = () => new Date('2026-03-20T00:00:00Z')
        const indicators = createIndicators({ pool: db.pool, microdata: openMicrodata(db.pool), clock })
        for (const [code, expected] of Object.entries(expectedOf(of))) {
          const [point] = (await indicators.evaluate(code, { period: PERIOD })).values
          if (expected === null) expect([code, point?.value ?? null]).toEqual([code, null])
          else expect(point?.value, code).toBeCloseTo(expected, 9)
        }
      }),
      { seed: 20_261_130, numRuns: 12 },
    )
  },
)

function expectedOf(of: Observed): Record<string, number | null> {
  const union = (key: string) => new Set(names(key).flatMap((name) => of[name] ?? []))
  const counts = (key: string): boolean => union(key).size >= NEEDED
  const share = (parts: Record<string, number>): number | null => {
    const all = Object.values(parts).reduce((a, b) => a + b, 0)
    const own = Object.entries(parts).filter(([key]) => counts(key))
    return own.length === 0 ? null : (100 * own.reduce((sum, [, length]) => sum + length, 0)) / all
  }
  const hotspots = ['wifi-1', 'wifi-2'].filter(counts).length
  const quay = counts('counter') ? 600 : 0
  const ring = counts('segment') ? 300 : 0
  const low = counts('mast-low') ? 1 : null
  const high = union('mast-high').size > 0 ? 0 : null
  const sites = [low, high].filter((site) => site !== null)
  const docks = ['dock-1', 'dock-2'].filter(counts)
  const fullest = Array.from({ length: 24 }, (_, hour) => {
    const there = docks.filter((key) => union(key).has(hour))
    return there.reduce((sum, key) => sum + standing(key, hour), 0)
  })
  return {
    'EC:ICT:ICT:5A': hotspots === 0 ? null : hotspots,
    'EC:ICT:T:2C': quay + ring === 0 ? null : (100 * (quay + ring)) / 1000,
    'EC:ICT:ES:2A': share({ 'feeder-1': 10, 'feeder-2': 30 }),
    'EC:ICT:D:1A': share({ 'basin-1': 5, 'basin-2': 15 }),
    'EN:EN:EQ:1C': sites.length === 0 ? null : (100 * sites.reduce((a, b) => a + b, 0)) / sites.length,
    'EC:I:T:6A': docks.length === 0 ? null : Math.max(...fullest) * 100,
  }
}

async function observeDay(of: Observed, midnight: number): Promise<void> {
  await db.pool.query('delete from observation')
  for (const [name, heardIn] of Object.entries(of)) {
    const [key = ''] = name.split(' ')
    await observe(
      db.pool,
      streams.get(name),
      heardIn.map((hour) => [new Date(midnight + hour * HOUR_MS + 60_000), FIELDS[key] ?? standing(key, hour)]),
    )
  }
  await rollUp(db.pool)
}
