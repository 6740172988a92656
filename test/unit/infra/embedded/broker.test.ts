import { connect as connectSocket, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { generate, parser } from 'mqtt-packet'
import { afterEach, describe, expect, test } from 'vitest'
import { type EmbeddedBroker, openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'

const opened: { close(): unknown }[] = []

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

async function open(options = {}): Promise<EmbeddedBroker> {
  const broker = await openEmbeddedBroker({ port: 0, ...options })
  opened.push(broker)
  return broker
}

async function client(broker: EmbeddedBroker, options: IClientOptions = {}): Promise<MqttClient> {
  const connected = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0, ...options })
  connected.on('error', () => {})
  opened.push({ close: () => connected.end(true) })
  return connected
}

const until = async (condition: () => boolean, limitMs = 30_000) => {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > limitMs) throw new Error('it did not happen in time')
    await sleep(10)
  }
}

/** A subscriber that decides itself when it acknowledges; it does not use a client library. */
async function lateSubscriber(broker: EmbeddedBroker, clientId: string, onMessage: (id: number, text: string) => void) {
  const socket = connectSocket(broker.port, '127.0.0.1')
  opened.push({ close: () => socket.destroy() })
  const packets = parser()
  const subscribed = new Promise<void>((resolve) => {
    packets.on('packet', (packet) => {
      if (packet.cmd === 'connack') {
        socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'city/#', qos: 1 }] }))
      }
      if (packet.cmd === 'suback') resolve()
      if (packet.cmd === 'publish') onMessage(packet.messageId ?? 0, packet.payload.toString())
    })
  })
  socket.on('data', (bytes) => packets.parse(bytes))
  socket.on('error', () => {})
  socket.write(
    generate({ cmd: 'connect', clientId, clean: false, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 }),
  )
  await subscribed
  return {
    socket,
    acknowledge: (ids: number[]) =>
      socket.write(Buffer.concat(ids.map((messageId) => generate({ cmd: 'puback', messageId })))),
  }
}

describe('port', () => {
  test('one that is taken is named, with what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    opened.push({ close: () => new Promise((resolve) => server.close(resolve)) })
    const { port } = server.address() as { port: number }
    await expect(openEmbeddedBroker({ port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringMatching(new RegExp(`${port}.*MQTT_PORT`)),
    })
  })

  test('is free again right after close, with clients connected', async () => {
    const first = await openEmbeddedBroker({ port: 0 })
    await client(first)
    connectSocket(first.port, '127.0.0.1').on('error', () => {})
    await sleep(20)
    await first.close()
    await open({ port: first.port })
  })
})

describe('QoS 1', () => {
  test('20,000 messages reach a subscriber that acknowledges every 500 or after 200 ms, each once', async () => {
    const broker = await open()
    const received = new Map<string, number>()
    let waiting: number[] = []
    const flush = () => {
      if (waiting.length > 0) subscriber.acknowledge(waiting)
      waiting = []
    }
    const subscriber = await lateSubscriber(broker, 'late', (id, text) => {
      received.set(text, (received.get(text) ?? 0) + 1)
      waiting.push(id)
      if (waiting.length >= 500) flush()
    })
    const timer = setInterval(flush, 200)
    const publisher = await client(broker)
    await Promise.all(
      Array.from({ length: 20_000 }, (_, n) => publisher.publishAsync(`city/air/${n % 400}`, `${n}`, { qos: 1 })),
    )
    await until(() => received.size === 20_000)
    await sleep(300)
    clearInterval(timer)
    expect([...received.values()].every((times) => times === 1)).toBe(true)
  }, 20_000)

  test('what was not acknowledged comes again after a reconnect, marked as a duplicate; the rest does not', async () => {
    const broker = await open()
    const first: [number, string][] = []
    const subscriber = await lateSubscriber(broker, 'again', (id, text) => first.push([id, text]))
    const publisher = await client(broker)
    for (let n = 0; n < 10; n++) await publisher.publishAsync('city/air/a', `${n}`, { qos: 1 })
    await until(() => first.length === 10)
    subscriber.acknowledge(first.slice(0, 4).map(([id]) => id))
    await sleep(50)
    subscriber.socket.destroy()
    await sleep(50)
    await publisher.publishAsync('city/air/a', 'while away', { qos: 1 })
    const second: string[] = []
    await lateSubscriber(broker, 'again', (_, text) => second.push(text))
    await until(() => second.length >= 7)
    await sleep(50)
    expect(second).toEqual(['4', '5', '6', '7', '8', '9', 'while away'])
  })

  test('QoS 0 and QoS 1 messages of one client all arrive', async () => {
    const broker = await open()
    const received = new Set<string>()
    const subscriber = await client(broker, { clean: false, clientId: 'mixed' })
    subscriber.on('message', (_, payload) => received.add(payload.toString()))
    await subscriber.subscribeAsync('city/#', { qos: 1 })
    const publisher = await client(broker)
    await Promise.all(
      Array.from({ length: 2_000 }, (_, n) =>
        publisher.publishAsync('city/air/a', `${n}`, { qos: n % 2 === 0 ? 1 : 0 }),
      ),
    )
    await until(() => received.size === 2_000)
  })

  test('overlapping subscriptions deliver once', async () => {
    const broker = await open()
    const received: string[] = []
    const subscriber = await client(broker)
    subscriber.on('message', (_, payload) => received.push(payload.toString()))
    await subscriber.subscribeAsync(['city/#', 'city/air/+'], { qos: 1 })
    const publisher = await client(broker)
    await publisher.publishAsync('city/air/a', 'x', { qos: 1 })
    await sleep(100)
    expect(received).toEqual(['x'])
  })

  test('a session whose client stays away keeps a bounded number of messages, and says what it drops', async () => {
    const warnings: string[] = []
    const broker = await open({ limits: { queueMessages: 5 }, log: { warn: (line: string) => warnings.push(line) } })
    const subscriber = await lateSubscriber(broker, 'away', () => {})
    subscriber.socket.destroy()
    await sleep(50)
    const publisher = await client(broker)
    for (let n = 0; n < 8; n++) await publisher.publishAsync('city/air/a', `${n}`, { qos: 1 })
    const received: string[] = []
    await lateSubscriber(broker, 'away', (_, text) => received.push(text))
    await until(() => received.length === 5)
    expect(received).toEqual(['0', '1', '2', '3', '4'])
    expect(warnings).toContainEqual(expect.stringContaining('dropped for MQTT client away'))
  })
})

describe('packets that are too large', () => {
  test('end their own connection before they are read, and nobody else’s', async () => {
    const warnings: string[] = []
    const broker = await open({ log: { warn: (line: string) => warnings.push(line) } })
    const other = await client(broker)
    const socket = connectSocket(broker.port, '127.0.0.1')
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    socket.write(
      generate({ cmd: 'connect', clientId: 'big', clean: true, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 }),
    )
    await new Promise((resolve) => socket.once('data', resolve))
    // PUBLISH that announces 100 MB, of which 64 kB are sent
    socket.write(Buffer.concat([Buffer.from([0x30, 0x80, 0xc2, 0xd7, 0x2f]), Buffer.alloc(65_536)]))
    await ended
    expect(warnings.join()).toContain('100000000 bytes')
    const echoed = new Promise((resolve) => other.once('message', resolve))
    await other.subscribeAsync('city/#')
    await other.publishAsync('city/air/a', 'still here')
    await echoed
  })

  test('a packet below the limit goes through', async () => {
    const broker = await open()
    const subscriber = await client(broker)
    const size = new Promise<number>((resolve) => subscriber.once('message', (_, payload) => resolve(payload.length)))
    await subscriber.subscribeAsync('city/#')
    await (await client(broker)).publishAsync('city/air/a', Buffer.alloc(10_000_000), { qos: 1 })
    expect(await size).toBe(10_000_000)
  })
})

test('garbage instead of MQTT ends the connection', async () => {
  const broker = await open()
  const socket = connectSocket(broker.port, '127.0.0.1')
  socket.on('error', () => {})
  const ended = new Promise((resolve) => socket.once('close', resolve))
  socket.write('GET / HTTP/1.1\r\n\r\n')
  await ended
})

test('a persistent session without a name is refused by CONNACK 2 [MQTT-3.1.3-8]; a clean one gets a name', async () => {
  const broker = await open()
  const codes: number[] = []
  for (const clean of [false, true]) {
    const socket = connectSocket(broker.port, '127.0.0.1')
    opened.push({ close: () => socket.destroy() })
    const packets = parser()
    packets.on('packet', (packet) => packet.cmd === 'connack' && codes.push(packet.returnCode ?? -1))
    socket.on('data', (bytes) => packets.parse(bytes))
    socket.on('error', () => {})
    // mqtt-packet refuses to write this: CONNECT of MQTT 3.1.1, flags, keep-alive 60, an identifier of no bytes
    socket.write(Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, clean ? 2 : 0, 0, 60, 0, 0]))
    await until(() => codes.length === (clean ? 2 : 1))
  }
  expect(codes).toEqual([2, 0])
})
