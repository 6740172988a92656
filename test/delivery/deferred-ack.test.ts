/** The contract of ingest/receive/ for acknowledgements, tested with Mosquitto. */
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Aedes } from 'aedes'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Received,
  Subscriber,
  type SubscriberHandlers,
  type SubscriberOptions,
} from '#ingest/receive/subscriber.ts'
import { hasMosquitto, type Mosquitto, startMosquitto } from './mosquitto.ts'
import { until } from './until.ts'

describe.skipIf(!hasMosquitto)('deferred acknowledgement (needs mosquitto on the PATH)', () => {
  let broker: Mosquitto
  let publisher: MqttClient
  let subscriber: Subscriber | undefined
  const received: Received[] = []

  beforeEach(async () => {
    received.length = 0
    broker = await startMosquitto()
    publisher = await connectAsync(broker.url, { reconnectPeriod: 50 })
  })
  afterEach(async () => {
    await subscriber?.close()
    await publisher.endAsync(true)
    await broker.close()
  })

  const open = async ({
    onMessage = (message) => received.push(message),
    onWindowFull = () => {},
    onState = () => {},
    ...options
  }: Partial<SubscriberOptions & SubscriberHandlers> = {}): Promise<Subscriber> => {
    subscriber = new Subscriber({
      url: broker.url,
      clientId: 'contract',
      filters: ['t/#'],
      window: { packets: 10, bytes: 1e9 },
      payloadLimit: 1024 * 1024,
      ...options,
    })
    subscriber.start({ onMessage, onWindowFull, onState })
    await until(
      () => subscriber?.state,
      (state) => state === 'ready',
    )
    return subscriber
  }
  const publish = (from: number, to: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: to - from }, (_, i) =>
        publisher.publishAsync(`t/${from + i}`, String(from + i), { qos: 1 }),
      ),
    )
  const numbers = (): number[] => received.map((message) => Number(message.payload))
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

  test('many messages are read before the first is acknowledged, and the broker sees no PUBACK until acknowledge()', async () => {
    await open()
    await publish(0, 25)
    await until(
      () => received.length,
      (n) => n >= 10,
    )
    await sleep(300)
    // MQTT 5, 4.9: the broker may have 10 unacknowledged messages under way (our Receive Maximum), so an 11th would
    // mean that it has seen a PUBACK.
    expect(numbers()).toEqual(upTo(10))
    for (const message of received.slice(0, 3)) message.acknowledge()
    await until(
      () => received.length,
      (n) => n >= 13,
    )
    await sleep(200)
    expect(numbers()).toEqual(upTo(13))
    while (received.length < 25) {
      for (const message of received) message.acknowledge()
      await sleep(20)
    }
    expect(numbers()).toEqual(upTo(25))
  })

  test('messages that were not acknowledged are delivered again on the next connection; others are not', async () => {
    const first = await open()
    await publish(0, 5)
    await until(
      () => received.length,
      (n) => n === 5,
    )
    for (const message of received.slice(0, 2)) message.acknowledge()
    await first.close()
    received.length = 0
    await open()
    await until(
      () => received.length,
      (n) => n === 3,
    )
    await sleep(200)
    expect(received.map((message) => [Number(message.payload), message.dup])).toEqual([
      [2, true],
      [3, true],
      [4, true],
    ])
  })

  test('an acknowledgement of a lost connection is not sent on the next one', async () => {
    await open({ window: { packets: 20, bytes: 1e9 } })
    await publish(0, 5)
    const old = await until(
      () => [...received],
      (list) => list.length === 5,
    )
    await broker.stop('term')
    await broker.start()
    await until(
      () => received.length,
      (n) => n === 10,
    )
    // The redelivered ones may carry the same identifiers: settling the old ones must not acknowledge them.
    for (const message of old) message.acknowledge()
    await sleep(200)
    await subscriber?.close()
    received.length = 0
    await open()
    await until(
      () => received.length,
      (n) => n === 5,
    )
    expect(numbers().sort((a, b) => a - b)).toEqual(upTo(5))
  })

  test('reading stops at the window, nothing is dropped, and it continues when there is room', async () => {
    let fullCount = 0
    const { inFlight } = await open({ window: { packets: 50, bytes: 1e9 }, onWindowFull: () => (fullCount += 1) })
    expect(inFlight.messages).toBe(0)
    await publish(0, 3_000)
    await until(
      () => received.length,
      (n) => n >= 50,
    )
    await sleep(300)
    expect(received.length).toBe(50)
    expect(fullCount).toBeGreaterThan(0)
    let acknowledged = 0
    while (acknowledged < 3_000) {
      const ready = received.slice(acknowledged)
      acknowledged += ready.length
      for (const message of ready) message.acknowledge()
      expect(subscriber?.inFlight.messages).toBeLessThanOrEqual(51)
      await sleep(5)
    }
    expect(new Set(numbers()).size).toBe(3_000)
  })

  test('QoS 0 goes through the same window', async () => {
    await open({ window: { packets: 10, bytes: 1e9 } })
    for (let i = 0; i < 200; i += 1) publisher.publish(`t/${i}`, String(i), { qos: 0 })
    await until(
      () => received.length,
      (n) => n >= 10,
    )
    await sleep(200)
    expect(received.length).toBe(10)
    let acknowledged = 0
    while (acknowledged < 200) {
      const ready = received.slice(acknowledged)
      acknowledged += ready.length
      for (const message of ready) message.acknowledge()
      await sleep(5)
    }
    expect(numbers()).toEqual(upTo(200))
  })

  test('a payload of 100 MB arrives as its first bytes and its true length, and is never entirely in memory', async () => {
    await open()
    const before = process.memoryUsage()
    let peak = 0
    const watch = setInterval(() => {
      const { arrayBuffers, external } = process.memoryUsage()
      peak = Math.max(peak, arrayBuffers - before.arrayBuffers, external - before.external)
    }, 5)
    const size = 100_000_000
    // from another process, so that its memory is not ours
    const { spawn } = await import('node:child_process')
    const script = `
      const { connectAsync } = await import('mqtt')
      const client = await connectAsync('${broker.url}')
      await client.publishAsync('t/huge', Buffer.alloc(${size}, 'x'), { qos: 1 })
      await client.publishAsync('t/1', '1', { qos: 1 })
      await client.endAsync()`
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    await until(
      () => received.length,
      (n) => n === 2,
      40_000,
    )
    clearInterval(watch)
    const [huge, small] = received
    expect(huge?.fullBytes).toBe(size)
    expect(huge?.payload.length).toBe(1024 * 1024 + 1)
    expect(small?.payload.toString()).toBe('1')
    // Read buffers that wait for the garbage collector count; the payload and a copy of it would be 200 MB.
    expect(peak).toBeLessThan(size)
  })

  test('after a broker restart without its sessions it is ready again only with a new SUBACK, and hears', async () => {
    const states: string[] = []
    await broker.close()
    broker = await startMosquitto('persistence false')
    await publisher.endAsync(true)
    publisher = await connectAsync(broker.url, { reconnectPeriod: 50 })
    await open({ onState: (state) => states.push(state) })
    states.length = 0
    await broker.stop('kill')
    await until(
      () => subscriber?.state,
      (state) => state === 'waiting' || state === 'connecting',
    )
    await broker.start()
    await until(
      () => subscriber?.state,
      (state) => state === 'ready',
    )
    expect(states.slice(-3)).toEqual(['connecting', 'subscribing', 'ready'])
    await until(() => publisher.connected, Boolean)
    await publish(7, 8)
    await until(
      () => numbers(),
      (list) => list.includes(7),
    )
  })

  test('an invalid packet length ends the connection, with the reason', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      // to CONNECT: a CONNACK and a packet whose length never ends
      socket.once('data', () => socket.write(Buffer.from([0x20, 3, 0, 0, 0, 0x30, 0xff, 0xff, 0xff, 0xff, 1])))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const errors: (string | undefined)[] = []
    await broker.close()
    subscriber = new Subscriber({
      ...{ url: `mqtt://127.0.0.1:${port}`, clientId: 'malformed', filters: ['t/#'], payloadLimit: 1000 },
      window: { packets: 10, bytes: 1000 },
    })
    subscriber.start({
      onMessage: (message) => received.push(message),
      onWindowFull: () => {},
      onState: (state, error) => {
        if (state === 'waiting') errors.push(error?.message)
      },
    })
    // it is tried again, with a new connection
    await until(
      () => errors.length,
      (n) => n >= 2,
    )
    expect(errors[0]).toMatch(/variable byte integer/i)
    expect(received).toEqual([])
    await subscriber.close()
    server.close()
  })

  test('a subscription that the broker refuses is never called ready', async () => {
    const aedes = new Aedes({ authorizeSubscribe: (_client, _subscription, answer) => answer(null, null) })
    await aedes.listen()
    const server = createServer(aedes.handle)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const states: string[] = []
    subscriber = new Subscriber({
      ...{ url: `mqtt://127.0.0.1:${port}`, clientId: 'refused', filters: ['t/#'], payloadLimit: 1000 },
      window: { packets: 10, bytes: 1000 },
    })
    subscriber.start({
      onMessage: () => {},
      onWindowFull: () => {},
      onState: (state) => states.push(state),
    })
    await until(
      () => states.filter((state) => state === 'subscribing').length,
      (n) => n >= 2,
    )
    expect(states).not.toContain('ready')
    await subscriber.close()
    await new Promise<void>((resolve) => aedes.close(resolve))
    server.close()
  })
})
