import fc from 'fast-check'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { type Publish, PublishReader } from '#ingest/receive/publish-reader.ts'

type Version = 4 | 5
const LIMIT = 300
type Sent = { size: number; qos: 0 | 1 | 2; dup: boolean; retain: boolean }

/** What is sent as mqtt-packet writes it, so that nothing here is expected from our own reading of the standard. */
const publish = ({ size, qos, dup, retain }: Sent, version: Version): Buffer =>
  mqttPacket.generate(
    {
      cmd: 'publish',
      topic: `straße/${size}`,
      payload: Buffer.alloc(size, 'x'),
      ...{ qos, dup, retain },
      ...(qos > 0 && { messageId: (size % 65_535) + 1 }),
      ...(version === 5 && { properties: { userProperties: { from: 'a device' }, messageExpiryInterval: 60 } }),
    },
    { protocolVersion: version },
  )
const plain = (size: number): Sent => ({ size, qos: 1, dup: false, retain: false })

function inChunks(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

/** Whoever reads says stop after every `stopAfter` messages, and goes on when the chunk is through. */
function read(chunks: readonly Buffer[], version: Version, stopAfter = Number.POSITIVE_INFINITY) {
  const published: Publish[] = []
  const others: Packet[] = []
  const client = mqttPacket.parser({ protocolVersion: version })
  client.on('packet', (packet) => others.push(packet))
  const reader = new PublishReader({
    payloadLimit: LIMIT,
    version,
    onPublish: (each) => published.push(each) % stopAfter !== 0,
  })
  const pass = (parts: Buffer[]): void => {
    for (const part of parts) client.parse(part)
  }
  for (const chunk of chunks) {
    pass(reader.push(chunk))
    while (reader.stopped) {
      const { length } = published
      expect(reader.push(Buffer.alloc(0))).toEqual([])
      expect(published).toHaveLength(length)
      pass(reader.resume())
    }
  }
  return { published, others }
}

describe('PublishReader', () => {
  const sizes = fc.oneof(fc.integer({ min: 0, max: 2 * LIMIT }), fc.constantFrom(LIMIT, LIMIT + 1, 20_000, 150_000))
  const sent = fc.record({
    size: sizes,
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    dup: fc.boolean(),
    retain: fc.boolean(),
  })
  test.each([4, 5] as const)(
    'MQTT %s: whatever the chunks and the stops, messages arrive, long ones cut, and the rest is the client’s',
    (version) => {
      fc.assert(
        fc.property(
          fc.array(fc.oneof(sent, fc.constantFrom('pingresp' as const, 'suback' as const)), { maxLength: 12 }),
          fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 6 }),
          fc.integer({ min: 1, max: 5 }),
          (list, chunks, stopAfter) => {
            const bytes = list.map((each) => {
              if (typeof each === 'object') return publish(each, version)
              if (each === 'pingresp') return mqttPacket.generate({ cmd: 'pingresp' })
              return mqttPacket.generate({ cmd: 'suback', messageId: 5, granted: [1, 0] }, { protocolVersion: version })
            })
            const { published, others } = read(inChunks(Buffer.concat(bytes), chunks), version, stopAfter)
            expect(published.map(({ payload, ...rest }) => ({ ...rest, kept: payload.toString() }))).toEqual(
              list.flatMap((each) => {
                if (typeof each === 'string') return []
                const { size, qos, dup, retain } = each
                return {
                  topic: `straße/${size}`,
                  fullBytes: size,
                  messageId: qos > 0 ? (size % 65_535) + 1 : undefined,
                  ...{ qos, dup, retain },
                  kept: 'x'.repeat(Math.min(size, LIMIT + 1)),
                }
              }),
            )
            expect(others.map(({ cmd }) => cmd)).toEqual(list.filter((each) => typeof each === 'string'))
          },
        ),
        { seed: 15 },
      )
    },
  )

  test('of an incomplete packet no more is passed on or buffered than the limit and the longest header', () => {
    const bytes = publish(plain(60_000), 4)
    // the same, said to be 200 MB
    const huge = Buffer.concat([Buffer.from([0x32, 0x80, 0x84, 0xaf, 0x5f]), bytes.subarray(4)])
    const published: Publish[] = []
    const reader = new PublishReader({ payloadLimit: LIMIT, version: 4, onPublish: (each) => published.push(each) > 0 })
    reader.push(huge)
    const filler = Buffer.alloc(64 * 1024, 'x')
    let pushed = huge.length - 5
    for (; published.length === 0 && pushed < 1_000_000; pushed += filler.length) reader.push(filler)
    expect(pushed).toBeLessThan(128 * 1024 + LIMIT + 2 * filler.length)
    expect(published[0]?.payload).toHaveLength(LIMIT + 1)
    expect(published[0]?.fullBytes).toBe(200_000_000 - (2 + Buffer.byteLength('straße/60000') + 2))
  })

  test('properties beyond the limit: the message is too large, and what follows is read', () => {
    const long = mqttPacket.generate(
      {
        cmd: 'publish',
        ...{ topic: 't/props', payload: 'x'.repeat(LIMIT + 1), qos: 1, dup: false, retain: false, messageId: 3 },
        properties: { userProperties: { a: Array.from({ length: 4 }, () => 'y'.repeat(60_000)) } },
      },
      { protocolVersion: 5 },
    )
    const { published } = read(inChunks(Buffer.concat([long, publish(plain(4), 5)]), [60_000]), 5)
    expect(published.map(({ topic, messageId, payload }) => [topic, messageId, payload.length])).toEqual([
      ['t/props', 3, 0],
      ['straße/4', 5, 4],
    ])
    expect(published[0]?.fullBytes).toBeGreaterThan(240_000)
  })

  const next = publish(plain(4), 4)
  test.each([
    ['QoS 3', [0x36, 7, 0, 3, 97, 47, 98, 0, 1], { messageId: 1, qos: 2, malformed: 'QoS 3' }],
    ['no topic', [0x32, 4, 0, 0, 0, 1], { messageId: 1, qos: 1, malformed: 'no topic' }],
    ['a topic longer than the packet', [0x30, 4, 0, 9, 97, 98], { messageId: undefined, qos: 0 }],
    ['no room for the identifier', [0x32, 5, 0, 3, 97, 47, 98], { messageId: undefined, qos: 0 }],
    ['nothing at all', [0x30, 0], { messageId: undefined, qos: 0 }],
    ['one byte', [0x30, 1, 0], { messageId: undefined, qos: 0 }],
  ])(
    'what MQTT does not allow is handed over with its bytes, and what follows is read: %s',
    (_name, bytes, expected) => {
      const { published } = read([Buffer.concat([Buffer.from(bytes), next])], 4)
      expect(published).toHaveLength(2)
      expect(published[0]).toMatchObject({ malformed: expect.any(String), ...expected })
      expect(published[0]?.payload).toEqual(Buffer.from(bytes))
      expect(published[1]).toMatchObject({ topic: 'straße/4', messageId: 5 })
    },
  )

  test('properties that go beyond the packet', () => {
    const { published } = read([Buffer.from([0x32, 9, 0, 3, 97, 47, 98, 0, 7, 9, 1]), publish(plain(4), 5)], 5)
    expect(published[0]).toMatchObject({ malformed: 'properties end beyond the packet', messageId: 7, qos: 1 })
    expect(published[1]).toMatchObject({ topic: 'straße/4', messageId: 5 })
  })

  test.each([
    [4, [0x00, 0x10, 0x80, 0xa0, 0xc0, 0xf0]],
    [5, [0x00, 0x10, 0x80, 0xa0, 0xc0]],
  ] as const)('MQTT %s: packets that no broker may send are passed over', (version, firstBytes) => {
    const never = firstBytes.map((byte) => Buffer.from([byte, 3, 1, 2, 3]))
    const { published, others } = read([Buffer.concat([...never, publish(plain(4), version)])], version)
    expect(published.map(({ topic }) => topic)).toEqual(['straße/4'])
    expect(others).toEqual([])
  })

  test('an invalid length is left to the client, which closes the connection', () => {
    const reader = new PublishReader({ payloadLimit: LIMIT, version: 4, onPublish: () => true })
    expect(reader.push(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]))).toEqual([
      Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]),
    ])
  })
})
