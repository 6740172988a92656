/** MQTT 3.1.1: the QoS of a delivery is the lower of the message's and the highest granted one [MQTT-3.3.5-1, 3.8.4-6]. */
import { connect as connectSocket } from 'node:net'
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { generate, type Packet, parser } from 'mqtt-packet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedBroker, openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'

type Qos = 0 | 1 | 2
const QOS = [0, 1, 2] as const
const TOPIC = 'city/air/a'
/** what is subscribed to, and the highest QoS among what matches TOPIC */
const SUBSCRIPTIONS: readonly { readonly filters: Readonly<Record<string, Qos>>; readonly granted: Qos }[] = [
  ...QOS.flatMap((qos) =>
    [TOPIC, 'city/+/a', '#'].map((filter) => ({ filters: { [filter]: qos } as Record<string, Qos>, granted: qos })),
  ),
  { filters: { [TOPIC]: 0, 'city/#': 2 }, granted: 2 },
  { filters: { [TOPIC]: 1, '#': 2 }, granted: 2 },
  { filters: { '#': 0, 'city/#': 1, 'city/+/a': 0 }, granted: 1 },
  { filters: { 'city/#': 1, 'other/#': 2 }, granted: 1 },
]
const lower = (published: Qos, granted: Qos): Qos => Math.min(published, granted) as Qos

let broker: EmbeddedBroker
let publisher: MqttClient
const clients: MqttClient[] = []

async function connect(options: IClientOptions): Promise<{ client: MqttClient; got: string[] }> {
  const client = mqtt.connect(broker.url, { reconnectPeriod: 0, ...options })
  const got: string[] = []
  client.on('message', (_topic, payload, packet: IPublishPacket) => got.push(`${payload} at ${packet.qos}`))
  clients.push(client)
  await new Promise((resolve) => client.once('connect', resolve))
  return { client, got }
}
const subscribe = (client: MqttClient, filters: Readonly<Record<string, Qos>>): Promise<unknown> =>
  client.subscribeAsync(Object.fromEntries(Object.entries(filters).map(([filter, qos]) => [filter, { qos }])))
const publishAll = async (retain = false): Promise<void> => {
  for (const qos of QOS) await publisher.publishAsync(TOPIC, `sent at ${qos}`, { qos, retain })
}

beforeAll(async () => {
  broker = await openEmbeddedBroker({ port: 0 })
  publisher = (await connect({})).client
})
afterAll(async () => {
  for (const client of clients) client.end(true)
  await broker.close()
})

describe('each message once, at the lower QoS of message and subscriptions', () => {
  test.each(SUBSCRIPTIONS.flatMap((each) => [true, false].map((clean) => ({ ...each, clean }))))(
    'connected: $filters, clean session $clean',
    async ({ filters, granted, clean }) => {
      const { client, got } = await connect({ clean, clientId: `connected ${JSON.stringify(filters)} ${clean}` })
      await subscribe(client, filters)
      await publishAll()
      await expect
        .poll(() => [...got].sort())
        .toEqual(QOS.map((published) => `sent at ${published} at ${lower(published, granted)}`))
      await client.endAsync()
    },
  )

  test.each(SUBSCRIPTIONS.filter(({ granted }) => granted > 0))(
    'while away: $filters',
    async ({ filters, granted }) => {
      const options = { clean: false, clientId: `away ${JSON.stringify(filters)}` }
      const first = await connect(options)
      await subscribe(first.client, filters)
      await first.client.endAsync()
      await publishAll()
      const { got, client } = await connect(options)
      // QoS 0 is not kept for a client that is disconnected
      const kept = [1, 2] as const
      await expect
        .poll(() => [...got].sort())
        .toEqual(kept.map((published) => `sent at ${published} at ${lower(published, granted)}`))
      await client.endAsync()
    },
  )

  test.each(SUBSCRIPTIONS.flatMap((each) => QOS.map((published) => ({ ...each, published }))))(
    'retained at $published: $filters',
    async ({ filters, granted, published }) => {
      await publisher.publishAsync(TOPIC, 'kept', { qos: published, retain: true })
      for (const clean of [true, false]) {
        const { client, got } = await connect({
          clean,
          clientId: `retained ${published} ${JSON.stringify(filters)} ${clean}`,
        })
        await subscribe(client, filters)
        await expect.poll(() => new Set(got)).toEqual(new Set([`kept at ${lower(published, granted)}`]))
        await client.endAsync()
      }
      await publisher.publishAsync(TOPIC, '', { retain: true })
    },
  )
})

test('retained messages do not take identifiers that are in use: acknowledging them settles none of the others', async () => {
  const clientId = 'identifiers'
  for (let n = 0; n < 50; n += 1) await publisher.publishAsync(`kept/${n}`, `kept ${n}`, { qos: 1, retain: true })
  const socket = connectSocket(broker.port, '127.0.0.1')
  const packets = parser()
  const seen: string[] = []
  const send = (packet: Packet): boolean => socket.write(generate(packet))
  packets.on('packet', (packet) => {
    seen.push(packet.cmd)
    if (packet.cmd === 'publish' && packet.topic.startsWith('kept'))
      send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
  })
  socket.on('data', (bytes) => packets.parse(bytes))
  const count = (cmd: string): number => seen.filter((each) => each === cmd).length
  send({ cmd: 'connect', clientId, clean: false, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 })
  await expect.poll(() => count('connack')).toBe(1)
  send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'live/#', qos: 1 }] })
  await expect.poll(() => count('suback')).toBe(1)
  for (let n = 0; n < 50; n += 1) await publisher.publishAsync(`live/${n}`, `live ${n}`, { qos: 1 })
  await expect.poll(() => count('publish')).toBe(50)
  // twice through the identifiers that are in use
  for (const messageId of [2, 3]) send({ cmd: 'subscribe', messageId, subscriptions: [{ topic: 'kept/#', qos: 1 }] })
  await expect.poll(() => count('publish')).toBe(150)
  socket.destroy()
  const { got, client } = await connect({ clean: false, clientId })
  await expect.poll(() => got.filter((text) => text.startsWith('live')).length).toBe(50)
  await client.endAsync()
})
