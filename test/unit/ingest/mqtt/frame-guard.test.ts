import fc from 'fast-check'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { FrameGuard } from '#ingest/mqtt/frame-guard.ts'

const LIMIT = 300
const publish = (size: number, qos: 0 | 1 = 1, version: 4 | 5 = 4): Buffer =>
  mqttPacket.generate(
    {
      cmd: 'publish',
      topic: `t/${size}`,
      payload: Buffer.alloc(size, 'x'),
      qos,
      dup: false,
      retain: false,
      ...(qos > 0 && { messageId: 7 }),
      ...(version === 5 && { properties: { userProperties: { from: 'a device' } } }),
    },
    { protocolVersion: version },
  )

/** The packets that mqtt-packet reads from what the guard lets pass, when the bytes come in chunks of these sizes. */
function through(bytes: Buffer, chunks: readonly number[], version: 4 | 5): { guard: FrameGuard; packets: Packet[] } {
  const guard = new FrameGuard(LIMIT, version)
  const parser = mqttPacket.parser({ protocolVersion: version })
  const packets: Packet[] = []
  parser.on('packet', (packet) => packets.push(packet))
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = chunks[i % chunks.length] ?? 1
    for (const part of guard.push(bytes.subarray(at, at + size))) parser.parse(part)
    at += size
  }
  return { guard, packets }
}

describe('FrameGuard', () => {
  test.each([4, 5] as const)('MQTT %s: whatever the chunks, short packets pass and long ones are cut', (version) => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 2 * LIMIT }), fc.constantFrom(LIMIT, LIMIT + 1, 20_000)),
      {
        maxLength: 12,
      },
    )
    const chunks = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(sizes, chunks, fc.constantFrom(0 as const, 1 as const), (lengths, chunk, qos) => {
        const bytes = Buffer.concat(lengths.map((size) => publish(size, qos, version)))
        const { guard, packets } = through(bytes, chunk, version)
        const seen = packets.map((packet) => {
          const payload = (packet as { payload: Buffer }).payload
          return {
            topic: (packet as { topic: string }).topic,
            full: guard.isCut(payload) ? guard.takeFullLength() : payload.length,
            kept: payload.length,
          }
        })
        expect(seen).toEqual(lengths.map((full) => ({ topic: `t/${full}`, full, kept: Math.min(full, LIMIT + 1) })))
      }),
    )
  })

  test('other packets pass untouched, between cut ones', () => {
    const pong = mqttPacket.generate({ cmd: 'pingresp' })
    const { packets } = through(Buffer.concat([publish(9_999), pong, publish(3), pong]), [100], 4)
    expect(packets.map((packet) => packet.cmd)).toEqual(['publish', 'pingresp', 'publish', 'pingresp'])
  })

  test('keeps no more than the limit of a packet that is still arriving', () => {
    const guard = new FrameGuard(LIMIT, 4)
    const bytes = publish(1_000_000)
    let passed = 0
    for (let at = 0; at < bytes.length; at += 1_000)
      for (const part of guard.push(bytes.subarray(at, at + 1_000))) passed += part.length
    expect(passed).toBeLessThan(LIMIT + 50)
    expect(guard.takeFullLength()).toBe(1_000_000)
  })
})
