import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { propertyOf } from '#model/observation/properties.ts'
import { toCanonical } from '#model/observation/units.ts'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, read } from './read.ts'

const topic = 'gateway/7/senml'

describe('SenML (RFC 8428)', () => {
  test('base fields hold for all records that follow; name and time are joined to them', () => {
    const pack = [
      { bn: 'urn:dev:ow:01/', bt: 1_780_000_000, bu: 'Cel', n: 'temp', v: 21.5 },
      { n: 'humidity', u: '%RH', v: 40 },
      { n: 'temp', t: 60, v: 21.6 },
      { bn: 'urn:dev:ow:02/', n: 'temp', v: 4 },
    ]
    const decoded = read(topic, pack)
    // 1780000000 s is 2026-05-28T20:26:40Z
    expect(
      decoded.ok && decoded.samples.map((s) => [s.device, s.property, s.value, s.unit, s.time?.toISOString()]),
    ).toEqual([
      ['senml/urn:dev:ow:01', 'temperature', 21.5, 'Cel', '2026-05-28T20:26:40.000Z'],
      ['senml/urn:dev:ow:01', 'relative_humidity', 40, '%', '2026-05-28T20:26:40.000Z'],
      ['senml/urn:dev:ow:01', 'temperature', 21.6, 'Cel', '2026-05-28T20:27:40.000Z'],
      ['senml/urn:dev:ow:02', 'temperature', 4, 'Cel', '2026-05-28T20:26:40.000Z'],
    ])
  })

  // RFC 8428, table 1, has both flow rates; a litre is l there and L in UCUM
  test('flow rates in l/s and m3/s are water flow', () => {
    const decoded = read(topic, [
      { bn: 'dev1:', n: 'water_flow', u: 'l/s', v: 2 },
      { bn: 'dev2:', n: 'water_flow', u: 'm3/s', v: 0.5 },
    ])
    const samples = decoded.ok ? decoded.samples : []
    // 2 l/s are 120 L/min, half a cubic metre a second 30,000
    expect(samples.map(({ value, unit }) => toCanonical(Number(value), unit ?? '', propertyOf('water_flow')))).toEqual([
      120, 30_000,
    ])
  })

  test('times below 2^28 are relative to the arrival, and flagged', () => {
    const decoded = read(topic, [
      { bn: 'dev1:', n: 'temp', u: 'Cel', t: -5, v: 1 },
      { n: 'temp', u: 'Cel', t: 0, v: 2 },
    ])
    expectRead(decoded, 'senml/dev1', [
      ['temperature', '', 1, 'Cel', '2026-05-31T11:59:55.000Z'],
      ['temperature', '', 2, 'Cel', ''],
    ])
    expect(decoded.ok && decoded.samples[0]?.flags).toBe(1 << 9)
  })

  test('one name, several quantities: distinguished by unit; lon and lat are the position of the others', () => {
    const pack = [
      { bn: 'urn:dev:ow:10e2', bt: 1_780_000_000, u: '%RH', v: 20 },
      { u: 'lon', v: 24.30621 },
      { u: 'lat', v: 60.07965 },
      { u: '%EL', v: 98 },
    ]
    const decoded = read(topic, pack)
    expectRead(decoded, 'senml/urn:dev:ow:10e2', [
      ['relative_humidity', '', 20, '%', '2026-05-28T20:26:40.000Z'],
      ['battery_level', '', 98, '%', '2026-05-28T20:26:40.000Z'],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([24.30621, 60.07965])
  })

  test('base value and base sum are added; a sum of watts is energy in joules', () => {
    const pack = [
      { bn: 'm1/', n: 'power', bu: 'W', bv: 1000, v: 5, bs: 3_600_000, s: 1000 },
      { n: 'power', t: 1 },
    ]
    expectRead(read(topic, pack), 'senml/m1', [
      ['active_power', '', 1005, 'W', ''],
      ['energy', '', 3_601_000, 'J', ''],
      ['active_power', '', 1000, 'W', '2026-05-31T12:00:01.000Z'],
    ])
  })

  test('without a base name the last part of the name is the quantity, when it is one', () => {
    expectRead(
      read(topic, [{ n: 'urn:dev:mac:0024befffe804ff1/temperature', u: 'Cel', v: 3 }]),
      'senml/urn:dev:mac:0024befffe804ff1',
      [['temperature', '', 3, 'Cel', '']],
    )
  })

  test('text, data and booleans are not measurements; an unmapped number is recorded as a problem', () => {
    const pack = [
      { bn: 'd:', n: 'label', vs: 'x' },
      { n: 'open', vb: true },
      { n: 'raw', vd: 'aGkg' },
      { n: 'foo', v: 3 },
      { n: 'temp', u: 'Cel', v: 1 },
    ]
    expectRead(read(topic, pack), 'senml/d', [['temperature', '', 1, 'Cel', '']], ['d:foo unknown_property'])
    expectRejected(read(topic, [{ n: 'label', vs: 'x' }]), 'no_measurement')
  })

  test.each([
    [[{ bn: 'd:', bver: 11, n: 'temp', v: 1 }], 'unsupported_version'],
    [[{ bn: 'd:', n: 'temp', v: 1, must_: 1 }], 'unsupported_version'],
    [[{ bn: 'd:', bver: 'ten', n: 'temp', v: 1 }], 'wrong_shape'],
    [[{ n: 'temp', bn: 'd:', v: '21' }], 'bad_value'],
    [[{ bn: '', n: '', v: 1 }], 'wrong_shape'],
    [[{ n: '../etc', v: 1 }], 'wrong_shape'],
    [[1, 2], 'wrong_shape'],
    [{ n: 'temp', v: 1 }, 'wrong_shape'],
    ['[{"n":', 'not_json'],
    [[], 'no_measurement'],
  ])('%j is rejected as %s', (pack, reason) => {
    expectRejected(read(topic, pack, { source: { format: 'senml' } }), reason)
  })
})

describeShared('SenML samples', (path) => {
  const sample = (name: string): string => readFileSync(path('payloads', 'senml', name), 'utf8')

  test('data_types: only the temperature is a number', () => {
    expectRead(read(topic, sample('data_types.json')), 'senml/urn:dev:ow:10e2073a01080063', [
      ['temperature', '', 23.1, 'Cel', ''],
    ])
  })
  test('single: no time, no base name, the quantity is in the unit', () => {
    expectRead(read(topic, sample('single.json')), 'senml/urn:dev:ow:10e2073a01080063', [
      ['temperature', '', 23.1, 'Cel', ''],
    ])
  })
  test('voltage_current_history: bt 1.276020076001e+09 is 2010-06-08T18:01:16.001Z', () => {
    const at = (second: number): string => `2010-06-08T18:01:${second}.001Z`
    expectRead(read(topic, sample('voltage_current_history.json')), 'senml/urn:dev:ow:10e2073a0108006', [
      ['voltage', '', 120.1, 'V', at(16)],
      ['current', '', 1.2, 'A', at(11)],
      ['current', '', 1.3, 'A', at(12)],
      ['current', '', 1.4, 'A', at(13)],
      ['current', '', 1.5, 'A', at(14)],
      ['current', '', 1.6, 'A', at(15)],
      ['current', '', 1.7, 'A', at(16)],
    ])
  })
})
