import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, read } from './read.ts'

const topic = 'application/9f1832a7/device/a84041571186aaaa/event/up'
const up = (more: object): object => ({
  time: '2026-05-31T11:59:58.118252739+00:00',
  deviceInfo: { devEui: 'A84041571186AAAA' },
  ...more,
})

describe('ChirpStack v4', () => {
  test('reads the object, and the signal at the best gateway; gateways themselves are ignored', () => {
    const at = '2026-05-31T11:59:58.118Z'
    const rxInfo = [
      { gatewayId: 'far', rssi: -120, snr: -9, location: { latitude: 1, longitude: 2 } },
      { gatewayId: 'near', rssi: -49, snr: 14.2 },
    ]
    const decoded = read(topic, up({ object: { temperature: 20.5, humidity: 45, mode: 3 }, rxInfo }))
    expectRead(decoded, 'chirpstack-v4/a84041571186aaaa', [
      ['temperature', '', 20.5, '', at],
      ['relative_humidity', '', 45, '%', at],
      ['rssi', '', -49, 'dB{mW}', at],
      ['snr', '', 14.2, 'dB', at],
    ])
    expect(JSON.stringify(decoded)).not.toMatch(/near|latitude/)
  })
  test.each([
    [topic, up({ data: 'bWhp' }), 'no_measurement'],
    [topic, up({ object: {} }), 'no_measurement'],
    [topic, up({ object: { temperature: 1 }, time: 'now' }), 'bad_time'],
    [topic, { object: {} }, 'wrong_shape'],
    [topic, '{', 'not_json'],
    [topic.replace('/up', '/join'), up({}), 'no_measurement'],
  ])('%s %j is rejected as %s', (on, payload, reason) => expectRejected(read(on, payload), reason))
})

describeShared('ChirpStack samples', (path) => {
  const sample = (name: string): string => readFileSync(path('payloads', 'chirpstack-v4', name), 'utf8')
  test('up_dragino_lht52_sentinel: 327.67 (no probe) is left to normalise, which rejects it', () => {
    const at = '2024-02-29T16:01:18.118Z'
    expectRead(read(topic, sample('up_dragino_lht52_sentinel.json')), 'chirpstack-v4/a840415711866a85', [
      ['temperature', '', 26.6, 'Cel', at],
      ['temperature', 'DS', 327.67, 'Cel', at],
      ['relative_humidity', '', 52.7, '%', at],
      ['rssi', '', -49, 'dB{mW}', at],
      ['snr', '', 14.2, 'dB', at],
    ])
  })
  test.each(['up_text_object_us915.json', 'up_wio_e5_us915.json'])('%s carries a text and no measurement', (name) => {
    expectRejected(read(topic, sample(name)), 'no_measurement', 'Text')
  })
})
