import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, addZone, hourly, observe, rollUp } from './indicators-fixture.ts'

/**
 * January to March 2026, seen on 21 March: two whole months are kept, what has passed of the third is read. A street of 45 s
 * against 30 s of free flow in every hour: 1.5.
 */
let db: TestDatabase
let segment: number | undefined
const code = 'EC:I:T:5A'
const period = '2026-Q1'
const engine = () =>
  createIndicators({ pool: db.pool, microdata: openMicrodata(db.pool), clock: () => new Date('2026-03-21T00:00:00Z') })
const value = async () => (await engine().evaluate(code, { period })).values[0]?.value
const kept = async () =>
  (
    await db.pool.query<{ month: string; at: Date }>(
      `select month, computed_at as at from indicator_month where family = 'peak' order by 1`,
    )
  ).rows
const refreshDays = () => db.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)

beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
  const zoneId = await addZone(db.pool, 'a', 1000)
  const attributes = { lengthM: 100, freeFlowTravelTimeS: 30, street: 'Quay' }
  const thing = { key: 'seg', kind: 'street_segment', domain: 'mobility', zoneId, attributes }
  ;[segment] = await addThing(db.pool, thing, [['travel_time']])
  const hours = hourly('2026-01-01T00:00:00Z', 79 * 24)
  await observe(
    db.pool,
    segment,
    hours.map((time) => [time, 45]),
  )
  await rollUp(db.pool)
  await refreshDays()
})
afterAll(() => db.close())

test('whole months are kept, and what is put together from them is what all hours give', async () => {
  expect(await value()).toBe(1.5)
  expect((await kept()).map(({ month }) => month)).toEqual(['2026-01', '2026-02'])
})

test('nothing changed: nothing is computed again', async () => {
  const before = await kept()
  expect(await value()).toBe(1.5)
  expect(await kept()).toEqual(before)
})

test('a late reading in January: January is computed again, February is not', async () => {
  const before = await kept()
  // Thursday 15 January 2026, 7:30: the mean of that peak hour becomes (45 + 105) / 2 = 75
  await observe(db.pool, segment, [['2026-01-15T07:30:00Z', 105]])
  await rollUp(db.pool)
  await refreshDays()
  // Peak hours: four on each of 22 working days of January, 20 of February and 15 of 1 to 20 March
  const hours = 4 * (22 + 20 + 15)
  expect(await value()).toBeCloseTo((45 * hours + 30) / hours / 30, 9)
  const after = await kept()
  expect(after[0]?.at.getTime()).toBeGreaterThan(before[0]?.at.getTime() ?? 0)
  expect(after[1]).toEqual(before[1])
})

test('a suspect reading in February changes no value, but what the evidence says of it: that month is computed again', async () => {
  const [before, was] = [await kept(), await value()]
  await observe(db.pool, segment, [['2026-02-12T07:30:00Z', 9000, 3]])
  await rollUp(db.pool)
  await refreshDays()
  expect(await value()).toBe(was)
  const after = await kept()
  expect(after[0]).toEqual(before[0])
  expect(after[1]?.at.getTime()).toBeGreaterThan(before[1]?.at.getTime() ?? 0)
})

test('a Thing that is added changes what the months are made of: all are computed again', async () => {
  const before = await kept()
  const attributes = { lengthM: 100, freeFlowTravelTimeS: 30, street: 'Quay' }
  await addThing(db.pool, { key: 'new', kind: 'street_segment', domain: 'mobility', attributes }, [['travel_time']])
  await value()
  const after = await kept()
  expect(after.every(({ at }, i) => at.getTime() > (before[i]?.at.getTime() ?? 0))).toBe(true)
})
