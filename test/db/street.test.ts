import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONSENT_VERSION } from '#model/voices/voice.ts'
import { authorized, NOW, openTestApi, type TestApi } from './api-fixture.ts'
import { addReceiver, createWorker, emit, event } from './notification-fixture.ts'

/** Testville: west of -9.1 and east of it. */
const line = (name: string, ...lons: number[]) => ({
  type: 'Feature',
  properties: { name, layer: 'street' },
  geometry: { type: 'LineString', coordinates: lons.map((lon) => [lon, 38.65]) },
})
let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  const map = {
    type: 'FeatureCollection',
    features: [
      line('Long Road', -9.15, -9.05),
      line('West Lane', -9.16, -9.14),
      line('Sea Road', -8, -7),
      { ...line('Park', -9.15, -9.14), properties: { name: 'Park', layer: 'park' } },
      { ...line('', -9.15, -9.14), properties: { layer: 'street' } },
    ],
  }
  await api.pool.query('update city set base_map = $1', [map])
})
afterAll(() => api.close())

test('streets have the districts that they run through; what is no street, has no name or lies outside is left out', async () => {
  expect((await api.app.inject('/api/v1/streets')).json()).toEqual({
    zones: [
      { key: 'east', name: 'East' },
      { key: 'west', name: 'West' },
    ],
    streets: [
      {
        name: 'Long Road',
        zones: ['east', 'west'],
        points: [
          [-9.05, 38.65],
          [-9.15, 38.65],
        ],
      },
      { name: 'West Lane', zones: ['west'], points: [[-9.16, 38.65]] },
    ],
  })
})

test('a district without devices has no figures, not zeros; an unknown one is not found', async () => {
  const today = (await api.app.inject('/api/v1/zones/west/today')).json()
  expect(today).toMatchObject({ zone: 'west', name: 'West', air: { zone: null, city: null, stations: 0 } })
  expect(today.figures.map(({ value }: { value: unknown }) => value)).toEqual(today.figures.map(() => null))
  expect((await api.app.inject('/api/v1/zones/mars/today')).statusCode).toBe(404)
})

test('alerts: those that are published of the district or of the city, and last; without names of what operators run', async () => {
  const public_ = await addReceiver(api.pool, { name: 'Public', channel: 'feed', severities: ['warning', 'critical'] })
  const operators = await addReceiver(api.pool, { name: 'Operators', channel: 'mqtt', config: '{}' })
  const worker = createWorker(api.pool, NOW, { publish: async () => {} })
  const raise = (id: string, change: object = {}) => emit(api.pool, NOW, event({ incidentId: id, ...change }))
  await raise('here')
  await raise('there', { zoneId: 'east' })
  await raise('city', {
    zoneId: undefined,
    severity: 'critical',
    rule: { id: 'i', name: 'Air of the city' },
    subject: { kind: 'city', id: 'city', name: 'City' },
  })
  await raise('gateway', {
    subject: { kind: 'source', id: 'gateway:ttn/eui-1', name: 'Gateway ttn/eui-1' },
    affectedThings: 3,
  })
  await raise('disk', { subject: { kind: 'system', id: 'disk', name: 'Disk' } })
  await raise('internal', { severity: 'info', rule: { id: 'j', name: 'Battery of cabinet 7' } })
  await raise('over')
  await worker.at(NOW)
  await raise('over', { kind: 'resolved', at: new Date(NOW.getTime() + 1_000).toISOString() })
  // is not sent before the next round
  await raise('new')
  const alerts = async () => (await api.app.inject('/api/v1/zones/west/today')).json().alerts
  const startedAt = '2026-11-01T12:00:00.000Z'
  const here = {
    ...{ severity: 'warning', startedAt, devices: null },
    ...{ name: 'PM2.5 above 25 µg/m³', nameCode: null, place: 'Market Square' },
  }
  const found = await alerts()
  expect(found).toHaveLength(3)
  expect(found[0]).toEqual({
    severity: 'critical',
    startedAt,
    name: 'Air of the city',
    nameCode: null,
    place: null,
    devices: null,
  })
  expect(found).toContainEqual(here)
  expect(found).toContainEqual({ severity: 'warning', startedAt, name: null, nameCode: null, place: null, devices: 3 })
  expect(JSON.stringify(found)).not.toMatch(/ttn|Disk|cabinet/)
  await api.pool.query('update notification_receiver set deleted_at = now(), enabled = false where id = $1', [public_])
  expect([await alerts(), operators]).toEqual([[], expect.any(Number)])
})

describe('you said, we did', () => {
  const status = (code: string) => api.app.inject({ method: 'POST', url: '/api/v1/voices/status', payload: { code } })
  const speak = async (comment?: string): Promise<string> => {
    const place = { kind: 'zone', key: 'west' }
    const payload = {
      place,
      ratings: { noise: 2 },
      language: 'en',
      consent: CONSENT_VERSION,
      ...(comment && { comment }),
    }
    return (await api.app.inject({ method: 'POST', url: '/api/v1/voices', payload })).json().code
  }
  const decide = async (decision: object): Promise<number> => {
    const queue = (await api.app.inject({ url: '/api/v1/voices/moderation', headers: authorized })).json()
    const payload = { decisions: [{ id: queue.comments[0].id, ...decision }] }
    const request = { method: 'POST' as const, url: '/api/v1/voices/moderation', headers: authorized, payload }
    return (await api.app.inject(request)).statusCode
  }
  const month = NOW.toISOString().slice(0, 7)

  test('by its code: waiting, then approved with the answer of the city', async () => {
    const code = await speak('Lorries at night')
    expect((await status(code)).json()).toMatchObject({ month, topics: ['noise'], comment: 'waiting', reply: null })
    expect(await decide({ decision: 'approve', reply: 'Lorries are diverted from May on.' })).toBe(200)
    const answer = await status(code)
    expect(answer.json()).toMatchObject({
      ...{ comment: 'approved', reply: 'Lorries are diverted from May on.', replyMonth: month },
    })
    expect(answer.headers['cache-control']).toBe('no-store')
  })
  test('refused: the text is gone, the answer stays; without a comment there is none to answer', async () => {
    const code = await speak('Something unkind')
    await decide({ decision: 'refuse', reply: 'Please say it kindly.' })
    const found = (await status(code)).json()
    expect(found).toMatchObject({ comment: 'refused', reply: 'Please say it kindly.' })
    expect(JSON.stringify(found)).not.toContain('unkind')
    expect((await status(await speak())).json()).toMatchObject({ comment: 'none', reply: null })
  })
  test('nothing but the code opens it, and nothing is told of the place or of other voices', async () => {
    expect((await status('0000-0000-0000-0000')).json().code).toBe('CODE_UNKNOWN')
    const found = (await status(await speak('Quiet at last'))).json()
    expect(Object.keys(found).sort()).toEqual(['comment', 'deleteOn', 'month', 'reply', 'replyMonth', 'topics'])
  })
  test('twenty an hour from one address at most: codes cannot be tried out', async () => {
    const answers = []
    for (let i = 0; i < 21; i++) answers.push((await status('0000-0000-0000-0000')).statusCode)
    expect(answers.at(-1)).toBe(429)
  })
})
