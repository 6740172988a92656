import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { generate } from 'mqtt-packet'
import { afterEach, describe, expect, test } from 'vitest'
import { openMqttSource } from '#api/live/mqtt-source.ts'
import { type EmbeddedBroker, type EmbeddedBrokerOptions, openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { createLog } from '#infra/runtime/log.ts'
import { openPublisher } from '#ingest/import/publisher.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

async function open(options: EmbeddedBrokerOptions = {}): Promise<{ broker: EmbeddedBroker; warnings: string[] }> {
  const warnings: string[] = []
  const broker = await openEmbeddedBroker({ port: 0, log: { warn: (line) => warnings.push(line) }, ...options })
  opened.push(broker)
  return { broker, warnings }
}
async function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  // 3.1.1: the package would otherwise be refused once for MQTT 5
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, protocolVersion: 4, ...options }, false)
  client.on('error', () => {})
  opened.push({ close: () => client.end(true) })
  return client
}
const closed = (client: MqttClient): Promise<unknown> =>
  new Promise<void>((resolve) => client.once('close', () => resolve()))

const credentials = { username: 'devices', password: 'twelve:chars/or more' }

describe('beyond loopback', () => {
  test.each(['0.0.0.0', '::', '192.168.1.5', 'broker.example', '0'])(
    'no broker without credentials: %s',
    async (host) => {
      await expect(openEmbeddedBroker({ port: 0, host })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/MQTT_HOST.*MQTT_USERNAME.*MQTT_PASSWORD/),
      })
    },
  )

  test('every client needs them; the city has its own', async () => {
    const { broker } = await open({ host: '0.0.0.0', credentials })
    for (const login of [
      {},
      { username: 'devices' },
      { username: 'devices', password: 'twelve:chars/or mor' },
      { username: 'Devices', password: credentials.password },
      { username: 'citywell', password: credentials.password },
    ])
      await expect(connect(broker.publicUrl, login)).rejects.toMatchObject({ code: 4 })
    expect(broker.refused.get('credentials')).toBe(5)
    await connect(broker.publicUrl, credentials)
    await connect(broker.url, { clientId: 'citywell-ingest' })
  })

  test('an import from another process presents them, whatever characters they have', async () => {
    const { broker } = await open({ host: '0.0.0.0', credentials })
    const [username, password] = [credentials.username, credentials.password].map(encodeURIComponent)
    const publisher = await openPublisher(broker.publicUrl.replace('//', `//${username}:${password}@`))
    opened.push(publisher)
    await publisher.publish('import/table/a', '{}')
    await publisher.drain()
    expect(publisher.acknowledged).toBe(1)
  })

  test('so does the live feed', async () => {
    const { broker } = await open({ host: '0.0.0.0', credentials })
    const [username, password] = [credentials.username, credentials.password].map(encodeURIComponent)
    const url = broker.publicUrl.replace('//', `//${username}:${password}@`)
    const live = openMqttSource({ url, log: createLog('test', 'silent') })
    opened.push(live)
    await expect.poll(() => live.subscribed()).toBe(true)
  })
})

describe('what is reserved for the city', () => {
  test('its client identifiers: its session and queue are not taken over', async () => {
    const sessions = [{ clientId: 'citywell-ingest', filters: ['city/#'] }]
    const { broker, warnings } = await open({ sessions })
    const worker = await connect(broker.url, { clientId: 'citywell-ingest', clean: false })
    const got: string[] = []
    worker.on('message', (_topic, payload) => got.push(payload.toString()))
    for (const clean of [true, false])
      for (let n = 0; n < 3; n += 1)
        await expect(
          connect(broker.publicUrl, {
            clientId: 'citywell-ingest',
            clean,
            will: { topic: 'city/a', payload: Buffer.from('will'), qos: 1, retain: false },
          }),
        ).rejects.toMatchObject({ code: 5 })
    await (await connect(broker.publicUrl)).publishAsync('city/a', 'a', { qos: 1 })
    await expect.poll(() => got).toEqual(['a'])
    expect(worker.connected).toBe(true)
    expect(broker.refused.get('client_id')).toBe(6)
    expect(warnings.filter((line) => line.includes('citywell-ingest'))).toHaveLength(1)
  })

  test.each([0, 1, 2] as const)(
    'its topics, at QoS %i: the connection is closed, nobody gets the message',
    async (qos) => {
      const { broker, warnings } = await open()
      const reader = await connect(broker.publicUrl)
      const got: string[] = []
      reader.on('message', (topic) => got.push(topic))
      await reader.subscribeAsync('#', { qos: 1 })
      const topics = [
        'citywell/observations/air',
        'citywell/replay/1/city/a',
        '$SYS/broker/x',
        '$SYS',
        '$share/g/city/a',
        '$queue/a',
      ]
      for (const topic of topics) {
        const stranger = await connect(broker.publicUrl, { clientId: 'stranger' })
        const end = closed(stranger)
        stranger.publish(topic, 'x', { qos, retain: true })
        await end
      }
      const city = await connect(broker.url)
      await city.publishAsync('citywell/observations/air', 'x', { qos })
      await expect.poll(() => got).toEqual(['citywell/observations/air'])
      expect(broker.refused.get('topic')).toBe(topics.length)
      expect(warnings.filter((line) => line.includes('stranger'))).toHaveLength(1)
    },
  )

  test.each(['$share/citywell/city/#', '$share//city/#', '$queue/city/#', 'a#', 'a\u0001'])(
    'a subscription that would never get a message is refused, and the others of the packet are granted: %j',
    async (filter) => {
      const { broker, warnings } = await open()
      const stranger = await connect(broker.publicUrl, { clientId: 'stranger' })
      // mqtt.js checks filters itself, and rejects where one is refused
      const granted = new Promise<unknown>((resolve) =>
        stranger.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted)),
      )
      const subscriptions = [filter, 'city/b'].map((topic) => ({ topic, qos: 1 as const }))
      stranger.stream.write(generate({ cmd: 'subscribe', messageId: 9, subscriptions }))
      expect(await granted).toEqual([128, 1])
      expect(broker.refused.get('topic')).toBe(1)
      expect(warnings).toEqual([expect.stringContaining('stranger')])
    },
  )

  test('as a will too', async () => {
    const { broker } = await open()
    const reader = await connect(broker.publicUrl)
    const got: string[] = []
    reader.on('message', (topic) => got.push(topic))
    await reader.subscribeAsync('#', { qos: 1 })
    const will = (topic: string) => ({ topic, payload: Buffer.from('x'), qos: 1 as const, retain: true })
    for (const topic of ['citywell/observations/air', 'city/last'])
      (await connect(broker.publicUrl, { will: will(topic) })).stream.destroy()
    await expect.poll(() => got).toEqual(['city/last'])
    await sleep(50)
    expect(got).toEqual(['city/last'])
    expect(broker.refused.get('topic')).toBe(1)
  })
})

test('what is replayed reaches the city alone, whatever others subscribe to', async () => {
  const { broker } = await open()
  const [city, stranger] = [await connect(broker.url), await connect(broker.publicUrl)]
  const heard = { city: [] as string[], stranger: [] as string[] }
  city.on('message', (topic) => heard.city.push(topic))
  stranger.on('message', (topic) => heard.stranger.push(topic))
  for (const qos of [0, 1, 2] as const) {
    await city.subscribeAsync(['#', 'citywell/replay/#'], { qos })
    await stranger.subscribeAsync(['#', 'citywell/replay/#', 'citywell/replay/1/a'], { qos })
    for (const topic of ['citywell/replay/1/a', `city/air/${qos}`]) await city.publishAsync(topic, 'x', { qos })
  }
  for (let waited = 0; heard.stranger.length < 3 && waited < 5_000; waited += 20) await sleep(20)
  expect(heard.stranger).toEqual(['city/air/0', 'city/air/1', 'city/air/2'])
  expect(heard.city.filter((topic) => topic.startsWith('citywell/replay/'))).toHaveLength(3)
})
