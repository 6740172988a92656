/** Expected values: the Sparkplug specification 3.0.0 and the protobuf encoding; samples read byte by byte. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { BirthMetric, SparkplugContext } from '#ingest/decode/helpers/decoding-context.ts'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { decode } from '#ingest/decode/index.ts'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Options, receivedAt, rowOf } from './read.ts'
import { bdSeq, payload, type TestMetric } from './sparkplug-bytes.ts'

const AT = Date.parse('2026-05-31T11:59:00Z')
const at = '2026-05-31T11:59:00.000Z'

const birth = (...metrics: Partial<BirthMetric>[]): SparkplugContext => {
  const full = metrics.map(
    (metric): BirthMetric => ({ name: '', alias: undefined, datatype: 0, unit: undefined, ...metric }),
  )
  return {
    byAlias: new Map(full.map((metric) => [metric.alias ?? '', metric])),
    byName: new Map(full.map((metric) => [metric.name, metric])),
    ends: false,
    devices: [],
  }
}
function read(topic: string, bytes: Uint8Array, sparkplug?: SparkplugContext, options: Options = {}): Decoded {
  const source = { name: 'test', topic: '#', ...options.source }
  return decode({ topic, payload: bytes, receivedAt }, source, { timeZone: 'UTC', context: sparkplug && { sparkplug } })
}
const data = (...metrics: TestMetric[]): Buffer => payload(AT, 1, metrics)

describe('Sparkplug B', () => {
  test('a birth contains measurements, and the node is online', () => {
    const bytes = payload(AT, 0, [
      bdSeq(3),
      { name: 'Node Control/Rebirth', datatype: 11, boolean: false },
      { name: 'Temperature', alias: 100, datatype: 10, double: 21.5, at: AT - 5_000 },
      { name: 'Roof/Humidity', alias: 101, datatype: 9, double: 40 },
    ])
    expectRead(read('spBv1.0/parks/NBIRTH/gw', bytes), 'sparkplug-b/parks/gw', [
      ['temperature', '', 21.5, 'Cel', '2026-05-31T11:58:55.000Z'],
      ['relative_humidity', 'Roof', 40, '%', at],
      ['online', '', 1, '', at],
    ])
  })

  test('a folder may say that it is not the air', () => {
    const bytes = data(
      { name: 'Controller/CPU/Temperature', datatype: 10, double: 61 },
      { name: 'Roof/Temperature', datatype: 10, double: 12 },
    )
    expectRead(
      read('spBv1.0/parks/DDATA/gw/plc', bytes, birth()),
      'sparkplug-b/parks/gw/plc',
      [['temperature', 'Roof', 12, 'Cel', at]],
      ['Controller/CPU/Temperature unknown_property'],
    )
  })

  test('data by alias, with the datatype and the unit of the birth', () => {
    const context = birth({ name: 'Temperature', alias: '100', datatype: 10, unit: '°F' })
    expectRead(
      read('spBv1.0/parks/DDATA/gw/roof', data({ alias: 100, double: 70 }), context),
      'sparkplug-b/parks/gw/roof',
      [['temperature', '', 70, '°F', at]],
    )
  })

  test('an unknown alias costs itself, not its neighbours', () => {
    const context = birth({ name: 'Temperature', alias: '100', datatype: 10 })
    const bytes = data({ alias: 100, double: 1 }, { alias: 7, double: 2 })
    expectRead(
      read('spBv1.0/parks/NDATA/gw', bytes, context),
      'sparkplug-b/parks/gw',
      [['temperature', '', 1, 'Cel', at]],
      ['alias 7 alias_unknown'],
    )
    expectRejected(read('spBv1.0/parks/NDATA/gw', bytes), 'alias_unknown', 'alias 100')
  })

  // two's complement in an unsigned field: -5 of 8, 16, 32 bits is 2^32 - 5, of 64 bits 2^64 - 5
  test.each([
    ['Int8', 1, { int: -5 }, -5],
    ['Int8 of one byte', 1, { int: 251 }, -5],
    ['Int16', 2, { int: -5 }, -5],
    ['Int16 of two bytes', 2, { int: 65_531 }, -5],
    ['Int32', 3, { int: -5 }, -5],
    ['Int64', 4, { long: -5n }, -5],
    ['UInt8', 5, { int: 251 }, 251],
    ['UInt32', 7, { int: -5 }, 4_294_967_291],
    ['UInt64', 8, { long: 2n ** 53n }, 9_007_199_254_740_992],
    ['Double', 10, { double: -5.25 }, -5.25],
  ])('%s', (_, datatype, value, expected) => {
    const decoded = read('spBv1.0/a/NDATA/b', data({ name: 'Watts', datatype, ...value }))
    expectRead(decoded, 'sparkplug-b/a/b', [['active_power', '', expected, 'W', at]])
  })

  test('anything but a number is reported: null, a template; text and booleans are not measurements', () => {
    const bytes = data(
      { name: 'Temperature', datatype: 10, isNull: true },
      { name: 'Motor', datatype: 19, template: true },
      { name: 'Table', datatype: 16 },
      { name: 'Serial', datatype: 12, string: 'x' },
      { name: 'Door', datatype: 11, boolean: true },
      { name: 'Last start', datatype: 13, long: 1n },
      { name: 'Mystery', datatype: 10, double: 7 },
      { name: 'Mains Voltage', datatype: 10, double: 230 },
    )
    expectRead(
      read('spBv1.0/a/NDATA/b', bytes),
      'sparkplug-b/a/b',
      [['voltage', '', 230, 'V', at]],
      ['Temperature bad_value', 'Motor unsupported_type', 'Table unsupported_type', 'Mystery unknown_property'],
    )
  })

  test('a city maps unknown names', () => {
    const fields = { 'Line 1/Mystery': { property: 'active_power', unit: 'kW', channel: 'l1' } }
    const bytes = data({ name: 'Line 1/Mystery', datatype: 10, double: 7 })
    expectRead(read('spBv1.0/a/NDATA/b', bytes, undefined, { source: { fields } }), 'sparkplug-b/a/b', [
      ['active_power', 'l1', 7, 'kW', at],
    ])
  })

  test('the death of a node is that of its devices, at the time of its arrival', () => {
    const bytes = payload(AT, undefined, [bdSeq(3)])
    const decoded = read('spBv1.0/a/NDEATH/b', bytes, { ...birth(), ends: true, devices: ['a/b/c', 'a/b/d'] })
    expect(decoded.ok && decoded.samples.map((sample) => [sample.device, ...rowOf(sample)])).toEqual(
      ['a/b', 'a/b/c', 'a/b/d'].map((device) => [`sparkplug-b/${device}`, 'online', '', 0, '1', '']),
    )
    expectRejected(read('spBv1.0/a/NDEATH/b', bytes), 'no_measurement', 'death of another session')
  })
  test('the death of a device is dated by the node', () => {
    const decoded = read('spBv1.0/a/DDEATH/b/c', payload(AT, 9, []), { ...birth(), ends: true })
    expectRead(decoded, 'sparkplug-b/a/b/c', [['online', '', 0, '', at]])
  })

  test.each([
    ['spBv1.0/STATE/scada', Buffer.from('{"online":true}'), 'no_measurement'],
    ['spBv1.0/a/NCMD/b', data(), 'no_measurement'],
    ['spBv1.0/a/DCMD/b/c', data(), 'no_measurement'],
    ['spBv1.0/a/NDATA', data(), 'wrong_topic'],
    ['spBv1.0/a/NDATA/b/c', data(), 'wrong_topic'],
    ['spBv1.0/a/DDATA/b', data(), 'wrong_topic'],
    ['spBv1.0/a/NDATA/b', Buffer.from([0x12, 0x7f, 0x01]), 'not_protobuf'],
    ['spBv1.0/a/NDATA/b', Buffer.from('{"temperature":1}'), 'not_protobuf'],
    ['spBv1.0/a/NDATA/b', data(), 'no_measurement'],
    ['spBv1.0/a/NDATA/b', data(...Array.from({ length: 10_002 }, () => ({ alias: 1 }))), 'not_protobuf'],
  ])('%s is rejected as %s', (topic, bytes, reason) => expectRejected(read(topic, bytes), reason))
})

describeShared('Sparkplug samples', (path) => {
  const sample = (name: string): Buffer => readFileSync(path('payloads', 'sparkplug-b', name))
  // timestamp d2 e2 83 b9 fa 32 is 1750855643474 ms
  const time = '2025-06-25T12:47:23.474Z'

  test('NBIRTH: Temperature, alias 100, Double 0x4035800000000000 = 21.5', () => {
    expectRead(read('spBv1.0/g/NBIRTH/n', sample('NBIRTH_v1.bin')), 'sparkplug-b/g/n', [
      ['temperature', '', 21.5, 'Cel', time],
      ['online', '', 1, '', time],
    ])
  })
  test('NDATA: alias 100 is 22.5, once a birth has defined 100', () => {
    const context = birth({ name: 'Temperature', alias: '100', datatype: 10 })
    expectRead(read('spBv1.0/g/NDATA/n', sample('NDATA_v1_alias.bin'), context), 'sparkplug-b/g/n', [
      ['temperature', '', 22.5, 'Cel', time],
    ])
    expectRejected(read('spBv1.0/g/NDATA/n', sample('NDATA_v1_alias.bin')), 'alias_unknown')
  })
  test('NDEATH: offline when it arrives', () => {
    const decoded = read('spBv1.0/g/NDEATH/n', sample('NDEATH_v1.bin'), { ...birth(), ends: true })
    expectRead(decoded, 'sparkplug-b/g/n', [['online', '', 0, '', '']])
  })
})
