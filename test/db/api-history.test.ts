import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { airHistoryResponse, historyResponse } from '#model/api/history.ts'
import { addObservations, addThing, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const ask = (path: string, query: Record<string, string>) =>
  api.app.inject(`/api/v1/history${path}?${new URLSearchParams(query)}`)

describe('frames of a property', () => {
  // by hand: 10:00 to 11:00 good 10 and 20 (mean 15), failed 900 counted and left out; 11 to 12 nothing; 12 to 13 only a failed one
  test('mean of the good observations, n of all, null where there is none', async () => {
    const id = await addThing(api.pool, { key: 'frames', domain: 'weather' }, 'illuminance')
    await addObservations(api.pool, id, [
      ['2026-10-10T10:05:00Z', 10],
      ['2026-10-10T10:35:00Z', 20],
      ['2026-10-10T10:40:00Z', 900, 4],
      ['2026-10-10T12:30:00Z', 900, 4],
      ['2026-10-10T13:00:00Z', 77],
    ])
    const window = { property: 'illuminance', from: '2026-10-10T10:00:00Z', to: '2026-10-10T13:00:00Z' }
    const hourly = historyResponse.parse((await ask('', { ...window, every: '1h' })).json())
    expect(hourly.times).toEqual(['2026-10-10T10:00:00.000Z', '2026-10-10T11:00:00.000Z', '2026-10-10T12:00:00.000Z'])
    expect(hourly.end).toBe('2026-10-10T13:00:00.000Z')
    expect(hourly.streams).toEqual([{ datastream: id, mean: [15, null, null], n: [3, 0, 1], good: [2, 0, 0] }])
    const short = historyResponse.parse((await ask('', { ...window, to: '2026-10-10T11:00:00Z', every: '10m' })).json())
    expect(short.streams).toMatchObject([{ mean: [10, null, null, 20, null, null], n: [1, 0, 0, 1, 1, 0] }])
  })

  // 60 and 70 dB are 10 lg((10^6 + 10^7) / 2) = 67.4036 dB together; that hour and one of 80 dB: 10 lg((10^8 + 5.5 * 10^6) / 2) = 77.2222
  test('sound levels are averaged as energies, from raw and from hours alike', async () => {
    const id = await addThing(api.pool, { key: 'microphone', domain: 'noise' }, 'sound_level')
    await addObservations(api.pool, id, [
      ['2026-10-11T10:05:00Z', 60],
      ['2026-10-11T10:08:00Z', 70],
      ['2026-10-11T10:09:00Z', 130, 4],
      ['2026-10-11T11:05:00Z', 80],
      ['2026-10-11T12:05:00Z', 130, 4],
    ])
    const day = { property: 'sound_level', from: '2026-10-11T06:00:00Z', to: '2026-10-11T18:00:00Z', every: '6h' }
    const short = { ...day, from: '2026-10-11T10:00:00Z', to: '2026-10-11T10:10:00Z', every: '10m' }
    const of = async (query: Record<string, string>) =>
      historyResponse.parse((await ask('', query)).json()).streams.find(({ datastream }) => datastream === id)
    expect(await of(day)).toEqual({ datastream: id, mean: [77.2222, null], n: [4, 1], good: [3, 0] })
    expect(await of(short)).toEqual({ datastream: id, mean: [67.4036], n: [3], good: [2] })
    const series = await api.app.inject(
      `/api/v1/datastreams/${id}/observations?${new URLSearchParams({ from: day.from, to: day.to, every: '6h' })}`,
    )
    expect(series.json().buckets).toMatchObject([
      { n: 4, good: 3, min: 60, max: 80 },
      { good: 0, mean: null },
    ])
    expect(series.json().buckets[0].mean).toBeCloseTo(77.2222, 4)
    const mixed = await of({ ...day, property: 'temperature,sound_level' })
    expect(mixed?.mean).toEqual([77.2222, null])
  })

  // Lisbon leaves summer time on 25 October 2026: that local day lasts from 24 Oct 23:00Z to 26 Oct 00:00Z
  test('days are those of the city', async () => {
    const id = await addThing(api.pool, { key: 'days', domain: 'weather' }, 'temperature')
    await addObservations(api.pool, id, [
      ['2026-10-24T22:30:00Z', 1],
      ['2026-10-24T23:30:00Z', 2],
      ['2026-10-25T23:30:00Z', 4],
      ['2026-10-26T00:30:00Z', 8],
    ])
    const query = { property: 'temperature', from: '2026-10-24T12:00:00Z', to: '2026-10-26T12:00:00Z', every: '1d' }
    const days = historyResponse.parse((await ask('', query)).json())
    expect(days.times).toEqual(['2026-10-23T23:00:00.000Z', '2026-10-24T23:00:00.000Z', '2026-10-26T00:00:00.000Z'])
    expect(days.streams.find(({ datastream }) => datastream === id)?.mean).toEqual([1, 3, 8])
  })
})

describe('frames of the air quality index', () => {
  // EPA 2024: PM2.5 of 9.0 ug/m3 ends "good" (index 50), 35.4 ends "moderate" (100). Constant hours have themselves as NowCast.
  test('what the index was at the end of each hour, by station and by zone', async () => {
    const hours = (from: number, to: number, value: number) =>
      Array.from({ length: to - from }, (_, hour) => {
        return [new Date(Date.UTC(2026, 9, 15, from + hour, 30)).toISOString(), value] as const
      })
    const low = await addThing(api.pool, { key: 'low', zone: 'east' }, 'pm2_5')
    await addObservations(api.pool, low, [...hours(0, 24, 9)])
    const high = await addThing(api.pool, { key: 'high', zone: 'east' }, 'pm2_5')
    await addObservations(api.pool, high, [...hours(0, 24, 35.4)])
    const window = { from: '2026-10-15T20:00:00Z', to: '2026-10-15T22:00:00Z', scheme: 'us' }
    const things = airHistoryResponse.parse((await ask('/air-index', { ...window, by: 'thing' })).json())
    const of = (key: string) => things.places.find((place) => place.key === key)
    expect(of('low')).toMatchObject({ value: [50, 50], category: ['good', 'good'], pollutant: ['pm2_5', 'pm2_5'] })
    expect(of('high')).toMatchObject({ value: [100, 100], category: ['moderate', 'moderate'] })
    // the zone has the mean of its stations, 22.2 ug/m3: 51 + (22.2 - 9.1) * 49 / (35.4 - 9.1) = 75.4
    const zones = airHistoryResponse.parse((await ask('/air-index', { ...window, by: 'zone' })).json())
    expect(zones.places).toMatchObject([{ key: 'east', value: [75, 75] }])
  })

  test('a Thing counts in the zone that it belonged to at the end of the frame', async () => {
    const id = await addThing(api.pool, { key: 'moved', zone: 'east' }, 'pm2_5')
    const hours = Array.from({ length: 24 }, (_, hour) => new Date(Date.UTC(2026, 9, 20, hour, 30)).toISOString())
    await addObservations(
      api.pool,
      id,
      hours.map((hour) => [hour, 35.4] as const),
    )
    // until 21:00 it stood in the west
    await api.pool.query(
      `with own as (
         update registry_history h set valid_from = '2026-10-20T21:00Z' from thing t
         where h.entity = 'thing' and h.id = t.id and t.key = 'moved' returning h.id, h.state
       )
       insert into registry_history (entity, id, state, valid_from, valid_to)
       select 'thing', id, jsonb_set(state, '{zone_id}', (select to_jsonb(id) from zone where key = 'west')),
              '2026-01-01', '2026-10-20T21:00Z' from own`,
    )
    const window = { from: '2026-10-20T20:00:00Z', to: '2026-10-20T22:00:00Z', scheme: 'us', by: 'zone' }
    const { places, thingStates } = airHistoryResponse.parse((await ask('/air-index', window)).json())
    expect(places).toMatchObject([
      { key: 'east', value: [null, 100] },
      { key: 'west', value: [100, null] },
    ])
    // what the map draws: the place of then, of this Thing alone
    const states = [
      { name: 'moved', zone: 'west', from: '2026-01-01T00:00:00.000Z', to: '2026-10-20T21:00:00.000Z' },
      { name: 'moved', zone: 'east', from: '2026-10-20T21:00:00.000Z', to: null },
    ]
    expect(thingStates).toMatchObject(states)
    const { scheme: _, by: __, ...period } = window
    expect(historyResponse.parse((await ask('', { ...period, property: 'no2' })).json()).thingStates).toEqual(
      thingStates,
    )
    // the entry has been the same since
    const later = { ...window, from: '2026-10-20T21:00:00Z', to: '2026-10-20T23:00:00Z' }
    expect(airHistoryResponse.parse((await ask('/air-index', later)).json()).thingStates).toEqual([])
  })

  // NO2 and particles are the EEA's set of a traffic station; a background station lacks ozone, so its index is a lower bound
  test('a Thing has the siting that it had at the end of the frame', async () => {
    const [no2, pm] = [
      await addThing(api.pool, { key: 'resited', zone: 'none' }, 'no2'),
      await addThing(api.pool, { key: 'resited', zone: 'none' }, 'pm2_5'),
    ]
    const hours = Array.from({ length: 24 }, (_, hour) => new Date(Date.UTC(2026, 9, 22, hour, 30)).toISOString())
    for (const id of [no2, pm])
      await addObservations(
        api.pool,
        id,
        hours.map((hour) => [hour, 5] as const),
      )
    await api.pool.query(`update thing set attributes = '{"siting": "background"}' where key = 'resited'`)
    await api.pool.query(
      `with own as (select id, state from registry_history where entity = 'thing' and state ->> 'key' = 'resited' order by valid_from desc limit 1),
         gone as (delete from registry_history h using own where h.entity = 'thing' and h.id = own.id)
       insert into registry_history (entity, id, state, valid_from, valid_to)
       select 'thing', id, jsonb_set(state, '{attributes,siting}', '"traffic"'), timestamptz '2026-01-01', timestamptz '2026-10-22T21:00Z' from own
       union all select 'thing', id, state, '2026-10-22T21:00Z', 'infinity' from own`,
    )
    const window = { from: '2026-10-22T20:00:00Z', to: '2026-10-22T22:00:00Z', scheme: 'european', by: 'thing' }
    const { places } = airHistoryResponse.parse((await ask('/air-index', window)).json())
    expect(places.find(({ key }) => key === 'resited')).toMatchObject({ atLeast: [false, true] })
  })

  test('before the first hours there is none', async () => {
    const window = { from: '2026-10-14T01:00:00Z', to: '2026-10-14T02:00:00Z' }
    expect((await ask('/air-index', window)).json()).toMatchObject({ places: [] })
  })
})

describe('what cannot be answered names the field and the value', () => {
  test.each([
    [{ property: 'unheard_of' }, 404, 'unheard_of'],
    [{ property: 'pm2_5', every: '5m' }, 400, 'every'],
    [{ property: 'pm2_5', from: '2026-10-02T00:00:00Z', to: '2026-10-01T00:00:00Z' }, 400, 'from must lie before to'],
    [{ property: 'pm2_5', from: '2020-01-01T00:00:00Z' }, 413, 'frames'],
    [{ property: 'pm2_5', from: '2026-10-01T00:00:00Z', to: '2026-10-05T00:00:00Z', every: '10m' }, 413, '10m'],
  ])('%o', async (query, status, text) => {
    const answer = await ask('', query)
    expect(answer.statusCode).toBe(status)
    expect(answer.json().detail).toContain(text)
  })
})
