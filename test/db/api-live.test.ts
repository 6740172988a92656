import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ledgerResponse, rejectedResponse } from '#model/api/ingest.ts'
import { liveSnapshot } from '#model/api/live.ts'
import { addObservations, addThing, authorized, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let publisher: MqttClient
let port: number
let pm: number
beforeAll(async () => {
  api = await openTestApi()
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
  publisher = await connectAsync(api.broker.url)
  pm = await addThing(api.pool, { key: 'station' }, 'pm2_5')
  await addObservations(api.pool, pm, [['2026-11-01T11:00:00Z', 9]])
  await until(() => api.live.subscribed())
})
afterAll(async () => {
  await publisher.endAsync(true)
  await api.close()
})

async function until(condition: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not happen in time')
    await sleep(20)
  }
}

type ServerEvent = { event: string; data: unknown }

/** An event stream over a bare socket, so that a test can stop reading like a stalled client. */
function openStream(path = '/api/v1/live', headers: Record<string, string> = {}) {
  const socket: Socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8')
  })
  const extra = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\naccept: text/event-stream\r\n${extra.join('')}\r\n`)
  return {
    socket,
    text: () => text,
    events: (): ServerEvent[] =>
      [...text.matchAll(/event: (\w+)(?:\r?\n)data: (.*)\n/g)].flatMap(([, event = '', data = '']) => {
        try {
          return [{ event, data: JSON.parse(data) }]
        } catch {
          return []
        }
      }),
    named(event: string): ServerEvent[] {
      return this.events().filter((each) => each.event === event)
    },
    close: () => socket.destroy(),
  }
}

const observation = (datastreamId: number, result: number, phenomenonTime = '2026-11-01T11:30:00Z') => ({
  thing: 'station',
  datastreamId,
  property: 'pm2_5',
  channel: '',
  phenomenonTime,
  result,
  quality: 1,
  reasons: 0,
})
const publish = (domain: string, observations: object[]) =>
  publisher.publishAsync(`citywell/observations/${domain}`, JSON.stringify({ domain, observations }))

describe('the live feed', () => {
  test('a snapshot, then what is committed, then the ledger', async () => {
    const stream = openStream('/api/v1/live', { 'Last-Event-ID': '12345' })
    await until(() => stream.named('snapshot').length === 1)
    expect(liveSnapshot.parse(stream.named('snapshot')[0]?.data).observations).toMatchObject([
      { thing: 'station', datastreamId: pm, result: 9, phenomenonTime: '2026-11-01T11:00:00.000Z' },
    ])
    await publish('air', [observation(pm, 42)])
    await until(() => stream.named('observations').length === 1)
    expect(stream.named('observations')[0]?.data).toMatchObject({ domain: 'air', observations: [{ result: 42 }] })
    await until(() => stream.named('ledger').length >= 1)
    expect(stream.text()).toMatch(/content-type: text\/event-stream/i)
    expect(stream.text()).not.toMatch(/content-encoding/i)
    stream.close()
  })

  test('only the domains that were asked for', async () => {
    const stream = openStream('/api/v1/live?domain=energy,mobility')
    await until(() => stream.named('snapshot').length === 1)
    expect(stream.named('snapshot')[0]?.data).toMatchObject({ observations: [] })
    await publish('air', [observation(pm, 1)])
    await publish('energy', [observation(2, 2)])
    await until(() => stream.named('observations').length === 1)
    expect(stream.named('observations').map(({ data }) => data)).toMatchObject([{ domain: 'energy' }])
    stream.close()
  })

  test('what an air station says about the weather belongs to air', async () => {
    const stream = openStream('/api/v1/live?domain=air')
    await until(() => stream.named('snapshot').length === 1)
    await publish('weather', [observation(pm, 5)])
    await until(() => stream.named('observations').length === 1)
    expect(stream.named('observations')[0]?.data).toMatchObject({ domain: 'air', observations: [{ result: 5 }] })
    stream.close()
  })

  test('between two events the newest by phenomenon time is kept', async () => {
    const stream = openStream()
    await until(() => stream.named('snapshot').length === 1)
    const newer = observation(pm, 2, '2026-11-01T11:45:00Z')
    const older = observation(pm, 1, '2026-11-01T12:40:00+01:00')
    await publish('air', [newer, older])
    await until(() => stream.named('observations').length === 1)
    expect(stream.named('observations')[0]?.data).toMatchObject({ observations: [{ result: 2 }] })
    stream.close()
  })

  test('what is not understood is left out and harms nothing', async () => {
    const stream = openStream()
    await until(() => stream.named('snapshot').length === 1)
    await publisher.publishAsync('citywell/observations/air', 'nonsense')
    await publish('air', [{ ...observation(pm, 1), result: 'many' }])
    await publish('air', [observation(pm, 7)])
    await until(() => stream.named('observations').length === 1)
    expect(stream.named('observations')[0]?.data).toMatchObject({ observations: [{ result: 7 }] })
    stream.close()
  })

  // 200 messages of 500 Datastreams are some 20 MB: more than the sockets of both sides hold.
  test('a client that stalls does not grow and gets a fresh snapshot when it reads again', async () => {
    const stalled = openStream()
    const reading = openStream('/api/v1/live?domain=weather')
    await until(() => stalled.named('snapshot').length === 1)
    stalled.socket.pause()
    for (let round = 0; round < 3; round++) {
      for (let message = 0; message < 200; message++) {
        await publish(
          'air',
          Array.from({ length: 500 }, (_, n) => observation(1000 + message * 500 + n, round)),
        )
      }
      await sleep(600)
    }
    const sizeBefore = process.memoryUsage().rss
    for (let message = 0; message < 200; message++) {
      await publish(
        'air',
        Array.from({ length: 500 }, (_, n) => observation(1000 + message * 500 + n, 9)),
      )
    }
    await sleep(600)
    expect((process.memoryUsage().rss - sizeBefore) / 1e6).toBeLessThan(150)
    await publish('weather', [observation(3, 20)])
    await until(() => reading.named('observations').length === 1)
    stalled.socket.resume()
    await until(() => stalled.named('snapshot').length === 2, 20_000)
    stalled.close()
    reading.close()
  })

  test('an unknown domain is refused', async () => {
    const response = await api.app.inject('/api/v1/live?domain=fire')
    expect(response.json()).toMatchObject({ status: 400, detail: expect.stringContaining('domain = "fire"') })
  })

  test('closed streams are forgotten', async () => {
    const clients = async () => /citywell_live_clients (\d+)/.exec((await api.app.inject('/metrics')).body)?.[1]
    await until(async () => (await clients()) === '0')
    const stream = openStream()
    await until(async () => (await clients()) === '1')
    stream.close()
    await until(async () => (await clients()) === '0')
  })
})

describe('the ledger', () => {
  // The second run was killed with 3 messages in flight: they went back to the broker and are no longer counted.
  test('balances, and says what went back to the broker', async () => {
    await api.pool.query(
      `insert into ingest_ledger (run, source, updated_at, received, stored, duplicate, rejected, in_flight, observations_stored,
         last_received_at) values
         ($1, 'native', '2026-11-01T11:59:50Z', 100, 90, 4, 1, 5, 270, '2026-11-01T11:51:00Z'),
         ($2, 'native', '2026-11-01T10:00:00Z', 53, 50, 0, 0, 3, 150, '2026-11-02T10:00:00Z'),
         ($2, 'senml', '2026-11-01T10:00:00Z', 10, 8, 0, 2, 0, 8, '2026-11-01T09:59:00Z'),
         ($2, 'import', '2026-11-01T10:00:00Z', 0, 0, 0, 0, 0, 0, '2026-11-01T11:59:00Z')`,
      [randomUUID(), randomUUID()],
    )
    const ledger = ledgerResponse.parse((await api.app.inject('/api/v1/ingest/ledger')).json())
    expect(ledger.total).toMatchObject({
      received: 160,
      stored: 148,
      duplicate: 4,
      rejected: 3,
      inFlight: 5,
      balanced: true,
    })
    expect(ledger.sources).toMatchObject([
      { source: 'import', received: 0, lastReceivedAt: '2026-11-01T11:59:00.000Z' },
      { source: 'native', received: 150, stored: 140, inFlight: 5, balanced: true, observationsStored: 420 },
      { source: 'senml', received: 10, rejected: 2, balanced: true },
    ])
    expect(ledger.returnedToBroker).toBe(3)
    // not the run whose clock was a day ahead, and not an import
    expect(ledger.lastReceivedAt).toBe('2026-11-01T11:51:00.000Z')
    expect(ledger.workers).toHaveLength(1)
    expect((await api.app.inject('/metrics')).body).toContain(
      'citywell_ingest_messages{source="native",state="stored"} 140',
    )
  })
})

describe('rejected messages', () => {
  beforeAll(async () => {
    await api.pool.query(
      `insert into rejected_message (received_at, source, topic, payload, reason, full_bytes) values
         ('2026-05-31T12:00:00.123Z', 'native', 'replay/a', 'not json', 'not_json', 8),
         ('2026-05-31T12:00:01Z', 'native', '/replay/b', '\\xff00ff', 'retained_without_time', 3),
         ('2026-05-31T12:00:02Z', 'native', 'replay/c', 'beginning', 'too_large', 100000000),
         ('2026-05-31T12:00:03Z', 'senml', 'replay/d', '{}', 'unknown_unit', 2)`,
    )
  })
  const rejected = async (query = '', headers: Record<string, string> = authorized) =>
    rejectedResponse.parse((await api.app.inject({ url: `/api/v1/ingest/rejected${query}`, headers })).json())
  const replay = (payload: object, headers: Record<string, string> = authorized) =>
    api.app.inject({ method: 'POST', url: '/api/v1/ingest/rejected/replay', payload, headers })

  test('newest first, in pages, with bytes as they came', async () => {
    const first = await rejected('?limit=3')
    expect(first.messages.map(({ topic }) => topic)).toEqual(['replay/d', 'replay/c', '/replay/b'])
    expect(first.messages[2]).toMatchObject({ text: null, base64: '/wD/', bytes: 3 })
    const second = await rejected(`?limit=3&cursor=${first.next}`)
    expect(second.messages).toMatchObject([{ topic: 'replay/a', text: 'not json' }])
    expect([second.next, second.total]).toEqual([null, 4])
    expect(first.reasons).toContainEqual({ reason: 'not_json', n: 1 })
    expect(await rejected('?source=senml')).toMatchObject({ total: 1, messages: [{ topic: 'replay/d' }] })
  })

  test('without the key a message is listed with its reason, and its payload is not', async () => {
    const { messages, total } = await rejected('', {})
    expect(total).toBe(4)
    expect(messages.map(({ text, base64 }) => [text, base64])).toEqual(Array(4).fill([null, null]))
    const response = await api.app.inject({
      url: '/api/v1/ingest/rejected',
      headers: { authorization: 'Bearer wrong-key-of-somebody' },
    })
    expect(response.statusCode).toBe(401)
  })

  test('a page is bounded in bytes, and next goes on behind it', async () => {
    await api.pool.query(
      `insert into rejected_message (received_at, source, topic, payload, reason, full_bytes)
       select now(), 'large', 'large/' || n, decode(repeat('61', 1000000), 'hex'), 'not_json', 1000000 from generate_series(1, 4) n`,
    )
    const first = await rejected('?source=large&limit=500')
    expect(first.messages.map(({ topic }) => topic)).toEqual(['large/4'])
    const second = await rejected(`?source=large&limit=500&cursor=${first.next}`)
    expect(second.messages.map(({ topic }) => topic)).toEqual(['large/3'])
    expect((await rejected('?source=large&limit=500', {})).messages).toHaveLength(4)
    await api.pool.query(`delete from rejected_message where source = 'large'`)
  })

  test('a bad cursor is refused by name', async () => {
    expect((await api.app.inject('/api/v1/ingest/rejected?cursor=abc')).json().detail).toMatch(/^cursor: "abc"/)
  })

  test('replay needs the key', async () => {
    expect((await replay({}, {})).json()).toMatchObject({ status: 401, code: 'KEY_REQUIRED' })
  })

  test('replay publishes the raw bytes, once, with topic and time of arrival; truncated ones are left alone', async () => {
    const heard: [string, string][] = []
    publisher.on('message', (topic, payload) => heard.push([topic, payload.toString('hex')]))
    await publisher.subscribeAsync('citywell/replay/#', { qos: 1 })
    expect((await replay({ source: 'native' })).json()).toEqual({ replayed: 2, skippedTruncated: 1 })
    await until(() => heard.length === 2)
    expect(new Map(heard)).toEqual(
      new Map([
        ['citywell/replay/1780228800123/replay/a', Buffer.from('not json').toString('hex')],
        ['citywell/replay/1780228801000r//replay/b', 'ff00ff'],
      ]),
    )
    expect((await replay({ source: 'native' })).json()).toEqual({ replayed: 0, skippedTruncated: 1 })
    const { messages } = await rejected('?reason=not_json')
    expect(messages.length).toBe(1)
    expect(messages.every(({ replayedAt }) => replayedAt === '2026-11-01T12:00:00.000Z')).toBe(true)
  })

  test('by id, a message may be replayed again', async () => {
    const { messages } = await rejected('?reason=unknown_unit')
    const ids = messages.map(({ id }) => id)
    expect((await replay({ ids })).json()).toEqual({ replayed: 1, skippedTruncated: 0 })
    expect((await replay({ ids })).json()).toEqual({ replayed: 1, skippedTruncated: 0 })
    expect((await replay({ ids: ['12; drop'] })).json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  })
})

test('streams from one address are bounded, and a closed one makes room', { timeout: 60_000 }, async () => {
  const streams = Array.from({ length: 55 }, () => openStream())
  await until(() => streams.filter(({ text }) => text().includes('503')).length >= 5)
  const refused = streams.filter(({ text }) => text().includes('503'))
  expect(refused[0]?.text()).toContain('TOO_MANY_CLIENTS')
  expect(streams.length - refused.length).toBeLessThanOrEqual(50)
  for (const { socket } of streams) socket.destroy()
  await until(async () => {
    const next = openStream()
    await until(() => next.text().includes('\r\n\r\n'))
    const open = next.text().startsWith('HTTP/1.1 200')
    next.socket.destroy()
    return open
  })
})

// Last, because it ends what the others use.
test('a stop ends open streams at once', async () => {
  const stream = openStream()
  await until(() => stream.named('snapshot').length === 1)
  const ended = new Promise((resolve) => stream.socket.once('close', resolve))
  await api.app.close()
  await ended
})
