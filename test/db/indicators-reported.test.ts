import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { airIndexes } from '#api/air-quality/index-of.ts'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { reportedValueBody } from '#model/api/indicators.ts'
import { recompute } from '#model/indicators/recompute.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, addZone, hourly, observe, rollUp } from './indicators-fixture.ts'

/** A city in Madrid's time zone: 2026-03-29 has 23 hours there (02:00 is skipped), from 2026-03-28T23:00Z to 2026-03-29T22:00Z. */
let db: TestDatabase
let indicators: ReturnType<typeof createIndicators>
let now = new Date('2026-03-31T10:20:00Z')

beforeAll(async () => {
  db = await openTestDatabase()
  const { pool } = db
  await addCity(pool, { timeZone: 'Europe/Madrid', population: 1000, simulated: true })
  const zone = await addZone(pool, 'centre', 1000)
  const [station] = await addThing(pool, { key: 'air', kind: 'air_station', zoneId: zone, simulated: true }, [
    ['pm2_5'],
  ])
  // 100 in the hour before the local day and in the hour after it; 10 within.
  const hours = hourly('2026-03-28T22:00:00Z', 25)
  await observe(
    pool,
    station,
    hours.map((time, i) => [time, i === 0 || i === 24 ? 100 : 10]),
  )
  // A feeder of 1 kWh an hour over the same 23 hours.
  const [meter] = await addThing(pool, { key: 'feeder', kind: 'feeder', domain: 'energy', zoneId: zone }, [['energy']])
  await observe(
    pool,
    meter,
    hours.slice(0, 24).map((time, i) => [new Date(time.getTime() + 3_599_000), 500 + i]),
  )
  await rollUp(pool)
  indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => now })
})
afterAll(() => db.close())

const report = (code: string, period: string, body: Record<string, unknown>) =>
  indicators.report(
    code,
    period,
    reportedValueBody.parse({ unit: '%', source: 'Statistics office', dataQuality: 'accurate_measurement', ...body }),
    'tester',
  )
const first = async (code: string, period: string, zone?: string) => {
  const value = await indicators.evaluate(code, { period, zone })
  const [point] = value.values
  if (!point) throw new Error('no data point')
  return point
}

test('the list says what this city can compute itself', async () => {
  const { indicators: list } = await indicators.list()
  expect(list.filter(({ implemented }) => implemented).map(({ code }) => code)).toEqual(['EN:EN:AQ:1C', 'EN:E:E:2C'])
})

describe('local days', () => {
  test('the day on which the clock goes forward has 23 hours and its own readings only', async () => {
    const point = await first('EN:EN:AQ:1C', '2026-03-29')
    expect(point).toMatchObject({ value: 10, dataCapture: 1, n: 23, simulated: true })
    expect(point.evidence?.origin).toBe('simulated')
  })
  test('its electricity: 23 kWh in 23 hours are 24 a day, 8760 a year, of 1000 people', async () => {
    expect((await first('EN:E:E:2C', '2026-03-29')).value).toBeCloseTo(8.76, 9)
  })
})

describe('reported values', () => {
  test('numerator and denominator give the value, and the evidence gives it again', async () => {
    const value = await report('SC:EH:H:3C', '2025', {
      numerator: 3,
      denominator: 1000,
      unit: 'per 100 000 inhabitants',
    })
    expect(value.status).toBe('reported')
    const point = await first('SC:EH:H:3C', '2025')
    expect(point).toMatchObject({ value: 300, origin: 'reported', simulated: false })
    expect(point.evidence && recompute(point.evidence)).toBe(300)
  })

  test('the newest version counts; the earlier one is kept', async () => {
    await report('SC:EH:ED:4C', '2025', { value: 90 })
    await report('SC:EH:ED:4C', '2025', { value: 95, verified: true })
    expect((await first('SC:EH:ED:4C', '2025')).value).toBe(95)
    const { rows } = await db.pool.query(
      `select value, recorded_by from reported_value where code = 'SC:EH:ED:4C' order by id`,
    )
    expect(rows).toEqual([
      { value: 90, recorded_by: 'tester' },
      { value: 95, recorded_by: 'tester' },
    ])
  })

  test('a year shows its own value only; the last 30 days show that of last year and name it', async () => {
    expect(await first('SC:EH:ED:4C', '2026')).toMatchObject({ value: null })
    const recent = await first('SC:EH:ED:4C', 'last-30d')
    expect(recent.value).toBe(95)
    expect(recent.evidence?.label).toContain('of 2025')
  })

  test('what is measured comes before what is reported; what cannot be measured is reported', async () => {
    await report('EN:EN:AQ:1C', '2026-03-29', { dataPoint: 'pm2_5', value: 77, unit: 'ug/m3' })
    await report('EN:EN:AQ:1C', '2026-03-29', { dataPoint: 'no2', value: 21, unit: 'ug/m3' })
    const { values } = await indicators.evaluate('EN:EN:AQ:1C', { period: '2026-03-29' })
    expect(values.map(({ dataPoint, value, origin }) => [dataPoint, value, origin])).toEqual([
      ['pm2_5', 10, 'measured'],
      ['pm10', null, null],
      ['no2', 21, 'reported'],
      ['so2', null, null],
      ['o3', null, null],
    ])
  })

  test('for a zone', async () => {
    await report('SC:SH:SI:3C', '2025', { zone: 'centre', value: 12 })
    expect((await first('SC:SH:SI:3C', '2025', 'centre')).value).toBe(12)
    expect((await first('SC:SH:SI:3C', '2025')).value).toBeNull()
  })

  test.each([
    ['a share above 100 %', 'SC:EH:ED:4C', { value: 140 }, 'VALUE_INVALID'],
    ['a denominator of zero', 'SC:EH:ED:4C', { numerator: 1, denominator: 0 }, 'VALUE_INVALID'],
    ['a value that its parts do not give', 'SC:EH:ED:4C', { numerator: 1, denominator: 2, value: 70 }, 'VALUE_INVALID'],
    ['neither value nor parts', 'SC:EH:ED:4C', {}, 'VALUE_INVALID'],
    ['half a yes', 'SC:SH:SA:3A', { value: 0.5 }, 'VALUE_INVALID'],
    ['an unknown data point', 'EN:EN:AQ:1C', { dataPoint: 'radon', value: 1 }, 'NOT_FOUND'],
    ['an unknown zone', 'SC:EH:ED:4C', { zone: 'moon', value: 1 }, 'ZONE_UNKNOWN'],
  ])('%s is refused', async (_, code, body, expected) => {
    await expect(report(code, '2024', body)).rejects.toMatchObject({ code: expected })
  })
  test('an unknown indicator and a period that is none are refused', async () => {
    await expect(async () => report('X', '2025', { value: 1 })).rejects.toMatchObject({ code: 'INDICATOR_UNKNOWN' })
    await expect(report('SC:EH:ED:4C', 'soon', { value: 1 })).rejects.toMatchObject({ code: 'PERIOD_INVALID' })
  })
})

test('late data are seen once what is held is no longer fresh', async () => {
  const { pool } = db
  expect((await first('EN:EN:AQ:1C', '2026-03-30')).value).toBeNull()
  const { rows } = await pool.query(
    `select d.id from datastream d join thing t on t.id = d.thing_id where t.key = 'air'`,
  )
  await observe(
    pool,
    rows[0].id,
    hourly('2026-03-30T00:00:00Z', 22).map((time) => [time, 40]),
  )
  await rollUp(pool)
  now = new Date(now.getTime() + 31_000)
  // 22 hours at 40, and the 100 of the first local hour that was there before: 980 / 23
  expect((await first('EN:EN:AQ:1C', '2026-03-30')).value).toBeCloseTo(980 / 23, 12)
})

test('without a city the catalogue is there, and every value says that none is loaded', async () => {
  const empty = await openTestDatabase()
  try {
    const engine = createIndicators({ pool: empty.pool, microdata: openMicrodata(empty.pool), clock: () => now })
    const { indicators: list } = await engine.list()
    expect([list.length, list.some(({ implemented }) => implemented)]).toEqual([91, false])
    await expect(engine.scoreboard({ period: '2026' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  } finally {
    await empty.close()
  }
})

describe('air quality index', () => {
  test('per Thing, and per zone from the mean of its stations hour by hour', async () => {
    const { pool } = db
    const { rows } = await pool.query(`select id from zone where key = 'centre'`)
    const at = new Date('2026-05-01T12:10:00Z')
    // Twelve steady hours: NowCast 9.0 -> 50. The second station 35.4 -> 100. Their mean 22.2: 49 / 26.3 * 13.1 + 51 = 75.4 -> 75.
    for (const [key, level] of [
      ['st-1', 9.0],
      ['st-2', 35.4],
    ] as const) {
      const [id] = await addThing(pool, { key, kind: 'air_station', zoneId: rows[0].id }, [['pm2_5']])
      await observe(
        pool,
        id,
        hourly('2026-05-01T00:00:00Z', 12).map((time) => [time, level]),
      )
      // The running hour does not count, nor does a failed value.
      await observe(pool, id, [
        ['2026-05-01T12:05:00Z', 400],
        ['2026-05-01T11:30:00Z', 450, 4],
      ])
    }
    await rollUp(pool)
    const { byThing, byZone } = await airIndexes({ pool }, at)
    const values = [...byThing.values()].map(({ us, european }) => [us?.value, european?.value])
    expect(values).toEqual([
      [50, 2],
      [100, 3],
    ])
    expect(byZone.get(rows[0].id)).toMatchObject({
      stations: 2,
      us: {
        value: 75,
        category: 'moderate',
        pollutant: 'pm2_5',
        averaging: 'nowcast_12h',
        n: 12,
        time: '2026-05-01T12:00:00.000Z',
      },
      european: { value: 3 },
    })
  })
  test('no data, no index', async () => {
    const { byThing, byZone } = await airIndexes({ pool: db.pool }, new Date('2020-01-01T00:00:00Z'))
    expect([byThing.size, byZone.size]).toEqual([0, 0])
  })
})
