/** From a packet to a message: topics of the city itself, broken packets, and what encoders leave around a payload. */
import { describe, expect, test } from 'vitest'
import { createInterpreter } from '#ingest/interpret/interpret.ts'
import type { Received } from '#ingest/receive/subscriber.ts'

const understand = createInterpreter(
  {
    sources: [
      { name: 'all', topic: '#' },
      { name: 'system', topic: '$SYS/#' },
    ],
    timeZone: 'UTC',
  },
  1_000,
)
const packet = (topic: string, payload: string | Buffer, over: Partial<Received> = {}): Received => {
  const bytes = Buffer.from(payload)
  return {
    ...{ topic, payload: bytes, fullBytes: bytes.length, messageId: 1, qos: 1, dup: false, retain: false },
    ...{ receivedAt: new Date('2026-05-31T12:00:00Z'), acknowledge: () => {} },
    ...over,
  }
}
const read = (topic: string, payload: string | Buffer, over: Partial<Received> = {}) => {
  const understood = understand(packet(topic, payload, over))
  if (understood === 'own message') throw new Error('own message')
  return understood
}

describe('a source of everything', () => {
  test.each(['citywell/observations/air', 'citywell/observations/', 'citywell/anything', 'citywell/'])(
    'does not read what the city itself publishes: %s',
    (topic) => {
      expect(understand(packet(topic, '{"pm2_5": 6}'))).toBe('own message')
    },
  )

  test('reads what is replayed, under its own topic; not what only looks like it', () => {
    expect(read('citywell/replay/1780000000000/city/air/a', '{"pm2_5": 6}')).toMatchObject({
      ...{ source: 'all', topic: 'city/air/a', failure: undefined },
    })
    expect(read('citywell/replay/when/city/air/a', '{"pm2_5": 6}')).toMatchObject({
      ...{ source: '(none)', failure: { reason: 'no_source' } },
    })
    expect(understand(packet('citywell/replay/1780000000000/citywell/observations/air', '{}'))).toBe('own message')
  })

  test('does not match $SYS topics of the broker, which need a filter of their own [MQTT-4.7.2-1]', () => {
    expect(read('$SYS/broker/uptime', '7').source).toBe('system')
    const withoutSystem = createInterpreter({ sources: [{ name: 'all', topic: '#' }], timeZone: 'UTC' }, 1_000)
    expect(withoutSystem(packet('$SYS/broker/uptime', '7'))).toMatchObject({ failure: { reason: 'no_source' } })
  })
})

test.each([
  ['a NUL at the end', '{"pm2_5": 6}\0'],
  ['several, and line breaks', '{"pm2_5": 6}\r\n\0\0\n\0'],
  ['a byte order mark', '\ufeff{"pm2_5": 6}'],
  ['two of them, and one at the end', '\ufeff\ufeff{"pm2_5": 6}\ufeff'],
  ['blanks and line breaks', ' \r\n\t{"pm2_5": 6}\n \n'],
])('JSON is read with what encoders leave around it: %s', (_name, payload) => {
  expect(read('city/air/a', payload)).toMatchObject({ failure: undefined, samples: [{ property: 'pm2_5', result: 6 }] })
})

test('a NUL inside is not JSON', () => {
  expect(read('city/air/a', '{"pm2_5": \0 6}').failure).toMatchObject({ reason: 'not_json' })
})

test('a channel of half a surrogate pair is stored as it will be found again', () => {
  const { samples } = read('city/air/a', '{"pm2_5": 6, "channel": "\\ud800"}')
  expect(samples.map(({ channel }) => channel)).toEqual(['\ufffd'])
})

test('names and topics that no index holds are rejected', () => {
  const long = 'x'.repeat(257)
  const sensor = '{"BME280": {"Temperature": 20.5}}'
  expect(read(`tele/${'x'.repeat(200)}/SENSOR`, sensor).samples).toHaveLength(1)
  expect(read(`tele/${long}/SENSOR`, sensor)).toMatchObject({ samples: [], problems: [{ reason: 'name_too_long' }] })
  expect(read(`city/air/${'ä'.repeat(600)}`, '{"pm2_5": 6}').failure).toMatchObject({ reason: 'too_large' })
})

test('a packet that MQTT does not allow', () => {
  expect(read('', Buffer.from([0x36, 2, 0, 0]), { malformed: 'QoS 3' })).toMatchObject({
    failure: { reason: 'malformed_packet', detail: 'QoS 3' },
  })
})

test('an error outside a decoder affects that message only, and its bytes are not stored', () => {
  const broken = packet('city/air/a', '{"pm2_5": 6}', { receivedAt: undefined as unknown as Date })
  Object.defineProperty(broken, 'payload', {
    get: () => {
      throw new RangeError('out of bounds')
    },
  })
  expect(understand(broken)).toMatchObject({ failure: { reason: 'decoder_failed' }, payload: Buffer.alloc(0) })
})
