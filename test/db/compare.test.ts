import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CompareResponse, compareResponse } from '#model/api/compare.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'
import { addThing, asEver, hourly, observe, rollUp } from './indicators-fixture.ts'

/**
 * Testville in March 2026: PM2.5 of two stations in the west (10 and 12) and two in the east (20 and 26). Eighty households,
 * weight 1, no clusters: of the lower half of incomes 20 of 40 are online, of the upper 30 of 40; two of each half stated
 * "other" as sex.
 */
const SURVEY = {
  ...{ id: 's', title: 'S', universe: 'households', from: '2026-02-01', to: '2026-03-31' },
  columns: { respondent: 'id', weight: 'w', zone: 'zone' },
  questions: [
    { column: 'net', text: 'Internet?', categories: { y: 'yes', n: 'no' }, indicator: 'HH6', counts: ['y'] },
    { column: 'half', text: 'Income', categories: { '1': 'Lower', '2': 'Upper' }, group: true, scale: 'ordinal' },
    { column: 'sex', text: 'Sex', categories: { f: 'Women', m: 'Men', o: 'Other' }, group: true },
  ],
}

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  const { pool } = api
  const { rows } = await pool.query<{ id: number; key: string }>('select id, key from zone')
  const zoneOf = (key: string): number | null => rows.find((row) => row.key === key)?.id ?? null
  for (const [key, zone, level] of [
    ['w1', 'west', 10],
    ['w2', 'west', 12],
    ['e1', 'east', 20],
    ['e2', 'east', 26],
  ] as const) {
    const [id] = await addThing(pool, { key, kind: 'air_station', zoneId: zoneOf(zone) }, [['pm2_5']])
    await observe(
      pool,
      id,
      hourly('2026-03-01T00:00:00Z', 31 * 24).map((time) => [time, level]),
    )
  }
  await asEver(pool)
  await rollUp(pool)
  await pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, 80)`, [SURVEY])
  for (let i = 0; i < 80; i++) {
    const [half, k] = [i < 40 ? '1' : '2', i % 40]
    const answers = {
      half,
      sex: k >= 38 ? 'o' : k % 2 === 0 ? 'f' : 'm',
      net: k < (half === '1' ? 20 : 30) ? 'y' : 'n',
    }
    await pool.query(
      `insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ('s', $1, 1, 'west', $2)`,
      [`r${i}`, answers],
    )
  }
})
afterAll(() => api.close())

const compare = async (query: string): Promise<CompareResponse> =>
  compareResponse.parse((await api.app.inject(`/api/v1/compare?${query}`)).json())
const rowOf = ({ rows }: CompareResponse, id: string) => rows.find((row) => row.id === id)

describe('two districts', () => {
  test('11 +- 1 and 23 +- 3: 12, Welch’s t with 100 / 82 degrees of freedom', async () => {
    const found = await compare('kind=zones&a=west&b=east&period=2026-03')
    const row = rowOf(found, 'EN:EN:AQ:1C:pm2_5')
    expect(row).toMatchObject({
      method: 'welch',
      a: { value: 11, standardError: 1 },
      b: { value: 23, standardError: 3 },
    })
    expect(row?.difference?.degreesOfFreedom).toBeCloseTo(100 / 82, 9)
    // R: 2 * pt(-12 / sqrt(10), 100 / 82); 12 - qt(0.975, 100 / 82) * sqrt(10)
    expect(row?.difference?.p).toBeCloseTo(0.128134875591815, 9)
    expect(row?.difference?.lower).toBeCloseTo(-14.544217779, 6)
    expect(row?.difference?.significant).toBe(false)
  })
  test('an unknown district, and a district with itself, are refused', async () => {
    for (const query of ['kind=zones&a=west&b=mars', 'kind=zones&a=west&b=west'])
      expect((await api.app.inject(`/api/v1/compare?${query}`)).statusCode).toBeGreaterThanOrEqual(400)
  })
})

describe('two groups', () => {
  test('20 of 40 and 30 of 40 online: 25 points, standard error as by hand, h of 0.5 and 0.75', async () => {
    const row = rowOf(await compare('kind=groups&by=half&a=1&b=2'), 'net')
    expect(row).toMatchObject({ unit: '%', method: 'same_sample', a: { value: 50, n: 40 }, b: { value: 75, n: 40 } })
    expect(row?.difference?.value).toBeCloseTo(25, 9)
    // z within: 40 x 0.25 / 1600 + 40 x 0.1875 / 1600, times 80/79
    expect(row?.difference?.standardError).toBeCloseTo(100 * Math.sqrt((0.0109375 * 80) / 79), 9)
    // 2 asin(sqrt(0.75)) - 2 asin(sqrt(0.5)) = 2 pi / 3 - pi / 2
    expect(row?.effect?.value).toBeCloseTo(Math.PI / 6, 9)
    expect(row?.difference?.significant).toBe(true)
  })
  test('nothing is told of a group that is suppressed, nor its n', async () => {
    const row = rowOf(await compare('kind=groups&by=sex&a=o&b=f'), 'net')
    const hidden = { value: null, standardError: null, interval: null, n: null }
    expect(row).toMatchObject({ a: hidden, difference: null, effect: null, untested: 'suppressed' })
  })
  test('a group that the codebook does not have is refused by name', async () => {
    const response = await api.app.inject('/api/v1/compare?kind=groups&by=half&a=1&b=9')
    expect(response.statusCode).toBe(400)
    expect(response.json().detail).toContain('"9"')
  })
})

test('two periods: without a value in the earlier one nothing is compared', async () => {
  const found = await compare('kind=periods&a=2025-03&b=2026-03')
  expect(rowOf(found, 'EN:EN:AQ:1C:pm2_5')).toMatchObject({ untested: 'missing_before', difference: null })
  expect(found.tested).toBe(0)
})
