import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { AirLimitsResponse } from '#model/api/air-limits.ts'
import type { airQualityResponse } from '#model/api/air-quality.ts'
import type { ExceedancesResponse } from '#model/api/exceedances.ts'
import { addObservations, addThing, openTestApi, type TestApi } from './api-fixture.ts'
import { asEver, hourly, rollUp } from './indicators-fixture.ts'

/**
 * West (600 people): PM2.5 of 10.0 and 14.0; east (400): 47.0; one station outside of every zone: 300. All twelve hours
 * before noon, so that NowCast is the value itself.
 */
let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  const { pool } = api
  const constant = async (key: string, zone: string, value: number, quality = 1): Promise<void> => {
    const id = await addThing(pool, { key, zone, ...(zone === 'nowhere' && { lon: -7 }) }, 'pm2_5')
    const times = hourly('2026-11-01T00:00:00Z', 12)
    await addObservations(
      pool,
      id,
      times.map((time) => [time.toISOString(), value, quality]),
    )
  }
  await constant('w1', 'west', 10)
  await constant('w2', 'west', 14)
  await constant('e1', 'east', 47)
  await constant('outside', 'nowhere', 300)
  await constant('broken', 'east', 900, 4)
  await addYear()
  await asEver(pool)
  await rollUp(pool)
  await pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
  // a year of hours takes the embedded database a while
}, 300_000)
afterAll(() => api.close())

/** 2025, every hour: 4 in the west but 40 on the first four days of March; 12 in the east. */
async function addYear(): Promise<void> {
  const west = `case when t >= '2025-03-01T00:00Z' and t < '2025-03-05T00:00Z' then 40 else 4 end`
  for (const [key, value] of [
    ['w1', west],
    ['e1', '12'],
  ])
    await api.pool.query(
      `insert into observation (datastream_id, phenomenon_time, result, quality)
       select d.id, t, ${value}, 1
       from generate_series('2025-01-01T00:00Z'::timestamptz, '2025-12-31T23:00Z', interval '1 hour') t,
            datastream d join thing on thing.id = d.thing_id
       where thing.key = $1`,
      [key],
    )
}

const get = async <T>(path: string): Promise<T> => {
  const response = await api.app.inject(`/api/v1${path}`)
  expect(response.statusCode).toBe(200)
  return response.json()
}

describe('GET /air-quality', () => {
  const time = '2026-11-01T12:00:00.000Z'
  const us = (concentration: number, value: number, category: string) => {
    const part = {
      pollutant: 'pm2_5',
      concentration,
      averaging: 'nowcast_12h',
      hours: 12,
      value,
      category,
      beyond: false,
    }
    return {
      scheme: 'us_epa',
      value,
      ...{ atLeast: false, missing: [], doubted: [] },
      category,
      pollutant: 'pm2_5',
      averaging: 'nowcast_12h',
      parts: [part],
      n: 12,
      time,
    }
  }
  // European bands of PM2.5 (EEA 2024): 0 to 5, 6 to 15, 16 to 50, 51 to 90, 91 to 140, above.
  // Of PM2.5 alone: the EEA asks for NO2 and ozone as well, so below poor (4) the index is incomplete.
  const european = (concentration: number, value: number, band: string) => {
    const part = {
      pollutant: 'pm2_5',
      concentration,
      averaging: 'mean_1h',
      hours: 1,
      value,
      category: band,
      beyond: false,
    }
    const category = value < 4 ? 'incomplete' : band
    const basis = { atLeast: true, missing: ['no2', 'o3'], doubted: [], category, pollutant: 'pm2_5' }
    return { scheme: 'european', value, ...basis, averaging: 'mean_1h', parts: [part], n: 1, time }
  }

  test('the whole body: the city by people, every zone, every station with good readings', async () => {
    // EPA: 9.1 to 35.4 is 51 to 100, 35.5 to 55.4 is 101 to 150, 225.5 to 325.4 is 301 to 500.
    expect(await get<z.infer<typeof airQualityResponse>>('/air-quality')).toEqual({
      simulated: false,
      // (12 x 600 + 47 x 400) / 1000 = 26.0; 49 / 26.3 x 16.9 + 51 = 82.49
      city: { us: us(26, 82, 'moderate'), european: european(26, 3, 'moderate'), stations: 3, zones: 2, people: 1000 },
      zones: [
        // 49 / 19.9 x 11.5 + 101 = 129.3
        {
          zone: 'east',
          people: 400,
          stations: 1,
          us: us(47, 129, 'unhealthy_sensitive'),
          european: european(47, 3, 'moderate'),
        },
        // (10 + 14) / 2 = 12; 49 / 26.3 x 2.9 + 51 = 56.4
        { zone: 'west', people: 600, stations: 2, us: us(12, 56, 'moderate'), european: european(12, 2, 'fair') },
      ],
      things: [
        { thing: 'e1', us: us(47, 129, 'unhealthy_sensitive'), european: european(47, 3, 'moderate') },
        // 199 / 99.9 x 74.5 + 301 = 449.4
        { thing: 'outside', us: us(300, 449, 'hazardous'), european: european(300, 6, 'extremely_poor') },
        // 49 / 26.3 x 0.9 + 51 = 52.7
        { thing: 'w1', us: us(10, 53, 'moderate'), european: european(10, 2, 'fair') },
        // 49 / 26.3 x 4.9 + 51 = 60.1
        { thing: 'w2', us: us(14, 60, 'moderate'), european: european(14, 2, 'fair') },
      ],
    })
  })
})

describe('GET /air-quality/exceedances of a year', () => {
  const verdicts = async (level: string, key: string) => {
    const { places } = await get<ExceedancesResponse>('/air-quality/exceedances?period=2025')
    return places.find((place) => place.level === level && place.key === key)
  }

  test('the west: mean (361 x 4 + 4 x 40) / 365 = 4.39 keeps the guideline, four days of 40 do not', async () => {
    const west = await verdicts('zone', 'west')
    expect(west).toMatchObject({ people: 600, pollutant: 'pm2_5' })
    expect(west?.verdicts).toMatchObject([
      { rule: 'annual', level: 5, value: expect.closeTo(1604 / 365, 9), exceeded: false, reached: 'guideline' },
      { rule: 'day', level: 15, value: 40, exceeded: true, reached: 'interim_2', days: 365, daysAbove: 4 },
    ])
  })

  test('the city by people: 0.6 x 4.39 + 0.4 x 12 = 7.44 keeps interim target 4; its bad days are 0.6 x 40 + 4.8 = 28.8', async () => {
    const city = await verdicts('city', '')
    expect(city).toMatchObject({ people: 1000 })
    expect(city?.verdicts).toMatchObject([
      { value: expect.closeTo((0.6 * 1604) / 365 + 4.8, 9), exceeded: true, reached: 'interim_4' },
      { value: expect.closeTo(28.8, 9), exceeded: true, reached: 'interim_3', days: 365, daysAbove: 4 },
    ])
  })

  test('data capture: one of two stations of the west has the whole year, the other nothing', async () => {
    expect((await verdicts('zone', 'west'))?.dataCapture).toBeCloseTo(0.5, 9)
    expect(await verdicts('thing', 'w1')).toMatchObject({ dataCapture: 1, people: null })
    expect((await verdicts('thing', 'w2'))?.verdicts).toMatchObject([
      { value: null, exceeded: null, reached: null },
      { value: null, exceeded: null, reached: null, days: 0 },
    ])
  })
})

describe('GET /air-quality/limits', () => {
  const limitsOf = (query: string) => get<AirLimitsResponse>(`/air-quality/limits?${query}`)
  const of = (answer: AirLimitsResponse, level: string, key: string, per: string, kind = 'limit') =>
    answer.places
      .find((place) => place.level === level && place.key === key)
      ?.assessments.find((one) => one.per === per && one.kind === kind)

  test('a year of the west: four days of 40 above 25, of 18 permitted; its mean is rounded to 4', async () => {
    const answer = await limitsOf('year=2025&standard=eu-2024-2881-2030')
    expect(answer).toMatchObject({
      year: 2025,
      partial: false,
      utcOffsetMinutes: 0,
      standard: { coverage: { yearShare: 0.85 } },
    })
    expect(of(answer, 'thing', 'w1', 'day')).toMatchObject({
      ...{ level: 25, value: 40, exceedances: 4, permitted: 18, remaining: 14, exceeded: false, covered: true },
    })
    expect(of(answer, 'thing', 'w1', 'year')).toMatchObject({ value: 4, exceeded: false })
    // the city and the zone are where it is worst, and say where
    expect(of(answer, 'city', '', 'year')).toMatchObject({ value: 12, exceeded: true, station: 'e1' })
    expect(of(answer, 'city', '', 'day')).toMatchObject({ exceedances: 4, station: 'w1' })
  })

  test('without a standard: the one that applies in the year', async () => {
    expect((await limitsOf('year=2025')).standard.key).toBe('eu-2008-50')
    expect((await limitsOf('year=2030')).standard.key).toBe('eu-2024-2881-2030')
  })

  test('an unknown standard is refused and the known ones are named', async () => {
    const response = await api.app.inject('/api/v1/air-quality/limits?standard=nonsense')
    expect(response.statusCode).toBe(404)
    expect(response.json().detail).toContain('who-2021')
  })

  test('every standard says where its numbers come from', async () => {
    const { standards } = await get<{ standards: { key: string; source: { title: string } }[] }>(
      '/air-quality/standards',
    )
    expect(standards.map(({ key }) => key)).toEqual([
      ...['eu-2008-50', 'eu-2024-2881-2026', 'eu-2024-2881-2030'],
      ...['who-2021', 'us-naaqs', 'in-naaqs-2009', 'cn-gb3095-2012'],
    ])
    expect(standards.every(({ source }) => source.title.length > 20)).toBe(true)
  })
})
