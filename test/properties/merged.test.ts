/**
 * Two registry entries of one device: after they are merged every figure is that of one Thing that received everything, where
 * both have a reading of one time that of the entry which stays.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consumptions } from '#api/indicators/inputs/counters.ts'
import { outages } from '#api/indicators/inputs/outages.ts'
import { soundPeriods } from '#api/indicators/inputs/sound.ts'
import { hoursOf } from '#api/measurements/hours.ts'
import { periodMeans } from '#api/measurements/means.ts'
import { mergeThings } from '#api/registry/merge-things.ts'
import { SYSTEM } from '#model/access/actor.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { openTestApi, type TestApi } from '../db/api-fixture.ts'
import { addThing, rollUp } from '../db/indicators-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const NOW = new Date('2026-11-01T00:00:00Z')
const START = Date.parse('2026-10-23T00:00:00Z')
const HOURS = 96
const PROPERTIES = [
  'pm2_5',
  'energy',
  'wind_direction',
  'sound_level',
  'customers_interrupted',
  'precipitation_total',
] as const
const VIEWS = [
  'observation_daily',
  'meter_hourly',
  'meter_daily',
  'sound_daily',
  'direction_second',
  'direction_quarter',
]

/** By hour: which entry received its reading (both: of different values), and what it was. */
const history = fc.record({
  receivers: fc.array(fc.constantFrom('a', 'b', 'both', 'none'), { minLength: HOURS, maxLength: HOURS }),
  values: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: HOURS, maxLength: HOURS }),
  /** properties that only one of the entries has */
  only: fc.array(fc.constantFrom('a', 'b', 'either'), { minLength: PROPERTIES.length, maxLength: PROPERTIES.length }),
})
type History = typeof history extends fc.Arbitrary<infer T> ? T : never
type Property = (typeof PROPERTIES)[number]

function readingOf(property: Property, values: readonly number[], hour: number): number {
  const own = values[hour] ?? 0
  if (property === 'energy' || property === 'precipitation_total')
    return 5000 + values.slice(0, hour + 1).reduce((sum, value) => sum + value / 10, 0)
  if (property === 'customers_interrupted') return own > 25 ? own : 0
  return property === 'wind_direction' ? own * 9 : own + 30
}

async function store(keys: { a: string; b: string; one: string }, { receivers, values, only }: History): Promise<void> {
  for (const [name, key] of Object.entries(keys) as ['a' | 'b' | 'one', string][]) {
    const properties = PROPERTIES.filter((_, i) => name === 'one' || only[i] === 'either' || only[i] === name)
    const ids = await addThing(
      api.pool,
      { key, kind: 'feeder' },
      properties.map((property) => [property]),
    )
    for (const [i, property] of properties.entries()) {
      const place = only[PROPERTIES.indexOf(property)] ?? 'either'
      const rows = receivers.flatMap((receiver, hour): [Date, number][] => {
        const has = (entry: 'a' | 'b') =>
          (receiver === entry || receiver === 'both') && (place === 'either' || place === entry)
        if (name === 'one' ? !has('a') && !has('b') : !has(name)) return []
        // what B received at a time at which A received something too is another value
        const differs = name === 'b' && has('a') ? 3 : 0
        return [[new Date(START + hour * HOUR_MS + 60_000), readingOf(property, values, hour) + differs]]
      })
      await api.pool.query(
        `insert into observation (datastream_id, phenomenon_time, result, quality)
         select $1, t, r, 1 from unnest($2::timestamptz[], $3::float8[]) as o (t, r)`,
        [ids[i], rows.map(([at]) => at), rows.map(([, value]) => value)],
      )
    }
  }
}

async function refresh(): Promise<void> {
  await rollUp(api.pool)
  for (const view of VIEWS) await api.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
}

async function figuresOf(key: string): Promise<unknown> {
  const { rows } = await api.pool.query<{ id: number; property: Property }>(
    'select d.id, d.property from datastream d join thing t on t.id = d.thing_id where t.key = $1 order by d.property',
    [key],
  )
  const hours = hoursOf(parsePeriod('2026-10', 'Europe/Lisbon', NOW), NOW, 'Europe/Lisbon')
  const ids = rows.map(({ id }) => id)
  const found: unknown[] = []
  const of = <T>(map: ReadonlyMap<number, T>, id: number): unknown => {
    const { id: _, ...rest } = (map.get(id) ?? {}) as Record<string, unknown>
    return rest
  }
  const [means, meters, off, sound] = [
    await periodMeans(api.pool, ids, hours),
    await consumptions(api.pool, ids, hours, 'Europe/Lisbon'),
    await outages(api.pool, ids, hours, 'Europe/Lisbon'),
    await soundPeriods(api.pool, ids, hours, 'Europe/Lisbon'),
  ]
  for (const { id, property } of rows) {
    const [from, to] = [START, START + HOURS * HOUR_MS].map((ms) => encodeURIComponent(new Date(ms).toISOString()))
    const series = []
    for (const every of ['1h', '1d']) {
      const url = `/api/v1/datastreams/${id}/observations?from=${from}&to=${to}&every=${every}`
      series.push((await api.app.inject({ url })).json().buckets)
    }
    found.push({
      property,
      series,
      means: of(means, id),
      meters: of(meters, id),
      off: of(off, id),
      sound: of(sound, id),
    })
  }
  return found
}

let run = 0
test('merged entries have the figures of one, before and after the rollups know of it', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.boolean(), async (received, isRolledUp) => {
      run++
      const keys = { a: `a-${run}`, b: `b-${run}`, one: `one-${run}` }
      await store(keys, received)
      if (isRolledUp) await refresh()
      await mergeThings(api.pool, SYSTEM, keys.b, keys.a)
      await refresh()
      expect(await figuresOf(keys.a)).toEqual(await figuresOf(keys.one))
    }),
    // to make a history smaller takes minutes
    { seed: 20_261_202, numRuns: 8, endOnFailure: true },
  )
})
