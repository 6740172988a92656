import fc from 'fast-check'
import { cellToChildren, polygonToCells } from 'h3-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { airIndexes } from '#api/air-quality/index-of.ts'
import { measuredByZone } from '#api/equity/measured.ts'
import { createIndicators } from '#api/indicators/engine.ts'
import { MEASURES } from '#api/indicators/measures/index.ts'
import { atEndOf, cityAt, thingsAt, zonesAt } from '#api/measurements/registry-at.ts'
import { selectCoverage } from '#api/queries/coverage.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { parsePeriod } from '#model/basics/period.ts'
import type { IndicatorValue } from '#model/indicators/catalogue/schema.ts'
import { asEver, drive, rollUp } from '../db/indicators-fixture.ts'
import { buildWholeCity, DAY } from '../db/whole-city.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Unconfirmed devices: whatever a device publishes that registered itself and that nobody has confirmed, no indicator, score,
 * index, count against a limit, coverage or equity figure changes, and the evidence names the device as not confirmed.
 */
const NOW = new Date('2026-03-05T00:00:00Z')
let db: TestDatabase
let devices: { id: number }[]
let before: Awaited<ReturnType<typeof everyFigure>>

beforeAll(async () => {
  db = await openTestDatabase()
  await buildWholeCity(db.pool)
  devices = (await db.pool.query<{ id: number }>('select id from thing order by id')).rows
  before = await everyFigure()
})
afterAll(() => db.close())

/** A device as it would be if it had the kind, the zone and the attributes of a known one, with readings of its own. */
const stranger = fc.record({
  like: fc.nat(),
  factor: fc.double({ min: 0.01, max: 50, noNaN: true }),
  offset: fc.double({ min: -5, max: 500, noNaN: true }),
})

test('whatever an unconfirmed device publishes, no figure of the city changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stranger, { minLength: 2, maxLength: 25 }), async (strangers) => {
      for (const [i, { like, factor, offset }] of strangers.entries())
        await publish(`stranger-${i}`, devices[like % devices.length]?.id ?? 0, factor, offset)
      await refresh()
      try {
        expect(await everyFigure()).toEqual(before)
      } finally {
        await remove()
      }
    }),
    { seed: 20_261_130, numRuns: 4 },
  )
})

test('the evidence or the reason of every indicator that reads devices names those that are not confirmed', async () => {
  for (const { id } of devices) await publish(`stranger-${id}`, id, 2, 1)
  await refresh()
  try {
    const { pool } = db
    const indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
    const naming: string[] = []
    for (const code of MEASURES.keys()) {
      const { values } = await indicators.evaluate(code, { period: DAY })
      if (values.some(namesStranger)) naming.push(code)
    }
    expect(naming.toSorted()).toEqual([
      ...['EC:I:ES:1C', 'EC:I:ES:2C', 'EC:I:T:5A', 'EC:I:T:6A', 'EC:I:T:7A', 'EC:I:WS:3C', 'EC:ICT:D:1A'],
      ...['EC:ICT:ES:2A', 'EC:ICT:ICT:4C', 'EC:ICT:ICT:5A', 'EC:ICT:T:2C', 'EC:ICT:WS:2A', 'EN:E:E:1C', 'EN:E:E:2C'],
      ...['EN:E:E:3C', 'EN:E:E:4A', 'EN:EN:AQ:1C', 'EN:EN:EQ:1C', 'EN:EN:EQ:2A', 'EN:EN:WS:2C'],
    ])
  } finally {
    await remove()
  }
})

const namesStranger = ({ evidence, missing }: IndicatorValue['values'][number]): boolean =>
  (missing ?? '').includes('not confirmed') || (evidence?.excluded ?? []).some(({ why }) => why === 'not confirmed')

async function everyFigure() {
  const { pool } = db
  const indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
  const values: Record<string, unknown> = {}
  for (const zone of [undefined, 'north', 'south'])
    for (const code of MEASURES.keys())
      for (const { dataPoint, value, dataCapture, interval, n, score } of (
        await indicators.evaluate(code, { period: DAY, zone })
      ).values)
        values[`${code} ${dataPoint} ${zone ?? 'city'}`] = { value, dataCapture, interval, n, score }
  const air = await airIndexes({ pool }, NOW)
  const { groups } = await indicators.scoreboard({ period: DAY })
  return {
    values,
    groups,
    who: (await indicators.exceedances({ period: DAY })).places,
    limits: (await indicators.airLimits({ year: 2026 })).places,
    air: { city: air.city, zones: air.byZone },
    equity: await equity(),
    coverage: await coverage(),
  }
}

async function equity() {
  const { pool } = db
  const period = parsePeriod(DAY, 'UTC', NOW)
  const at = atEndOf(period, NOW)
  const city = await cityAt(pool, at)
  if (!city) throw new Error('no city')
  const zones = await zonesAt(pool, at, city)
  const { things } = await thingsAt(pool, at, period.from, city)
  const indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
  return measuredByZone(pool, indicators, { period, timeZone: 'UTC', now: NOW, zones, things })
}

async function coverage() {
  const of = { channel: undefined, resolution: 9, from: new Date(`${DAY}T00:00:00Z`), to: NOW, limit: 1000 }
  return [
    (await selectCoverage(db.pool, { ...of, property: 'rsrp' })).cells,
    (await selectCoverage(db.pool, { ...of, property: 'latency' })).cells,
  ]
}

const COPY = `
  with stranger as (
    insert into thing (key, name, domain, kind, zone_id, verified, attributes)
    select $2, $2, domain, kind, zone_id, false, attributes from thing where id = $1 returning id
  )
  insert into datastream (thing_id, property, channel, unit)
  select s.id, d.property, d.channel, d.unit from stranger s, datastream d where d.thing_id = $1
  returning id, property, channel`
const READINGS = `
  insert into observation (datastream_id, phenomenon_time, result, quality)
  select $2, phenomenon_time, result * $3 + $4, 1 from observation where datastream_id = $1`

async function publish(key: string, like: number, factor: number, offset: number): Promise<void> {
  const { pool } = db
  const { rows } = await pool.query<{ id: number; property: string; channel: string }>(COPY, [like, key])
  for (const { id, property, channel } of rows) {
    const known = await pool.query<{ id: number }>(
      'select id from datastream where thing_id = $1 and property = $2 and channel = $3',
      [like, property, channel],
    )
    await pool.query(READINGS, [known.rows[0]?.id, id, factor, offset])
    if (property === 'rsrp') await roam(id, -60 - factor)
  }
  // in every zone, 30 samples and more of what equity takes from passing devices
  const own = await pool.query<{ id: number }>(
    `insert into datastream (thing_id, property, unit) select id, 'latency', 'ms' from thing where key = $1 returning id`,
    [key],
  )
  await roam(own.rows[0]?.id, offset)
}

const SQUARE = (west: number) => [
  [west, 0],
  [west + 0.02, 0],
  [west + 0.02, 0.02],
  [west, 0.02],
  [west, 0],
]
const CELLS = [0, 0.02].flatMap((west) => polygonToCells([SQUARE(west)], 9, true))
const roam = (id: number | undefined, result: number) =>
  drive(
    db.pool,
    id,
    CELLS.flatMap((cell, c) =>
      Array.from({ length: 8 }, (_, i) => ({
        time: new Date(Date.parse(`${DAY}T07:00:00Z`) + c * 10_000 + i),
        result,
        cell: cellToChildren(cell, 10)[0] ?? cell,
      })),
    ),
  )

async function refresh(): Promise<void> {
  await rollUp(db.pool)
  await asEver(db.pool)
}

async function remove(): Promise<void> {
  const { pool } = db
  const strange = `(select d.id from datastream d join thing t on t.id = d.thing_id where not t.verified)`
  for (const table of ['observation', 'mobile_observation'])
    await pool.query(`delete from ${table} where datastream_id in ${strange}`)
  await pool.query(`delete from datastream where id in ${strange}`)
  await pool.query('delete from thing where not verified')
  await refresh()
}
