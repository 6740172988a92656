import { cellToParent, latLngToCell } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cityResponse, coverageResponse, thingFeatures, zoneFeatures } from '#model/api/city.ts'
import { addObservations, addThing, authorized, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let pm: number
beforeAll(async () => {
  api = await openTestApi()
  pm = await addThing(api.pool, { key: 'a-station', interval: 600 }, 'pm2_5')
  await addObservations(api.pool, pm, [['2026-11-01T11:35:00Z', 12.5, 3, 4]])
  await addThing(api.pool, { key: 'a-station' }, 'no2')
  const fresh = await addThing(
    api.pool,
    { key: 'b-counter', domain: 'mobility', lon: -9.05, zone: 'east', interval: 600 },
    'vehicle_count',
  )
  await addObservations(api.pool, fresh, [['2026-11-01T11:25:00Z', 7]])
  await addThing(api.pool, { key: 'c-fiji', domain: 'weather', lon: 178, lat: -18, zone: 'none' }, 'temperature')
})
afterAll(() => api.close())

const things = async (query = '') => thingFeatures.parse((await api.app.inject(`/api/v1/things${query}`)).json())
const keys = async (query: string) => (await things(query)).features.map(({ properties }) => properties.key)

describe('city and zones', () => {
  test('the city says what it is', async () => {
    const city = cityResponse.parse((await api.app.inject('/api/v1/city')).json())
    expect(city).toMatchObject({ name: 'Testville', timeZone: 'Europe/Lisbon', zones: 2, things: 3, backfill: null })
    expect(city.bounds).toEqual([-9.2, 38.6, -9, 38.7])
    expect(city.domains).toContainEqual({ domain: 'mobility', things: 1 })
  })

  test('zones count their Things; without air stations there is no index', async () => {
    const { features } = zoneFeatures.parse((await api.app.inject('/api/v1/zones')).json())
    expect(features.map(({ properties }) => [properties.key, properties.things])).toEqual([
      ['east', 1],
      ['west', 1],
    ])
  })

  test('the base map is sent once and then confirmed', async () => {
    const first = await api.app.inject('/api/v1/city/map')
    expect(first.json()).toEqual({ type: 'FeatureCollection', features: [] })
    const again = await api.app.inject({
      url: '/api/v1/city/map',
      headers: { 'if-none-match': String(first.headers.etag) },
    })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })
})

describe('things', () => {
  test('carry the latest observation, its flag and its reasons; 25 minutes are within three intervals of ten', async () => {
    const { features, total, truncated } = await things('?thing=a-station')
    expect([total, truncated]).toEqual([1, false])
    expect(features[0]).toMatchObject({ id: 'a-station', geometry: { type: 'Point', coordinates: [-9.15, 38.65] } })
    expect(features[0]?.properties).toMatchObject({
      zone: 'west',
      expectedIntervalSeconds: 600,
      datastreams: [
        { property: 'no2', latest: null },
        {
          id: pm,
          property: 'pm2_5',
          latest: { time: '2026-11-01T11:35:00.000Z', result: 12.5, quality: 3, reasons: ['spike'], stale: false },
        },
      ],
    })
  })

  test('35 minutes are more than three intervals of ten: stale', async () => {
    const { features } = await things('?thing=b-counter')
    expect(features[0]?.properties.datastreams[0]?.latest?.stale).toBe(true)
  })

  test('what is computed or reported less often than the Thing sends is not stale in between', async () => {
    const seed = { key: 'rare', domain: 'air', interval: 600 }
    const [raw, hourly, energy] = [
      await addThing(api.pool, seed, 'pm2_5'),
      await addThing(api.pool, seed, 'pm2_5', 'corrected'),
      await addThing(api.pool, seed, 'energy'),
    ]
    await api.pool.query(`update thing set attributes = '{"expected_interval_s.energy": 1800}' where key = 'rare'`)
    for (const id of [raw, hourly, energy]) await addObservations(api.pool, id, [['2026-11-01T10:45:00Z', 5]])
    const { features } = await things('?thing=rare')
    const of = features[0]?.properties.datastreams.map(({ property, channel, expectedIntervalSeconds, latest }) => [
      ...[property, channel, expectedIntervalSeconds, latest?.stale],
    ])
    expect(of).toEqual([
      ['energy', '', 1800, false],
      ['pm2_5', '', undefined, true],
      ['pm2_5', 'corrected', 3600, false],
    ])
    const ids = [raw, hourly, energy]
    for (const table of ['latest_observation', 'observation'])
      await api.pool.query(`delete from ${table} where datastream_id = any($1)`, [ids])
    await api.pool.query('delete from datastream where id = any($1)', [ids])
    await api.pool.query(`delete from thing where key = 'rare'`)
  })

  test('a Thing that was said to be offline is stale at once, until it speaks again', async () => {
    const key = 'z-gateway'
    const temperature = await addThing(
      api.pool,
      { key, domain: 'weather', zone: 'none', interval: 3600 },
      'temperature',
    )
    const pressure = await addThing(api.pool, { key, domain: 'weather', zone: 'none' }, 'pressure')
    const online = await addThing(api.pool, { key, domain: 'weather', zone: 'none' }, 'online')
    const stale = async () =>
      (await things(`?thing=${key}`)).features[0]?.properties.datastreams.map(({ property, latest }) => [
        property,
        latest?.stale,
      ])
    await addObservations(api.pool, temperature, [['2026-11-01T11:50:00Z', 20]])
    await addObservations(api.pool, pressure, [['2026-11-01T11:58:00Z', 1013]])
    await addObservations(api.pool, online, [['2026-11-01T11:40:00Z', 1]])
    const offlineSince = async () => (await things(`?thing=${key}`)).features[0]?.properties.offlineSince
    expect(await offlineSince()).toBeNull()
    expect(await stale()).toEqual([
      ['online', false],
      ['pressure', false],
      ['temperature', false],
    ])
    // a Sparkplug death or a last will: the pressure came after it
    await addObservations(api.pool, online, [['2026-11-01T11:55:00Z', 0]])
    expect(await stale()).toEqual([
      ['online', false],
      ['pressure', false],
      ['temperature', true],
    ])
    // it speaks, so it is not offline
    expect(await offlineSince()).toBeNull()
    // said again and again, as after a restart: offline since the first time
    for (const time of ['2026-11-01T11:58:30Z', '2026-11-01T11:59:00Z', '2026-11-01T11:59:30Z'])
      await addObservations(api.pool, online, [[time, 0]])
    expect(await offlineSince()).toBe('2026-11-01T11:58:30.000Z')
    await addObservations(api.pool, online, [['2026-11-01T11:59:40Z', 1]])
    expect(await offlineSince()).toBeNull()
    await api.pool.query(`delete from latest_observation where datastream_id = any($1)`, [
      [online, pressure, temperature],
    ])
    await api.pool.query(`delete from observation where datastream_id = any($1)`, [[online, pressure, temperature]])
    await api.pool.query(`delete from datastream where id = any($1)`, [[online, pressure, temperature]])
    await api.pool.query(`delete from thing where key = $1`, [key])
  })

  test.each([
    ['?domain=air', ['a-station']],
    ['?domain=air,mobility', ['a-station', 'b-counter']],
    ['?zone=east', ['b-counter']],
    ['?property=no2', ['a-station']],
    ['?bbox=-9.1,38.6,-9.0,38.7', ['b-counter']],
    ['?bbox=170,-20,-170,-10', ['c-fiji']],
    ['?domain=air&property=vehicle_count', []],
  ])('%s', async (query, expected) => {
    expect(await keys(query)).toEqual(expected)
  })

  test('a truncation is announced', async () => {
    expect(await things('?limit=2')).toMatchObject({ total: 3, truncated: true })
  })

  test('an unchanged list is confirmed, a changed one is sent', async () => {
    const first = await api.app.inject('/api/v1/things')
    const headers = { 'if-none-match': String(first.headers.etag) }
    expect((await api.app.inject({ url: '/api/v1/things', headers })).statusCode).toBe(304)
    await addObservations(api.pool, pm, [['2026-11-01T11:36:00Z', 13]])
    expect((await api.app.inject({ url: '/api/v1/things', headers })).statusCode).toBe(200)
  })

  test.each([
    ['?zone=nowhere', 404, 'ZONE_UNKNOWN', 'nowhere'],
    ['?property=magic', 404, 'PROPERTY_UNKNOWN', 'magic'],
    ['?thing=nobody', 404, 'THING_UNKNOWN', 'nobody'],
    ['?bbox=0,95,1,96', 400, 'REQUEST_INVALID', 'bbox = "0,95,1,96": south and north'],
    ['?domain=fire', 400, 'REQUEST_INVALID', 'domain = "fire"'],
    ['?limit=100001', 400, 'REQUEST_INVALID', 'limit = "100001"'],
  ])('%s is refused by name', async (query, status, code, detail) => {
    const response = await api.app.inject(`/api/v1/things${query}`)
    expect(response.statusCode).toBe(status)
    expect(response.json()).toMatchObject({ code, detail: expect.stringContaining(detail) })
  })
})

describe('changing the registry', () => {
  const patch = (key: string, payload: object, headers: Record<string, string> = authorized) =>
    api.app.inject({ method: 'PATCH', url: `/api/v1/things/${key}`, payload, headers })

  test('needs the key', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic abc' }]) {
      const response = await patch('b-counter', { name: 'New' }, headers as Record<string, string>)
      expect(response.json()).toMatchObject({ status: 401, code: 'KEY_REQUIRED' })
      expect(response.headers['www-authenticate']).toContain('Bearer')
    }
    expect((await things('?thing=b-counter')).features[0]?.properties.name).toBe('b-counter')
  })

  test('changes what is given and nothing else', async () => {
    const response = await patch('b-counter', { name: 'Bridge', verified: true })
    expect(response.json().properties).toMatchObject({
      name: 'Bridge',
      verified: true,
      grade: 'unknown',
      expectedIntervalSeconds: 600,
    })
    await patch('b-counter', { expectedIntervalSeconds: null })
    expect((await things('?thing=b-counter')).features[0]?.properties).toMatchObject({
      name: 'Bridge',
      expectedIntervalSeconds: null,
    })
  })

  test('a Thing that moves changes its zone', async () => {
    const place = { type: 'Point', coordinates: [-9.18, 38.62] }
    expect((await patch('b-counter', { place })).json()).toMatchObject({
      geometry: place,
      properties: { zone: 'west' },
    })
    const sea = { type: 'Point', coordinates: [-20, 30] }
    expect((await patch('b-counter', { place: sea })).json()).toMatchObject({ properties: { zone: null } })
  })

  test.each([
    [{}, 'must change something'],
    [{ colour: 'red' }, 'colour'],
    [{ place: { type: 'Point', coordinates: [0, 91] } }, 'place.coordinates.1 = 91'],
    [{ grade: 'best' }, 'grade = "best"'],
    [{ expectedIntervalSeconds: -1 }, 'expectedIntervalSeconds = -1'],
  ])('refuses %j', async (payload, detail) => {
    const response = await patch('b-counter', payload)
    expect(response.json()).toMatchObject({ status: 400, detail: expect.stringContaining(detail) })
  })

  test('an unknown Thing', async () => {
    expect((await patch('nobody', { name: 'x' })).json()).toMatchObject({ status: 404, code: 'THING_UNKNOWN' })
  })

  test('not JSON', async () => {
    const headers = { ...authorized, 'content-type': 'application/json' }
    const response = await api.app.inject({ method: 'PATCH', url: '/api/v1/things/b-counter', payload: '{', headers })
    expect(response.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  })
})

describe('coverage', () => {
  const positions = [
    [38.65, -9.15],
    [38.65, -9.1501],
    [38.6501, -9.15],
    [38.6501, -9.1501],
    [38.65, -9.15015],
  ] as const

  // Quantiles by linear interpolation of -100, -90, -80, -70, -60: p10 = -100 + 0.4 * 10, p50 = -80, p90 = -64.
  test('quantiles per cell, as h3-js names its parents; suspect samples stay out', async () => {
    const id = await addThing(api.pool, { key: 'd-probe', domain: 'connectivity' }, 'rsrp', '4g')
    for (const [n, [lat, lon]] of positions.entries()) {
      await addSample(id, n, lat, lon, -100 + n * 10, 1)
    }
    await addSample(id, 99, 38.65, -9.15, -30, 4)
    const [lat, lon] = positions[0]
    const cell = cellToParent(latLngToCell(lat, lon, 10), 7)
    const response = await api.app.inject('/api/v1/coverage?resolution=7&channel=4g')
    const coverage = coverageResponse.parse(response.json())
    expect(coverage).toMatchObject({ property: 'rsrp', channel: '4g', unit: 'dB{mW}', total: 1, truncated: false })
    expect(coverage.cells).toMatchObject([{ cell, n: 5, p50: -80, mean: -80 }])
    expect(coverage.cells[0]?.p10).toBeCloseTo(-96, 9)
    expect(coverage.cells[0]?.p90).toBeCloseTo(-64, 9)
    expect((await api.app.inject('/api/v1/coverage?channel=3g')).json()).toMatchObject({ cells: [], total: 0 })
  })

  test.each([
    ['?property=pm2_5', 400, 'REQUEST_INVALID', 'pm2_5'],
    ['?property=magic', 404, 'PROPERTY_UNKNOWN', 'magic'],
    ['?resolution=15', 400, 'REQUEST_INVALID', 'resolution = "15"'],
    ['?from=2026-11-01T00:00:00Z&to=2026-10-01T00:00:00Z', 400, 'INTERVAL_REVERSED', 'from must lie before to'],
  ])('%s is refused by name', async (query, status, code, detail) => {
    const response = await api.app.inject(`/api/v1/coverage${query}`)
    expect(response.json()).toMatchObject({ status, code, detail: expect.stringContaining(detail) })
  })

  async function addSample(id: number, minute: number, lat: number, lon: number, result: number, quality: number) {
    await api.pool.query(
      `insert into mobile_observation select $1, '2026-10-20T00:00:00Z'::timestamptz + $2::int * interval '1 minute', $3, $4, 0, $5, $6, ('x' || lpad($7, 16, '0'))::bit(64)::bigint`,
      [id, minute, result, quality, lon, lat, latLngToCell(lat, lon, 10)],
    )
  }
})
