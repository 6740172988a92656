import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { observationsResponse } from '#model/api/city.ts'
import { addObservations, addThing, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

async function get(id: number, query: Record<string, string>) {
  const search = new URLSearchParams(query)
  const response = await api.app.inject(`/api/v1/datastreams/${id}/observations?${search}`)
  expect(response.json(), response.body).toMatchObject({ datastream: { id } })
  return observationsResponse.parse(response.json())
}

describe('local days', () => {
  const HOUR = 3_600_000
  const hourly = (from: string, hours: number) =>
    Array.from({ length: hours }, (_, hour) => {
      const time = Date.parse(from) + hour * HOUR + HOUR / 2
      return [new Date(time).toISOString(), 1] as const
    })

  // One vehicle an hour. Lisbon leaves summer time on 25 October 2026: 24 Oct 23:00Z to 26 Oct 00:00Z is one day of
  // 25 hours. Observations begin at 24 Oct 00:30Z, so of the 24 hours of the 24th the first one is missing.
  test('a day of 25 hours in autumn', async () => {
    const id = await addThing(api.pool, { key: 'autumn', domain: 'mobility', interval: 3600 }, 'vehicle_count')
    await addObservations(api.pool, id, hourly('2026-10-24T00:00:00Z', 72))
    const { buckets, from, to } = await get(id, {
      from: '2026-10-24T12:00:00Z',
      to: '2026-10-26T12:00:00Z',
      every: '1d',
    })
    expect([from, to]).toEqual(['2026-10-23T23:00:00.000Z', '2026-10-27T00:00:00.000Z'])
    expect(buckets?.map(({ time, n, total }) => [time, n, total])).toEqual([
      ['2026-10-23T23:00:00.000Z', 23, 23],
      ['2026-10-24T23:00:00.000Z', 25, 25],
      ['2026-10-26T00:00:00.000Z', 24, 24],
    ])
    expect(buckets?.[0]?.dataCapture).toBeCloseTo(23 / 24, 12)
    expect(buckets?.[1]?.dataCapture).toBe(1)
  })

  test('a day of 23 hours in spring', async () => {
    const id = await addThing(api.pool, { key: 'spring', domain: 'mobility', interval: 3600 }, 'vehicle_count')
    await addObservations(api.pool, id, hourly('2026-03-28T00:00:00Z', 72))
    const { buckets } = await get(id, { from: '2026-03-29T12:00:00Z', to: '2026-03-29T13:00:00Z', every: '1d' })
    expect(buckets).toMatchObject([{ time: '2026-03-29T00:00:00.000Z', n: 23, total: 23, dataCapture: 1 }])
  })
})

describe('buckets', () => {
  // 100 -> 101 is 1; 101 -> 103 is 2, restart, 0 -> 1 -> 2 is 2; 2 -> 5 is 3
  test('consumption of a meter that restarts', async () => {
    const id = await addThing(api.pool, { key: 'meter', domain: 'energy' }, 'energy')
    await addObservations(api.pool, id, [
      ['2026-10-01T10:00:00Z', 100],
      ['2026-10-01T10:30:00Z', 101],
      ['2026-10-01T11:10:00Z', 103],
      ['2026-10-01T11:40:00Z', 1],
      ['2026-10-01T11:50:00Z', 2],
      ['2026-10-01T12:15:00Z', 5],
    ])
    const window = { from: '2026-10-01T10:00:00Z', to: '2026-10-01T13:00:00Z' }
    const hours = await get(id, { ...window, every: '1h' })
    expect(hours.buckets?.map(({ total, mean }) => [total, mean])).toEqual([
      [1, null],
      [4, null],
      [3, null],
    ])
    const later = await get(id, { from: '2026-10-01T12:00:00Z', to: '2026-10-01T13:00:00Z', every: '1h' })
    expect(later.buckets?.[0]?.total).toBe(3)
  })

  // 900 s promise 4 an hour: 3 of 4 are 75 %, one of them suspect makes 2 good of 4. Six hours promise 24.
  test('data capture and quality', async () => {
    const id = await addThing(api.pool, { key: 'station', interval: 900 }, 'pm2_5')
    await addObservations(api.pool, id, [
      ['2026-10-01T06:00:00Z', 10],
      ['2026-10-01T06:15:00Z', 20, 2],
      ['2026-10-01T06:30:00Z', 30],
      ['2026-10-01T07:00:00Z', 10],
      ['2026-10-01T07:15:00Z', 20],
      ['2026-10-01T07:30:00Z', 990, 3, 1],
      ['2026-10-01T07:40:00Z', 999, 3, 1],
      ['2026-10-01T07:45:00Z', 5000, 4, 1],
    ])
    const window = { from: '2026-10-01T06:00:00Z', to: '2026-10-01T08:00:00Z' }
    const { buckets } = await get(id, { ...window, every: '1h' })
    expect(buckets).toEqual([
      {
        time: '2026-10-01T06:00:00.000Z',
        n: 3,
        good: 3,
        mean: 20,
        min: 10,
        max: 30,
        total: null,
        dataCapture: 0.75,
        suspect: null,
      },
      // what is suspect stands next to the good: (990 + 999) / 2; what failed is only counted
      {
        ...{
          time: '2026-10-01T07:00:00.000Z',
          n: 5,
          good: 2,
          mean: 15,
          min: 10,
          max: 20,
          total: null,
          dataCapture: 0.5,
        },
        suspect: { n: 2, mean: 994.5, counted: 0 },
      },
    ])
    const six = await get(id, { ...window, every: '6h' })
    // the mean of the hourly means, 20 and 15, as indicators take it
    expect(six.buckets).toMatchObject([{ n: 8, good: 5, mean: 17.5, min: 10, max: 30, suspect: { n: 2, mean: 994.5 } }])
    expect(six.buckets?.[0]?.dataCapture).toBeCloseTo(5 / 24, 12)
    const raw = await get(id, window)
    expect(raw.observations?.at(-2)).toEqual({
      time: '2026-10-01T07:40:00.000Z',
      result: 999,
      quality: 3,
      reasons: ['gross_range'],
    })
  })

  test('observations that carry a position are found too', async () => {
    const id = await addThing(api.pool, { key: 'probe', domain: 'connectivity' }, 'rsrp', '5g')
    await api.pool.query(
      `insert into mobile_observation values ($1, '2026-10-01T10:10:00Z', -90, 1, 0, -9.1, 38.7, 0), ($1, '2026-10-01T10:20:00Z', -70, 1, 0, -9.1, 38.7, 0)`,
      [id],
    )
    await addObservations(api.pool, id, [['2026-10-01T10:15:00Z', -80]])
    const window = { from: '2026-10-01T10:00:00Z', to: '2026-10-01T11:00:00Z' }
    const raw = await get(id, window)
    expect(raw.observations?.map(({ result }) => result)).toEqual([-90, -80, -70])
    expect((await get(id, { ...window, every: '1h' })).buckets).toMatchObject([{ n: 3, mean: -80, min: -90, max: -70 }])
  })
})

describe('raw pages', () => {
  test('follow one another without a gap or a repetition, microseconds included', async () => {
    const id = await addThing(api.pool, { key: 'pages' }, 'no2')
    const micros = (n: number) => `2026-10-31T12:00:00.${String(n).padStart(6, '0')}Z`
    await addObservations(
      api.pool,
      id,
      Array.from({ length: 25 }, (_, n) => [micros(n * 7), n] as const),
    )
    const seen: number[] = []
    let cursor: string | null = null
    let pages = 0
    do {
      const query: Record<string, string> = { limit: '10', from: '2026-10-31T12:00:00Z', to: '2026-11-01T00:00:00Z' }
      const page = await get(id, cursor === null ? query : { ...query, cursor })
      seen.push(...(page.observations ?? []).map(({ result }) => result))
      cursor = page.next
      pages += 1
    } while (cursor !== null)
    expect(pages).toBe(3)
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => n))
  })

  test('the last 24 hours unless told otherwise', async () => {
    const id = await addThing(api.pool, { key: 'day' }, 'no2')
    await addObservations(api.pool, id, [
      ['2026-10-31T11:59:59Z', 1],
      ['2026-10-31T12:00:00Z', 2],
      ['2026-11-01T11:59:59Z', 3],
      ['2026-11-01T12:00:00Z', 4],
    ])
    const page = await get(id, {})
    expect(page.observations?.map(({ result }) => result)).toEqual([2, 3])
    expect(page).toMatchObject({ from: '2026-10-31T12:00:00.000Z', to: '2026-11-01T12:00:00.000Z', next: null })
  })
})

describe('refused', () => {
  test.each([
    ['a million rows', 'limit=1000000', 413, 'QUERY_TOO_LARGE', /every=1h/],
    ['hours of a century', 'every=1h&from=1926-01-01T00:00:00Z', 413, 'QUERY_TOO_LARGE', /every=1d/],
    [
      'a reversed interval',
      'from=2026-10-02T00:00:00Z&to=2026-10-01T00:00:00Z',
      400,
      'INTERVAL_REVERSED',
      /2026-10-02/,
    ],
    ['a bad cursor', 'cursor=nonsense', 400, 'REQUEST_INVALID', /^cursor: "nonsense"/],
    [
      'a time without offset',
      'from=2026-10-01T00:00:00',
      400,
      'REQUEST_INVALID',
      /^from = "2026-10-01T00:00:00": .*offset/,
    ],
    ['an unknown bucket', 'every=5m', 400, 'REQUEST_INVALID', /^every = "5m"/],
    ['no rows', 'limit=0', 400, 'REQUEST_INVALID', /^limit = "0"/],
  ])('%s', async (_name, query, status, code, detail) => {
    const id = await addThing(api.pool, { key: `refused-${code}-${query.length}` }, 'no2')
    const response = await api.app.inject(`/api/v1/datastreams/${id}/observations?${query}`)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ status, code, detail: expect.stringMatching(detail) })
    expect(response.statusCode).toBe(status)
  })

  test('an unknown Datastream', async () => {
    const response = await api.app.inject('/api/v1/datastreams/999999/observations')
    expect(response.json()).toMatchObject({ status: 404, code: 'DATASTREAM_UNKNOWN' })
  })
})
