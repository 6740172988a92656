import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, hourly, observe, rollUp } from './indicators-fixture.ts'

/**
 * PM2.5 (EN:EN:AQ:1C) of three stations on three days: 10, 30, 20, then 12, 32, 23; on the third day the last one is
 * silent.
 */
let db: TestDatabase
let indicators: ReturnType<typeof createIndicators>
const DAYS = ['2026-03-03', '2026-03-04', '2026-03-05']
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
  const levels = [
    [10, 12, 12],
    [30, 32, 32],
    [20, 23],
  ]
  for (const [i, own] of levels.entries()) {
    const [id] = await addThing(db.pool, { key: `s${i}`, kind: 'air_station' }, [['pm2_5']])
    for (const [day, level] of own.entries())
      await observe(
        db.pool,
        id,
        hourly(`${DAYS[day]}T00:00:00Z`, 24).map((time) => [time, level]),
      )
  }
  await rollUp(db.pool)
  indicators = createIndicators({
    pool: db.pool,
    microdata: openMicrodata(db.pool),
    clock: () => new Date('2026-03-07T00:00:00Z'),
  })
})
afterAll(() => db.close())

const change = async (...periods: string[]) =>
  (await indicators.series('EN:EN:AQ:1C', { periods: periods.join(','), dataPoint: 'pm2_5' })).comparison

test('the same three stations rose by 2, 2 and 3: 2.33 +- t(2) 4.30265 x 1/3, distinguished though stations lie far apart', async () => {
  // variance of the mean of changes: 3/2 x (1/9 + 1/9 + 4/9) / 9 = 1/9
  const found = await change('2026-03-03', '2026-03-04')
  expect(found).toMatchObject({ paired: true, toldApart: true })
  expect(found?.change).toBeCloseTo(7 / 3, 9)
  expect(found?.standardError).toBeCloseTo(1 / 3, 9)
  expect(found?.interval?.[0]).toBeCloseTo(7 / 3 - 4.302653 / 3, 5)
  const { values } = await indicators.evaluate('EN:EN:AQ:1C', { period: '2026-03-03' })
  // 3/2 x (100 + 100 + 0) / 9 = 100 / 3
  expect(values.find(({ dataPoint }) => dataPoint === 'pm2_5')?.standardError).toBeCloseTo(Math.sqrt(100 / 3), 9)
})

test('where a station fell silent the two values are two samples: se sqrt(100/3 + 100), not distinguished', async () => {
  // second value: 12 and 32, 2/1 x (100 + 100) / 4 = 100
  const found = await change('2026-03-03', '2026-03-05')
  expect(found).toMatchObject({ paired: false, toldApart: false, change: 2 })
  expect(found?.standardError).toBeCloseTo(Math.sqrt(100 / 3 + 100), 9)
})
