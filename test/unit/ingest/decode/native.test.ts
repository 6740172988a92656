import { describe, expect, test } from 'vitest'
import { expectRead, expectRejected, read } from './read.ts'

const topic = 'city/air/station-1'

describe('native format', () => {
  test('reads one number per property, with its time', () => {
    expectRead(read(topic, { time: '2026-05-31T13:59:00+02:00', pm2_5: 8.1, no2: 21 }), 'key/station-1', [
      ['pm2_5', '', 8.1, '', '2026-05-31T11:59:00.000Z'],
      ['no2', '', 21, '', '2026-05-31T11:59:00.000Z'],
    ])
  })

  test('takes units, channel and location, and the domain from the topic', () => {
    const decoded = read('city/connectivity/probe-7', {
      location: [13.4, 52.5],
      channel: '5g',
      units: { download: 'kbit/s' },
      download: 250_000,
      rsrp: -87,
    })
    expectRead(decoded, 'key/probe-7', [
      ['download', '5g', 250_000, 'kbit/s', ''],
      ['rsrp', '5g', -87, '', ''],
    ])
    expect(decoded.ok && decoded.samples[0]).toMatchObject({ location: [13.4, 52.5], domain: 'connectivity' })
  })

  test('reads an array of objects, each with its own time', () => {
    expectRead(
      read(topic, [
        { time: '2026-05-31T10:00:00Z', o3: 80 },
        { time: '2026-05-31T09:00:00Z', o3: 70 },
      ]),
      'key/station-1',
      [
        ['o3', '', 80, '', '2026-05-31T10:00:00.000Z'],
        ['o3', '', 70, '', '2026-05-31T09:00:00.000Z'],
      ],
    )
  })

  test('keeps an unknown key as a problem and stores the rest', () => {
    expectRead(
      read(topic, { pm10: 12, smell: 3 }),
      'key/station-1',
      [['pm10', '', 12, '', '']],
      ['smell unknown_property'],
    )
  })

  test('an unreadable time spoils its object, not its neighbours', () => {
    const decoded = read(topic, [
      { time: 'yesterday', o3: 80 },
      { time: '2026-05-31T09:00:00Z', o3: 70 },
    ])
    expectRead(decoded, 'key/station-1', [['o3', '', 70, '', '2026-05-31T09:00:00.000Z']], ['[0].time bad_time'])
  })

  test('a bare NaN leaves its neighbours readable', () => {
    expectRead(read(topic, '{"pm10": NaN, "pm2_5": 4}'), 'key/station-1', [
      ['pm10', '', 'nan', '', ''],
      ['pm2_5', '', 4, '', ''],
    ])
  })

  test('maps keys by the source before anything else', () => {
    const fields = { feinstaub: { property: 'pm10', unit: 'mg/m3', channel: 'roof' } }
    expectRead(read(topic, { feinstaub: 0.012 }, { source: { fields } }), 'key/station-1', [
      ['pm10', 'roof', 0.012, 'mg/m3', ''],
    ])
  })

  test.each([
    ['city/air', '{}', 'wrong_topic'],
    ['city/air/a/b', '{}', 'wrong_topic'],
    ['city/weapons/a', '{"pm10":1}', 'wrong_topic'],
    ['city/air/a b', '{"pm10":1}', 'wrong_topic'],
    [topic, '', 'not_json'],
    [topic, '{"pm10":', 'not_json'],
    [topic, new Uint8Array([0xff, 0xfe, 0x00]), 'not_json'],
    [topic, '12', 'wrong_shape'],
    [topic, '"pm10"', 'wrong_shape'],
    [topic, 'null', 'wrong_shape'],
    [topic, '{}', 'no_measurement'],
    [topic, '[]', 'no_measurement'],
    [topic, '{"time":"2026-05-31T10:00:00Z"}', 'no_measurement'],
    [topic, '{"time":"2026-05-31T10:00:00","pm10":1}', 'bad_time'],
    [topic, '{"time":"2026-02-30T10:00:00Z","pm10":1}', 'bad_time'],
    [topic, '{"time":"2026-05-31T25:00:00Z","pm10":1}', 'bad_time'],
    [topic, '{"smell":1}', 'unknown_property'],
    [topic, '{"__proto__":1}', 'unknown_property'],
    [topic, '{"constructor":1,"toString":2}', 'unknown_property'],
  ])('rejects %s %s as %s', (on, payload, reason) => {
    expectRejected(read(on, payload, { source: { format: 'native' } }), reason)
  })

  test('refuses too many values and too many bytes', () => {
    expectRejected(read(topic, Array(10_001).fill({ pm10: 1 })), 'too_large')
    expectRejected(read(topic, new Uint8Array(2 * 1024 * 1024 + 1)), 'too_large')
  })

  test('an unknown format of the source, and a message that no format matches, are reported', () => {
    expectRejected(read(topic, '{}', { source: { format: 'telex' } }), 'unknown_format', 'telex')
    expectRejected(read('some/where', '{"a":1}'), 'unknown_format', 'some/where')
  })
})
