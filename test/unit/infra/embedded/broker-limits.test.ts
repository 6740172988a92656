import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { type EmbeddedBroker, type EmbeddedBrokerOptions, openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

const warnings: string[] = []
async function open(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  warnings.length = 0
  const broker = await openEmbeddedBroker({ port: 0, log: { warn: (line) => warnings.push(line) }, ...options })
  opened.push(broker)
  return broker
}
async function connect(url: string, options: IClientOptions = {}): Promise<{ client: MqttClient; got: string[] }> {
  const client = mqtt.connect(url, { reconnectPeriod: 0, protocolVersion: 4, ...options })
  const got: string[] = []
  client.on('message', (topic, payload) => got.push(`${topic} ${payload.length}`))
  opened.push({ close: () => client.end(true) })
  await new Promise<void>((resolve, reject) => client.once('connect', () => resolve()).once('error', reject))
  client.on('error', () => {})
  return { client, got }
}
const KB = Buffer.alloc(1_000)

test('retained bytes in total: further messages are delivered, not retained; room that becomes free is used', async () => {
  const broker = await open({ limits: { retainedBytes: 3_700 } }) // three of 1,000 bytes with topic and overhead
  const { client, got } = await connect(broker.publicUrl)
  await client.subscribeAsync('city/#', { qos: 1 })
  const retain = (name: string, payload = KB) => client.publishAsync(`city/${name}`, payload, { qos: 1, retain: true })
  for (let n = 1; n <= 5; n += 1) await retain(`${n}`)
  await expect.poll(() => got.length).toBe(5)
  const kept = async (): Promise<string[]> => {
    const late = await connect(broker.publicUrl)
    await late.client.subscribeAsync('city/#', { qos: 1 })
    await sleep(50)
    return late.got.sort()
  }
  expect(await kept()).toEqual(['city/1 1000', 'city/2 1000', 'city/3 1000'])
  expect(broker.refused.get('retained')).toBe(2)
  await retain('2', Buffer.alloc(0))
  await retain('5')
  // A message that does not fit supersedes what its topic retained.
  await retain('1', Buffer.alloc(2_000))
  expect(await kept()).toEqual(['city/3 1000', 'city/5 1000'])
  expect(broker.refused.get('retained')).toBe(3)
})

test('bytes of one session, and of all together: what is beyond them is dropped, and is logged', async () => {
  const broker = await open({ limits: { queueBytes: 5_000, allQueuesBytes: 8_000 } })
  const session = async (clientId: string) => {
    const each = await connect(broker.publicUrl, { clientId, clean: false })
    return each
  }
  for (const name of ['a', 'b', 'c']) {
    const { client } = await session(name)
    await client.subscribeAsync(`city/${name}`, { qos: 1 })
    await client.endAsync()
  }
  const { client } = await connect(broker.publicUrl)
  for (const name of ['a', 'b', 'c'])
    for (let n = 0; n < 10; n += 1) await client.publishAsync(`city/${name}`, KB, { qos: 1 })
  const received: number[] = []
  for (const name of ['a', 'b', 'c']) {
    const { got, client: back } = await session(name)
    await sleep(100)
    received.push(got.length)
    await back.endAsync()
  }
  // 1,206 bytes each: a session takes another one while it holds less than 5,000, all of them while they hold less than 8,000
  expect(received).toEqual([5, 2, 0])
  expect(warnings.join()).toMatch(/dropped for MQTT client a, whose queue is full/)
})

test('the city’s own session drops nothing: publishers wait', async () => {
  const sessions = [{ clientId: 'citywell-ingest', filters: ['city/#'] }]
  const broker = await open({ sessions, limits: { cityQueueBytes: 5_000, queueBytes: 1, allQueuesBytes: 1 } })
  const { client } = await connect(broker.publicUrl)
  let acknowledged = 0
  const publish = async (): Promise<void> => {
    for (; acknowledged < 20; acknowledged += 1) await client.publishAsync('city/a', KB, { qos: 1 })
  }
  const all = publish()
  await expect.poll(() => acknowledged).toBe(5)
  await sleep(100)
  expect(acknowledged).toBe(5)
  const { got } = await connect(broker.url, { clientId: 'citywell-ingest', clean: false })
  await all
  await expect.poll(() => got.length).toBe(20)
})

test('numbers of clients and of persistent sessions: the city’s own always get in', async () => {
  const broker = await open({ limits: { connections: 3, sessions: 1 } })
  const first = await connect(broker.publicUrl, { clientId: 'kept', clean: false })
  await expect(connect(broker.publicUrl, { clientId: 'another', clean: false })).rejects.toMatchObject({ code: 3 })
  await connect(broker.publicUrl)
  const third = await connect(broker.publicUrl)
  await expect(connect(broker.publicUrl)).rejects.toMatchObject({ code: 3 })
  await connect(broker.url, { clientId: 'citywell-ingest', clean: false })
  await third.client.endAsync()
  await first.client.endAsync()
  await sleep(50)
  await connect(broker.publicUrl, { clientId: 'kept', clean: false })
  await connect(broker.publicUrl)
  expect([broker.refused.get('connections'), broker.refused.get('sessions')]).toEqual([1, 1])
})
