import { expect, test } from 'vitest'
import { BROKER_LIMITS } from '#infra/embedded/broker/limits.ts'
import { createOutgoing } from '#infra/embedded/broker/outgoing.ts'

const client = { id: 'ingest' }
const subscription = [{ clientId: 'ingest', qos: 2 }]
const message = (brokerCounter: number) => ({ cmd: 'publish', brokerId: 'b', brokerCounter, qos: 1 })
const create = () => createOutgoing({ isConnected: () => true, limits: BROKER_LIMITS, onDropped: () => {} })
const open = () => create().methods

async function waiting(outgoing: ReturnType<typeof open>) {
  const entries: { brokerCounter?: number; messageId?: number; dup?: boolean }[] = []
  for await (const entry of outgoing.outgoingStream(client)) entries.push(entry)
  return entries
}

test('an identifier that is in use is not given out twice, also after it wrapped around', async () => {
  const outgoing = open()
  const wanted = [65_535, 65_535, 1]
  const given: (number | undefined)[] = []
  for (const [index, messageId] of wanted.entries()) {
    await outgoing.outgoingEnqueueCombi(subscription, message(index + 1))
    const packet = { ...message(index + 1), messageId }
    await outgoing.outgoingUpdate(client, packet)
    given.push(packet.messageId)
  }
  expect(given).toEqual([65_535, 1, 2])
  expect(await outgoing.outgoingClearMessageId(client, { cmd: 'puback', messageId: 1 })).toMatchObject({
    brokerCounter: 2,
  })
  expect((await waiting(outgoing)).map(({ brokerCounter }) => brokerCounter)).toEqual([1, 3])
})

test('with 60,000 messages unacknowledged the next one waits for an acknowledgement', async () => {
  const outgoing = open()
  for (let n = 1; n <= 60_001; n++) await outgoing.outgoingEnqueueCombi(subscription, message(n))
  for (let n = 1; n <= 60_000; n++) await outgoing.outgoingUpdate(client, { ...message(n), messageId: n })
  let sent = false
  const last = outgoing.outgoingUpdate(client, { ...message(60_001), messageId: 60_001 }).then(() => {
    sent = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(sent).toBe(false)
  await outgoing.outgoingClearMessageId(client, { cmd: 'puback', messageId: 7 })
  await last
  expect(sent).toBe(true)
})

test('whoever waits for acknowledgements of a client that goes away is let go, and its message stays', async () => {
  const { methods: outgoing, disconnected } = create()
  for (let n = 1; n <= 60_001; n++) await outgoing.outgoingEnqueueCombi(subscription, message(n))
  for (let n = 1; n <= 60_000; n++) await outgoing.outgoingUpdate(client, { ...message(n), messageId: n })
  const last = outgoing.outgoingUpdate(client, { ...message(60_001), messageId: 60_001 })
  disconnected('ingest')
  await expect(last).rejects.toThrow('connection closed')
  expect(await waiting(outgoing)).toHaveLength(60_001)
})

test('an acknowledgement of something unknown changes nothing', async () => {
  const outgoing = open()
  await outgoing.outgoingEnqueueCombi(subscription, message(1))
  expect(await outgoing.outgoingClearMessageId(client, { cmd: 'puback', messageId: 9 })).toBeUndefined()
  expect(await waiting(outgoing)).toHaveLength(1)
})

test('QoS 2: PUBREL takes the place of its message until PUBCOMP', async () => {
  const outgoing = open()
  await outgoing.outgoingEnqueueCombi(subscription, message(1))
  await outgoing.outgoingUpdate(client, { ...message(1), messageId: 5 })
  await outgoing.outgoingUpdate(client, { cmd: 'pubrel', messageId: 5 })
  expect(await waiting(outgoing)).toEqual([{ cmd: 'pubrel', messageId: 5 }])
  await outgoing.outgoingClearMessageId(client, { cmd: 'pubcomp', messageId: 5 })
  expect(await waiting(outgoing)).toEqual([])
})

test('QoS 2: a PUBREL that is sent again after a reconnect, which aedes gives a counter, is found', async () => {
  const outgoing = open()
  await outgoing.outgoingEnqueueCombi(subscription, message(1))
  await outgoing.outgoingUpdate(client, { ...message(1), messageId: 5 })
  await outgoing.outgoingUpdate(client, { cmd: 'pubrel', messageId: 5 })
  await outgoing.outgoingUpdate(client, { cmd: 'pubrel', messageId: 5, brokerId: 'b', brokerCounter: 2 })
  await outgoing.outgoingClearMessageId(client, { cmd: 'pubcomp', messageId: 5 })
  expect(await waiting(outgoing)).toEqual([])
})

test('the journal hears of every message that its client does not need any more, once', async () => {
  const settled: string[] = []
  const { methods, appended, discard } = createOutgoing({
    isConnected: () => false,
    limits: { ...BROKER_LIMITS, queueMessages: 3 },
    onDropped: () => {},
    onAcknowledged: (number, clientId) => settled.push(`${number} ${clientId}`),
  })
  // number in the journal = counter + 10; the second is also kept for a client that has unsubscribed since
  for (const n of [1, 2, 3, 4]) {
    appended.set(n, { number: n + 10, clientIds: n === 2 ? ['ingest', 'left'] : ['ingest'] })
    await methods.outgoingEnqueueCombi(subscription, message(n))
  }
  expect(settled).toEqual(['12 left', '14 ingest']) // the queue takes three
  await methods.outgoingUpdate(client, { ...message(1), messageId: 5 })
  await methods.outgoingUpdate(client, { cmd: 'pubrel', messageId: 5 })
  await methods.outgoingClearMessageId(client, { cmd: 'pubcomp', messageId: 5 })
  await methods.outgoingClearMessageId(client, { cmd: 'pubcomp', messageId: 5 })
  expect(settled.slice(2)).toEqual(['11 ingest'])
  discard('ingest')
  expect(settled.slice(3)).toEqual(['12 ingest', '13 ingest'])
})
