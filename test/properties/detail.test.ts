import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { MEASURES } from '#api/indicators/measures/index.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { rollUp } from '../db/indicators-fixture.ts'
import { buildWholeCity, DAY } from '../db/whole-city.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Detail invariance: whatever is reported in parts next to a total (phases, tariffs, types, outputs, probes), and whatever
 * Things are part of others, no indicator of the city or of a zone changes.
 */
let db: TestDatabase
let totals: Total[]
let containers: { id: number }[]
let before: Record<string, unknown>

type Total = { id: number }
/** Each of them may split in any way; signal strengths by generation are no parts of a whole. */
const DIVISIBLE = `select id from datastream where channel = '' order by id`
const CONTAINERS = `
  select id from thing where kind in
    ('feeder', 'solar_plant', 'grid_intake', 'building', 'water_intake', 'water_district', 'drain_basin', 'bike_dock', 'car_station')
  order by id`

beforeAll(async () => {
  db = await openTestDatabase()
  await buildWholeCity(db.pool)
  totals = (await db.pool.query<Total>(DIVISIBLE)).rows
  containers = (await db.pool.query<{ id: number }>(CONTAINERS)).rows
  before = await everyValue()
})
afterAll(() => db.close())

const CHANNELS = [
  ...['l1', 'l2', 'l3', 'a', 'b', 'c', '1', '2', '3', 't1', 't2', 'import', 'deployed'],
  ...['kitchen', 'kitchen.l1', 'cf_1', 'cf_1.b', 'corrected', 'scooter', 'BME280', 'l1.export', 'Étage 2'],
]
const detail = fc.record({
  splits: fc.array(
    fc.record({
      total: fc.nat(),
      channels: fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1, maxLength: 5 }),
      share: fc.double({ min: 0.01, max: 1, noNaN: true }),
      // some parts are silent for most of the day
      untilHour: fc.constantFrom(3, 25),
    }),
    { minLength: 3, maxLength: 12 },
  ),
  within: fc.array(
    fc.record({ container: fc.nat(), share: fc.double({ min: 0.01, max: 1, noNaN: true }), inZone: fc.boolean() }),
    { minLength: 1, maxLength: 5 },
  ),
})
type Detail = typeof detail extends fc.Arbitrary<infer T> ? T : never

test('adding channels, phases, types or sub-meters next to a total changes no indicator', async () => {
  await fc.assert(
    fc.asyncProperty(detail, async (added) => {
      await add(added)
      try {
        expect(await everyValue()).toEqual(before)
      } finally {
        await remove()
      }
    }),
    { seed: 20_260_304, numRuns: 10 },
  )
})

const NAMES = ['total', 'Total', 'TOTAL', 'sum', 'all', 'L1+L2+L3', 'l1_l2_l3', 'combined', 'gesamt', 'somme', '总计']
const NAMED = `
  update datastream set channel = $1
  where channel = $2 and property <> 'online' and id % $3 = $4`

test('whatever its sender calls the total: no part is added to it', async () => {
  await fc.assert(
    fc.asyncProperty(detail, fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 3 }), async (added, name, every) => {
      await add(added)
      await db.pool.query(NAMED, [name, '', every, 0])
      try {
        expect(await everyValue()).toEqual(before)
      } finally {
        await db.pool.query(NAMED, ['', name, every, 0])
        await remove()
      }
    }),
    { seed: 20_261_201, numRuns: 6 },
  )
})

/** Value, reason and data capture of every data point that Citywell computes, for the city and both zones. */
async function everyValue(): Promise<Record<string, unknown>> {
  const { pool } = db
  const indicators = createIndicators({
    pool,
    microdata: openMicrodata(pool),
    clock: () => new Date('2026-03-05T06:00:00Z'),
  })
  const found: Record<string, unknown> = {}
  for (const zone of [undefined, 'north', 'south'])
    for (const code of MEASURES.keys())
      for (const { dataPoint, value, missing, dataCapture, interval } of (
        await indicators.evaluate(code, { period: DAY, zone })
      ).values)
        found[`${code} ${dataPoint} ${zone ?? 'city'}`] = { value, missing, dataCapture, interval }
  return found
}

const SPLIT = `
  with part as (
    insert into datastream (thing_id, property, channel, unit)
    select thing_id, property, c, unit from datastream, unnest($2::text[]) c where id = $1
    on conflict do nothing returning id
  )
  select id from part`
const READINGS = `
  insert into observation (datastream_id, phenomenon_time, result, quality)
  select p, phenomenon_time, result * $3, quality from observation, unnest($2::int[]) p
  where datastream_id = $1 and phenomenon_time < '${DAY}'::timestamptz + $4 * interval '1 hour'`
const WITHIN = `
  with inner_thing as (
    insert into thing (key, name, domain, kind, zone_id, verified, attributes)
    select key || $2, name || $2, domain, kind, case when $3 then zone_id end, verified,
           attributes || jsonb_build_object('partOf', key)
    from thing where id = $1 returning id
  )
  insert into datastream (thing_id, property, channel, unit)
  select i.id, d.property, d.channel, d.unit from inner_thing i, datastream d where d.thing_id = $1
  returning id, property, channel`

async function add({ splits, within }: Detail): Promise<void> {
  const { pool } = db
  for (const { total, channels, share, untilHour } of splits) {
    const { id } = totals[total % totals.length] as Total
    const parts = (await pool.query<{ id: number }>(SPLIT, [id, channels])).rows.map((row) => row.id)
    await pool.query(READINGS, [id, parts, share, untilHour])
  }
  for (const [i, { container, share, inZone }] of within.entries()) {
    const { id } = containers[container % containers.length] as { id: number }
    const { rows } = await pool.query<{ id: number; property: string; channel: string }>(WITHIN, [id, `-${i}`, inZone])
    for (const row of rows) {
      const from = await pool.query<{ id: number }>(
        'select id from datastream where thing_id = $1 and property = $2 and channel = $3',
        [id, row.property, row.channel],
      )
      await pool.query(READINGS, [from.rows[0]?.id, [row.id], share, 25])
    }
  }
  await rollUp(pool)
  await pool.query(`call refresh_continuous_aggregate('sound_hourly', null, null)`)
}

async function remove(): Promise<void> {
  const { pool } = db
  const kept = `(select d.id from datastream d join thing t on t.id = d.thing_id where d.channel = any($1) and not t.attributes ? 'partOf')`
  const channels = ['', '4g']
  await pool.query(`delete from observation where datastream_id not in ${kept}`, [channels])
  await pool.query(`delete from datastream where id not in ${kept}`, [channels])
  await pool.query(`delete from thing where attributes ? 'partOf'`)
}
