import { beforeAll, describe, expect, test } from 'vitest'
import { publish } from './publish.ts'
import { type SharedCity, sharedCity } from './shared.ts'
import { until } from './system.ts'

type Counts = {
  received: number
  stored: number
  duplicate: number
  rejected: number
  inFlight: number
  balanced: boolean
}
type Rejected = {
  messages: { topic: string; reason: string; detail: string; text: string | null; bytes: number; partial: boolean }[]
}
type Problem = { status: number; title: string; detail: string; code: string }

let system: SharedCity
let before: Counts
beforeAll(async () => {
  system = await sharedCity('quiet')
  before = await ledger()
})

const ledger = async (): Promise<Counts> => (await system.get<{ total: Counts }>('/api/v1/ingest/ledger')).total
/** With the key: what a message said is not for everybody. */
const rejectedOn = async (topic: string) => {
  const headers = { authorization: `Bearer ${system.key()}` }
  const response = await fetch(`${system.url}/api/v1/ingest/rejected?limit=200`, { headers })
  return ((await response.json()) as Rejected).messages.filter((message) => message.topic === topic)
}

describe('a message that cannot be stored is kept with its reason and its bytes', () => {
  test.each([
    ['not JSON', 'city/air/bad-1', 'pm2_5=7', /not_json/],
    ['an unknown domain in the topic', 'city/fire/bad-2', '{"pm2_5": 7}', /wrong_topic/],
    ['a topic without a Thing', 'city/air', '{"pm2_5": 7}', /wrong_topic|no_source/],
    ['a number where an object belongs', 'city/air/bad-4', '7', /wrong_shape/],
    ['NaN, which is no JSON', 'city/air/bad-5', '{"pm2_5": NaN}', /not_json|bad_value/],
    ['a text that is no number', 'city/air/bad-6', '{"pm2_5": "high"}', /bad_value/],
    ['an unknown unit', 'city/air/bad-7', '{"pm2_5": 7, "units": {"pm2_5": "furlong"}}', /unknown_unit/],
    ['a unit of another kind', 'city/air/bad-8', '{"pm2_5": 7, "units": {"pm2_5": "Cel"}}', /unit_mismatch/],
    ['a time in 2036', 'city/air/bad-9', '{"pm2_5": 7, "time": "2036-01-01T00:00:00Z"}', /clock_ahead/],
    ['a time in 1970', 'city/air/bad-10', '{"pm2_5": 7, "time": "1970-01-01T00:00:10Z"}', /clock_behind/],
    ['a time that is none', 'city/air/bad-11', '{"pm2_5": 7, "time": "yesterday"}', /bad_time/],
    ['a property nobody knows', 'city/air/bad-12', '{"happiness": 7}', /unknown_property|no_measurement/],
    ['an empty payload', 'city/air/bad-13', '', /not_json|no_measurement/],
    [
      'coverage measured off the planet',
      'city/connectivity/bad-14',
      '{"rsrp": -90, "location": [200, 95]}',
      /bad_location/,
    ],
  ])('%s', async (_, topic, payload, reason) => {
    await publish(system.mqttPort, topic, payload)
    await until(
      async () => (await rejectedOn(topic)).length > 0,
      10_000,
      () => `nothing rejected on ${topic}`,
    )
    const [message] = await rejectedOn(topic)
    expect(message?.reason).toMatch(reason)
    expect(message?.text).toBe(payload)
    expect(message?.detail).not.toBe('')
  })

  test('bytes that are no text', async () => {
    const payload = Buffer.from([0xff, 0xfe, 0x00, 0x80])
    await publish(system.mqttPort, 'city/air/bad-bytes', payload)
    await until(
      async () => (await rejectedOn('city/air/bad-bytes')).length > 0,
      10_000,
      () => 'nothing rejected',
    )
    expect((await rejectedOn('city/air/bad-bytes'))[0]).toMatchObject({ text: null, bytes: 4 })
  })

  test('one bad field of a good message: the rest is stored', async () => {
    await publish(system.mqttPort, 'city/air/half-good', '{"pm2_5": 7, "pm10": "n/a", "temperature": 20}')
    await until(
      async () => (await rejectedOn('city/air/half-good')).length > 0,
      10_000,
      () => 'nothing rejected',
    )
    expect((await rejectedOn('city/air/half-good'))[0]).toMatchObject({ partial: true })
    const things = await system.get<{
      features: { properties: { verified: boolean; datastreams: { property: string }[] } }[]
    }>('/api/v1/things?thing=half-good')
    expect(things.features[0]?.properties.datastreams.map((stream) => stream.property).sort()).toEqual([
      'pm2_5',
      'temperature',
    ])
    // unknown until now: it registered itself, and waits for somebody to confirm it
    expect(things.features[0]?.properties.verified).toBe(false)
  })

  test('a payload of 100 MB does not stop the city', async () => {
    await publish(system.mqttPort, 'city/air/huge', Buffer.alloc(100 * 1024 * 1024, 0x20)).catch(
      () => 'refused by the broker',
    )
    await publish(system.mqttPort, 'city/air/after-huge', '{"pm2_5": 7}')
    await until(
      async () =>
        (await system.get<{ features?: unknown[] }>('/api/v1/things?thing=after-huge')).features?.length === 1,
      20_000,
      () => 'nothing arrives after it',
    )
  })

  test('the ledger balances after all of this', async () => {
    await until(
      async () => (await ledger()).inFlight === 0,
      10_000,
      () => 'messages stay in flight',
    )
    const total = await ledger()
    expect(total.balanced).toBe(true)
    expect(total.received).toBe(total.stored + total.duplicate + total.rejected)
    expect(total.rejected - before.rejected).toBeGreaterThanOrEqual(15)
  })
})

describe('a request that cannot be answered says why, as problem+json', () => {
  const problem = async (path: string): Promise<Problem & { type: string | null }> => {
    const response = await fetch(system.url + path)
    return { ...((await response.json()) as Problem), type: response.headers.get('content-type') }
  }
  const aDatastream = async (): Promise<number> => {
    const things = await system.get<{ features: { properties: { datastreams: { id: number }[] } }[] }>(
      '/api/v1/things?thing=half-good',
    )
    return things.features[0]?.properties.datastreams[0]?.id ?? 0
  }

  test('an unknown zone', async () => {
    expect(await problem('/api/v1/things?zone=atlantis')).toMatchObject({
      status: 404,
      code: 'ZONE_UNKNOWN',
      detail: expect.stringContaining('atlantis'),
    })
  })
  test('a reversed interval', async () => {
    const id = await aDatastream()
    expect(
      await problem(`/api/v1/datastreams/${id}/observations?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z`),
    ).toMatchObject({ status: 400, code: 'INTERVAL_REVERSED' })
  })
  test('a million rows', async () => {
    const id = await aDatastream()
    expect(await problem(`/api/v1/datastreams/${id}/observations?limit=1000000`)).toMatchObject({
      status: expect.toSatisfy((status) => status === 400 || status === 413),
    })
  })
  test('an unknown indicator', async () => {
    expect(await problem('/api/v1/indicators/XX:YY?period=2026')).toMatchObject({
      status: 404,
      code: 'INDICATOR_UNKNOWN',
    })
  })
  test('a change without the key', async () => {
    const response = await fetch(`${system.url}/api/v1/ingest/rejected/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
  })
})
