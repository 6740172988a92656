import { afterAll, beforeAll, expect, test } from 'vitest'
import { airIndexes } from '#api/air-quality/index-of.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, addZone, hourly, observe, type Reading, rollUp } from './indicators-fixture.ts'

/** PM2.5 of 9.0 where 1000 people live and 35.4 where 3000 do; a third zone has no station, a fourth station no zone. */
let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
  const zones = [await addZone(db.pool, 'a', 1000, 0), await addZone(db.pool, 'b', 3000, 1)]
  await addZone(db.pool, 'silent', 50_000, 2)
  for (const [i, level] of [9.0, 35.4, 300].entries()) {
    const [id] = await addThing(db.pool, { key: `s${i}`, kind: 'air_station', zoneId: zones[i] ?? null }, [['pm2_5']])
    await observe(
      db.pool,
      id,
      hourly('2026-05-01T00:00:00Z', 12).map((time) => [time, level]),
    )
  }
  await rollUp(db.pool)
})
afterAll(() => db.close())

test('the city by people: (9.0 x 1000 + 35.4 x 3000) / 4000 = 28.8, index 49 / 26.3 x 19.7 + 51 = 88, European band 3', async () => {
  const { city } = await airIndexes(db, new Date('2026-05-01T12:00:00Z'))
  expect(city).toMatchObject({ stations: 2, zones: 2, people: 4000, us: { value: 88 }, european: { value: 3 } })
  expect(city.us?.parts[0]?.concentration).toBeCloseTo(28.8, 9)
})

test('a device that nobody confirmed has an index of its own and moves neither its zone nor the city', async () => {
  const at = new Date('2026-05-01T12:00:00Z')
  const before = await airIndexes(db, at)
  const { rows } = await db.pool.query(`select id from zone where key = 'a'`)
  const stranger = { key: 'stranger', kind: 'unknown', zoneId: rows[0].id, verified: false }
  const [id] = await addThing(db.pool, stranger, [['pm2_5']])
  await observe(
    db.pool,
    id,
    hourly('2026-05-01T00:00:00Z', 12).map((time) => [time, 400]),
  )
  await rollUp(db.pool)
  const after = await airIndexes(db, at)
  expect(after.city).toEqual(before.city)
  expect(after.byZone).toEqual(before.byZone)
  expect(after.byThing.size).toBe(before.byThing.size + 1)
})

test('hours are those of the clock of the city: at 12:00 UTC the last one of Kolkata ended at 11:30', async () => {
  const own = await openTestDatabase()
  try {
    await addCity(own.pool, { timeZone: 'Asia/Kolkata' })
    const [id] = await addThing(
      own.pool,
      { key: 's', kind: 'air_station', zoneId: await addZone(own.pool, 'a', 1000) },
      [['pm2_5']],
    )
    const until = (to: string) => (Date.parse(to) - Date.parse('2026-05-01T00:00:00Z')) / 900_000
    await observe(
      own.pool,
      id,
      Array.from({ length: until('2026-05-01T12:00:00Z') }, (_, i): Reading => {
        const at = new Date(Date.parse('2026-05-01T00:00:00Z') + i * 900_000)
        return [at, i < until('2026-05-01T11:30:00Z') ? 10 : 100]
      }),
    )
    await rollUp(own.pool)
    const { city } = await airIndexes(own, new Date('2026-05-01T12:00:00Z'))
    // 10 ug/m3 is the second European band; the hour from 11 to 12 UTC would have 55, the fourth
    expect(city.european).toMatchObject({ value: 2, time: '2026-05-01T11:30:00.000Z' })
    expect(city.european?.parts[0]?.concentration).toBe(10)
  } finally {
    await own.close()
  }
})

test('without readings the city has no index', async () => {
  const { city } = await airIndexes(db, new Date('2020-01-01T00:00:00Z'))
  expect(city).toEqual({ us: null, european: null, stations: 0, zones: 0, people: 0 })
})
