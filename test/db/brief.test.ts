import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BriefResponse } from '#model/api/brief.ts'
import { authorized, openTestApi, type TestApi } from './api-fixture.ts'
import { addThing, asEver, hourly, observe, rollUp } from './indicators-fixture.ts'

/**
 * Testville on 1 November 2026: PM2.5 of three stations in March 2025 and March 2026 (20, 30, 40, then 18, 28, 37), and a
 * reported value of three years.
 */
let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  const { pool } = api
  const { rows } = await pool.query<{ id: number }>('select id from zone order by key')
  for (const [i, [was, is]] of [
    [20, 18],
    [30, 28],
    [40, 37],
  ].entries() as ArrayIterator<[number, [number, number]]>) {
    const zoneId = rows[i % 2]?.id ?? null
    const [id] = await addThing(pool, { key: `s${i}`, kind: 'air_station', zoneId }, [['pm2_5']])
    for (const [month, level] of [
      ['2025-03', was],
      ['2026-03', is],
    ] as const)
      await observe(
        pool,
        id,
        hourly(`${month}-01T00:00:00Z`, 31 * 24).map((time) => [time, level]),
      )
  }
  await asEver(pool)
  await rollUp(pool)
  for (const [year, value] of [
    ['2024', 70],
    ['2025', 75],
    ['2026', 78],
  ] as const)
    await api.app.inject({
      method: 'PUT',
      url: `/api/v1/indicators/EC:ICT:ICT:2C/values/${year}`,
      headers: authorized,
      payload: { value, unit: '%', source: 'Operators', dataQuality: 'accurate_measurement' },
    })
})
afterAll(() => api.close())

const brief = async (period?: string): Promise<BriefResponse> =>
  (await api.app.inject(`/api/v1/brief${period === undefined ? '' : `?period=${period}`}`)).json()

describe('GET /brief', () => {
  test('the same three stations fell by 2, 2 and 3: -7/3, t(2) = -7, p 0.0198, an improvement', async () => {
    const { before, changes, headlines } = await brief('2026-03')
    expect(before).toBe('2025-03')
    expect(changes).toMatchObject({ tested: 1, declines: [], notDistinguishable: 0 })
    const [found] = changes.improvements
    expect(found).toMatchObject({ code: 'EN:EN:AQ:1C', dataPoint: 'pm2_5', paired: true, verdict: 'better' })
    expect(found?.change).toBeCloseTo(-7 / 3, 9)
    // R: 2 * pt(-7, 2)
    expect(found?.adjustedP).toBeCloseTo(0.01980394, 7)
    expect(headlines.find(({ code }) => code === 'improved')).toMatchObject({ change: { code: 'EN:EN:AQ:1C' } })
  })

  test('a reported value of another year changed, and nobody knows whether by more than chance', async () => {
    const { changes, headlines } = await brief('2025')
    expect(changes).toMatchObject({ improvements: [], declines: [], tested: 0, uncertaintyUnknown: 1 })
    expect(changes.undetermined).toMatchObject([{ code: 'EC:ICT:ICT:2C', before: 70, now: 75, interval: null }])
    expect(headlines[0]).toEqual({ code: 'no_comparison' })
  })

  test('a month shows the reported value of its year: compared with that of the year before, and not with itself', async () => {
    expect((await brief('2026-03')).changes.incomparable.same_source).toBe(0)
    // no value of 2027 yet: both months of the autumn show that of 2026
    const { changes } = await brief('2027-03')
    expect(changes.incomparable.same_source).toBe(1)
  })

  test('without a period it is the year that has more to compare; what is measured in it waits until it is over', async () => {
    const { period, changes } = await brief()
    expect(period).toMatchObject({ label: '2026', partial: true })
    expect(changes.uncertaintyUnknown).toBe(1)
    expect(changes.tested).toBe(0)
  })

  test('no score below its coverage, no score of a district with two of them, no peers', async () => {
    const { score, scoreChange, burdens, peers, headlines } = await brief('2025')
    expect(score).toMatchObject({ score: null, scored: 1, dataPoints: 112, needed: 56 })
    expect(scoreChange).toEqual({ dataPoints: 1, before: null, now: null })
    expect([burdens, peers]).toEqual([null, []])
    expect(headlines.at(-1)?.code).toBe('score_withheld')
  })

  test('a period without a year before is refused by name', async () => {
    const response = await api.app.inject('/api/v1/brief?period=last-30d')
    expect(response.statusCode).toBe(400)
    expect(response.json().detail).toContain('period')
  })
})

test('the council sheet is a PDF of one page, in French as in English', async () => {
  for (const lang of ['en', 'fr']) {
    const response = await api.app.inject(`/api/v1/brief/2026-03.pdf?lang=${lang}`)
    expect(response.headers['content-type']).toBe('application/pdf')
    expect(response.rawPayload.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(1)
  }
})
