/** Brokers that do not keep to MQTT: the worker takes what it can and never asks for the same message for ever. */
import { type AddressInfo, createServer, type Server } from 'node:net'
import { Aedes } from 'aedes'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { type Received, Subscriber } from '#ingest/receive/subscriber.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({ close: () => server.close() })
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function subscribe(url: string): { subscriber: Subscriber; received: Received[] } {
  const received: Received[] = []
  const subscriber = new Subscriber({
    ...{ url, clientId: 'ingest', filters: ['t/#'], payloadLimit: 1_000, window: { packets: 10, bytes: 1e6 } },
  })
  subscriber.start({
    onMessage: (message) => received.push(message),
    onWindowFull: () => {},
    onState: () => {},
  })
  opened.push(subscriber)
  return { subscriber, received }
}

/** aedes as it is: it delivers to wildcard subscriptions at the QoS of the publisher. */
async function openAedes(): Promise<{ url: string; publisher: MqttClient; acks: string[]; server: Server }> {
  const aedes = await Aedes.createBroker()
  const acks: string[] = []
  const server = createServer((socket) => {
    const client = aedes.handle(socket)
    ;(client as unknown as { _parser: NodeJS.EventEmitter })._parser.on('packet', ({ cmd }) => {
      if (client.id === 'ingest' && /^pub/.test(cmd)) acks.push(cmd)
    })
  })
  const url = await listen(server)
  opened.push({ close: () => new Promise<void>((resolve) => aedes.close(() => resolve())) })
  const publisher = await connectAsync(url)
  opened.push({ close: () => publisher.endAsync(true) })
  return { url, publisher, acks, server }
}

test('a delivery at QoS 2 that was not requested is acknowledged by PUBREC and PUBCOMP, after acknowledge() only', async () => {
  const { url, publisher, acks } = await openAedes()
  const { subscriber, received } = subscribe(url)
  await expect.poll(() => subscriber.state).toBe('ready')
  await publisher.publishAsync('t/a', 'twice sure', { qos: 2 })
  await publisher.publishAsync('t/b', 'once at least', { qos: 1 })
  await expect
    .poll(() => received.map(({ topic, qos }) => [topic, qos]))
    .toEqual([
      ['t/a', 2],
      ['t/b', 1],
    ])
  expect(acks).toEqual([])
  for (const message of received) message.acknowledge()
  await expect.poll(() => acks).toEqual(['pubrec', 'puback', 'pubcomp'])
  expect(subscriber.reconnects).toBe(0)
})

test('a message that was not acknowledged at QoS 2 is delivered again on the next connection', async () => {
  const { url, publisher } = await openAedes()
  const { subscriber, received } = subscribe(url)
  await expect.poll(() => subscriber.state).toBe('ready')
  await publisher.publishAsync('t/a', 'again', { qos: 2 })
  await expect.poll(() => received.length).toBe(1)
  await subscriber.close()
  const next = subscribe(url)
  await expect.poll(() => next.received.map(({ payload }) => String(payload))).toEqual(['again'])
  next.received[0]?.acknowledge()
  await next.subscriber.close()
  const last = subscribe(url)
  await expect.poll(() => last.subscriber.state).toBe('ready')
  await publisher.publishAsync('t/b', 'the next', { qos: 1 })
  await expect.poll(() => last.received.map(({ payload }) => String(payload))).toEqual(['the next'])
})

test('packets that MQTT does not allow are handed over or passed over, and the connection stays', async () => {
  const bad = [
    [0x36, 7, 0, 3, 97, 47, 98, 0, 1], // PUBLISH at QoS 3
    [0x32, 4, 0, 0, 0, 2], // PUBLISH without a topic
    [0xc0, 0], // PINGREQ, from a broker
    [0x10, 2, 1, 2], // CONNECT, from a broker
  ].flat()
  const answers: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    // CONNACK of MQTT 5 without properties, then all of them at once
    socket.once('data', () => {
      socket.write(Buffer.from([0x20, 3, 0, 0, 0, ...bad]))
      socket.on('data', (bytes) => answers.push(bytes))
    })
    opened.push({ close: () => socket.destroy() })
  })
  const { subscriber, received } = subscribe(await listen(server))
  await expect.poll(() => received.map(({ malformed }) => malformed)).toEqual(['QoS 3', 'no topic'])
  for (const message of received) message.acknowledge()
  const acknowledged = (): string => Buffer.concat(answers).toString('hex')
  await expect.poll(acknowledged).toMatch(/5002000140020002/)
  expect(subscriber.reconnects).toBe(0)
})
