import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { indicatorsResponse, surveysResponse, zoneValuesResponse } from '#model/api/indicators.ts'
import { indicatorValueSchema, scoreboardSchema } from '#model/indicators/catalogue/schema.ts'
import { authorized, openTestApi, type TestApi } from './api-fixture.ts'

// What the values are is the engines' own business; here is what the routes make of them.
let api: TestApi
let code: string
beforeAll(async () => {
  api = await openTestApi()
  const { indicators } = indicatorsResponse.parse((await api.app.inject('/api/v1/indicators')).json())
  expect(indicators).toHaveLength(91)
  code = indicators.find(({ name }) => /household internet/i.test(name))?.code ?? ''
})
afterAll(() => api.close())

const url = (path: string) => `/api/v1/indicators/${encodeURIComponent(code)}${path}`

describe('indicators', () => {
  test('scoreboard, value and zones are what the model says', async () => {
    const board = await api.app.inject('/api/v1/indicators/scoreboard?period=2026')
    expect(scoreboardSchema.parse(board.json()).period).toMatchObject({ label: '2026', partial: true })
    const value = indicatorValueSchema.parse((await api.app.inject(url('?period=2026-10'))).json())
    expect(value).toMatchObject({ code, status: 'not_reported', period: { label: '2026-10', partial: false } })
    const zones = zoneValuesResponse.parse((await api.app.inject(url('/zones?period=2026'))).json())
    expect(zones.zones.map(({ zone }) => zone).sort()).toEqual(['east', 'west'])
  })

  test('an unknown code, zone or period is refused by name', async () => {
    const detail = async (path: string) => (await api.app.inject(path)).json()
    expect(await detail('/api/v1/indicators/XX')).toMatchObject({ status: 404, code: 'INDICATOR_UNKNOWN' })
    expect(await detail(url('?zone=nowhere'))).toMatchObject({ status: 404, code: 'ZONE_UNKNOWN' })
    expect(await detail(url('?period=soon'))).toMatchObject({ status: 400, code: 'PERIOD_INVALID' })
  })
})

describe('reporting a value', () => {
  const body = {
    numerator: 90,
    denominator: 120,
    unit: '%',
    source: 'Statistics office',
    dataQuality: 'accurate_measurement',
  }
  const put = (payload: object, headers: Record<string, string> = authorized) =>
    api.app.inject({ method: 'PUT', url: url('/values/2025'), payload, headers })

  test('needs the key, and leaves nothing behind without it', async () => {
    expect((await put(body, {})).json()).toMatchObject({ status: 401, code: 'KEY_REQUIRED' })
    const { rows } = await api.pool.query('select count(*) as n from reported_value')
    expect(rows).toEqual([{ n: 0 }])
  })

  test('names the field and the value that are wrong', async () => {
    expect((await put({ ...body, dataQuality: 'good' })).json()).toMatchObject({
      status: 400,
      errors: [{ field: 'dataQuality', value: '"good"' }],
    })
    expect((await put({ ...body, zone: 'nowhere' })).json()).toMatchObject({ status: 404, code: 'ZONE_UNKNOWN' })
  })

  // 90 of 120 households are 75 %.
  test('answers with the indicator as it now is', async () => {
    const value = indicatorValueSchema.parse((await put(body)).json())
    expect(value.values[0]).toMatchObject({ value: 75, origin: 'reported' })
  })
})

describe('surveys', () => {
  test('none were loaded', async () => {
    expect(surveysResponse.parse((await api.app.inject('/api/v1/surveys')).json())).toEqual({ surveys: [] })
  })

  test('an unknown survey, or no question', async () => {
    const unknown = await api.app.inject('/api/v1/surveys/none/estimates?question=internet&by=zone')
    expect(unknown.json()).toMatchObject({ status: 404, code: 'SURVEY_UNKNOWN' })
    const without = await api.app.inject('/api/v1/surveys/none/estimates')
    expect(without.json()).toMatchObject({ status: 400, detail: expect.stringContaining('question') })
  })
})
