import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EmbeddedBroker, type EmbeddedBrokerOptions, openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { openJournal } from '#infra/embedded/broker/journal.ts'
import { encodeMessage, MARK } from '#infra/embedded/broker/journal-records.ts'

const opened: { close(): unknown }[] = []
let folder = ''
let journal = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'citywell-broker-'))
  journal = join(folder, 'broker', 'journal')
})
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
  rmSync(folder, { recursive: true, force: true })
})

const INGEST = { clientId: 'ingest', filters: ['city/#'] }

async function open(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
  const broker = await openEmbeddedBroker({ port: 0, journal, syncToDisk: false, ...options })
  opened.push(broker)
  return broker
}

async function client(broker: EmbeddedBroker, options: IClientOptions = {}): Promise<MqttClient> {
  const connected = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0, ...options })
  connected.on('error', () => {})
  opened.push({ close: () => connected.end(true) })
  return connected
}

/** Connects and collects; the handler is there before the connection, or the first messages have none. */
async function collect(broker: EmbeddedBroker, clientId: string, filters: string[] = []) {
  const texts: string[] = []
  const subscriber = mqtt.connect(broker.url, { reconnectPeriod: 0, clientId, clean: false })
  opened.push({ close: () => subscriber.end(true) })
  subscriber.on('error', () => {})
  subscriber.on('message', (_, payload) => texts.push(payload.toString()))
  await new Promise((resolve) => subscriber.once('connect', resolve))
  if (filters.length > 0) await subscriber.subscribeAsync(filters, { qos: 1 })
  return { subscriber, texts }
}

const until = async (condition: () => boolean, limitMs = 30_000) => {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > limitMs) throw new Error('it did not happen in time')
    await sleep(10)
  }
}
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`)

test('what is published before a known client was ever there is kept for it, over a restart, once', async () => {
  const first = await open({ sessions: [INGEST] })
  const publisher = await client(first)
  await Promise.all(numbers(0, 20).map((text) => publisher.publishAsync('city/air/a', text, { qos: 1 })))
  await publisher.publishAsync('elsewhere', 'not ours', { qos: 1 })
  await first.close()

  const second = await open({ sessions: [INGEST] })
  const again = await client(second)
  await Promise.all(numbers(20, 40).map((text) => again.publishAsync('city/air/a', text, { qos: 1 })))
  const { texts, subscriber } = await collect(second, 'ingest', ['city/#'])
  await until(() => texts.length === 40)
  await again.publishAsync('city/air/a', 'live', { qos: 1 })
  await until(() => texts.length === 41)
  expect(texts).toEqual([...numbers(0, 40), 'live'])
  await subscriber.endAsync()
  await second.close()
  expect(statSync(journal).size).toBeLessThan(10_000)

  const third = await open({ sessions: [INGEST] })
  const after = await collect(third, 'ingest')
  await sleep(100)
  expect(after.texts).toEqual([])
})

test('a session that the broker was not told of has its messages back when its client connects again', async () => {
  const first = await open()
  const { subscriber } = await collect(first, 'app', ['city/#'])
  await subscriber.endAsync()
  await (await client(first)).publishAsync('city/air/a', 'missed', { qos: 1 })
  await first.close()
  const { texts } = await collect(await open(), 'app')
  await until(() => texts.length === 1)
  expect(texts).toEqual(['missed'])
})

test('a clean session ends the one before it, in the journal too', async () => {
  const first = await open({ sessions: [INGEST] })
  await (await client(first)).publishAsync('city/air/a', 'old', { qos: 1 })
  await client(first, { clientId: 'ingest', clean: true })
  await first.close()
  const { texts } = await collect(await open({ sessions: [INGEST] }), 'ingest')
  await sleep(100)
  expect(texts).toEqual([])
})

test('PUBACK comes when the message can be read back from the file', async () => {
  const broker = await open({ sessions: [INGEST] })
  const publisher = await client(broker)
  for (const text of numbers(0, 10)) {
    await publisher.publishAsync('city/air/a', text, { qos: text === '5' ? 2 : 1 })
    // a second reader of the same file, as after a crash at this moment
    const copy = join(folder, 'copy', text)

    cpSync(journal, copy)
    const reader = await openJournal({ path: copy })
    expect([...reader.pending].map(({ payload }) => payload.toString())).toEqual(numbers(0, Number(text) + 1))
    await reader.close()
  }
})

test('a known client’s full queue: publishers wait, and nothing is dropped', async () => {
  const warnings: string[] = []
  const broker = await open({
    sessions: [INGEST],
    limits: { queueMessages: 5 },
    log: { warn: (line) => warnings.push(line) },
  })
  const publisher = await client(broker)
  let acknowledged = 0
  const all = numbers(0, 20).map(async (text) => {
    // one after the other, or what comes in one turn is accepted together
    await sleep(Number(text) * 10)
    await publisher.publishAsync('city/air/a', text, { qos: 1 })
    acknowledged += 1
  })
  await until(() => acknowledged === 5)
  await sleep(500)
  expect(acknowledged).toBe(5)
  const { texts } = await collect(broker, 'ingest')
  await Promise.all(all)
  await until(() => texts.length === 20)
  // aedes sends new messages while it still sends the ones that waited
  expect(new Set(texts)).toEqual(new Set(numbers(0, 20)))
  expect(warnings).toEqual([])
})

test('QoS 0, 1 and 2, retained or not, with and without a subscriber that is kept, all arrive', async () => {
  const broker = await open({ sessions: [INGEST], syncToDisk: true })
  const { texts } = await collect(broker, 'ingest', ['city/#'])
  const publisher = await client(broker)
  await Promise.all(
    numbers(0, 900).map((text) => {
      const n = Number(text)
      const topic = n % 10 === 9 ? 'elsewhere' : `city/air/${n % 7}`
      return publisher.publishAsync(topic, text, { qos: (n % 3) as 0 | 1 | 2, retain: n % 6 === 1 })
    }),
  )
  await until(() => new Set(texts).size === 810)
  expect(texts.length).toBe(810)
})

test('after seven days only the messages of known clients are still there', async () => {
  const days = (count: number) => Date.now() - count * 24 * 3_600_000
  const clients = ['ingest', 'app']
  const kept = [8, 6].map((age, n) =>
    encodeMessage({
      ...{ number: n + 1, at: days(age), topic: 'city/air/a', qos: 1, clients: new Set(clients) },
      payload: Buffer.from(`${age} days`),
    }),
  )
  mkdirSync(join(folder, 'broker'))
  writeFileSync(journal, Buffer.concat([MARK, ...kept]))
  const broker = await open({ sessions: [INGEST] })
  const [ingest, app] = await Promise.all(clients.map((id) => collect(broker, id)))
  await until(() => ingest?.texts.length === 2 && app?.texts.length === 1)
  expect([ingest?.texts, app?.texts]).toEqual([['8 days', '6 days'], ['6 days']])
})

test('a will at QoS 1 is kept like a message', async () => {
  const first = await open({ sessions: [INGEST] })
  const will = { topic: 'city/air/a', payload: Buffer.from('gone'), qos: 1 as const, retain: false }
  const dying = await client(first, { will })
  dying.stream.destroy()
  await sleep(100)
  await first.close()
  const { texts } = await collect(await open({ sessions: [INGEST] }), 'ingest')
  await until(() => texts.length === 1)
  expect(texts).toEqual(['gone'])
})

test('one process at a time uses the folder of a journal', async () => {
  await open()
  await expect(open()).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' })
})

test('a client that tries MQTT 5 first is no reason to warn', async () => {
  const warnings: string[] = []
  const debug: string[] = []
  const broker = await open({ log: { warn: (line) => warnings.push(line), debug: (line) => debug.push(line) } })
  // Unsupported Protocol Version (MQTT 5, 3.2.2.2)
  await expect(client(broker, { protocolVersion: 5 })).rejects.toMatchObject({ code: 0x84 })
  await until(() => debug.length > 0)
  expect(debug).toEqual([expect.stringContaining('MQTT 5 is not supported')])
  expect(warnings).toEqual([])
})
