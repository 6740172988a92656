import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readStamp } from '#ingest/decode/formats/meters/dsmr-stamp.ts'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Row, read } from './read.ts'

const zone = { timeZone: 'Europe/Amsterdam' }
const telegram = (...lines: string[]): string => ['/XYZ5TEST', '', ...lines, '!'].join('\r\n')

const arrival = { timeZone: 'Europe/Amsterdam', receivedAt: new Date('2026-12-01T00:00:00Z'), retained: false }

describe('DSMR time stamps (Amsterdam: winter UTC+1, summer UTC+2)', () => {
  test.each([
    ['160303164347W', '2016-03-03T15:43:47.000Z'],
    ['150701190000s', '2015-07-01T17:00:00.000Z'],
    ['261025023000S', '2026-10-25T00:30:00.000Z'],
    ['261025023000W', '2026-10-25T01:30:00.000Z'],
    [250325221000, '2025-03-25T21:10:00.000Z'],
    ['250701221000', '2025-07-01T20:10:00.000Z'],
    ['250330033000', '2025-03-30T01:30:00.000Z'],
  ])('%s', (stamp, expected) => expect(readStamp(stamp, arrival)).toEqual({ time: new Date(expected) }))
  test.each(['', '1603031643', '161303164347W', '160231164347W', '160303254347W', 'x'])('not %j', (stamp) => {
    expect(readStamp(stamp, arrival)).toBeUndefined()
  })
})

describe('DSMR telegrams', () => {
  test('old meters have neither time nor checksum; serial numbers are ignored', () => {
    const decoded = read(
      'dsmr/raw',
      telegram('0-0:96.1.1(4B414C37)', '1-0:1.8.1(000100.500*kWh)', '1-0:32.7.0(230.1*V)'),
      zone,
    )
    expectRead(decoded, 'dsmr-p1/dsmr', [
      ['energy', 't1', 100.5, 'kW.h', ''],
      ['voltage', 'l1', 230.1, 'V', ''],
    ])
    expect(JSON.stringify(decoded)).not.toContain('4B414C37')
  })
  test('meters behind it keep their own time: water here, of another hour', () => {
    const lines = ['0-0:1.0.0(260531135900S)', '0-2:24.1.0(007)', '0-2:24.2.1(260531130000S)(00012.345*m3)']
    expectRead(read('home/p1', telegram(...lines), zone), 'dsmr-p1/home/p1', [
      ['water_volume', '', 12.345, 'm3', '2026-05-31T11:00:00.000Z'],
    ])
  })
  test.each([
    [`${telegram('1-0:1.8.1(000100.500*kWh)')}ABCD`, 'bad_checksum'],
    [telegram('0-0:1.0.0(269931135900S)', '1-0:1.8.1(000100.500*kWh)'), 'bad_time'],
    [telegram('0-0:96.13.1()'), 'no_measurement'],
    ['/XYZ5TEST\r\n\r\n1-0:1.8.1(0001', 'wrong_shape'],
  ])('%j is rejected as %s', (payload, reason) => expectRejected(read('dsmr/raw', payload, zone), reason))
})

describe('DSMR-reader and the topics of the P1 Dongle', () => {
  // the fields and forms of dsmr-reader.readthedocs.io, "MQTT"
  const telegram = {
    id: 1,
    timestamp: '2026-05-31T13:59:00+02:00',
    electricity_delivered_1: '510.747',
    electricity_returned_2: '123.456',
    electricity_currently_delivered: '0.192',
    phase_currently_returned_l2: '0.555',
    phase_voltage_l1: '230.1',
    phase_power_current_l1: 1,
    phase_voltage_l3: null,
    extra_device_timestamp: '2026-05-31T11:00:00Z',
    extra_device_delivered: '845.206',
  }
  test('its JSON: text, kW, gas with a time of its own', () => {
    const at = '2026-05-31T11:59:00.000Z'
    expectRead(read('dsmr/json', telegram, zone), 'dsmr-p1/dsmr', [
      ['energy', 't1', 510.747, 'kW.h', at],
      ['energy_export', 't2', 123.456, 'kW.h', at],
      ['active_power', '', 0.192, 'kW', at],
      ['active_power', 'l2.export', 0.555, 'kW', at],
      ['voltage', 'l1', 230.1, 'V', at],
      ['current', 'l1', 1, 'A', at],
      ['gas_volume', '', 845.206, 'm3', '2026-05-31T11:00:00.000Z'],
    ])
  })
  test('a time of the gas meter that cannot be read costs the gas alone', () => {
    const decoded = read('dsmr/json', { ...telegram, extra_device_timestamp: 'never' }, zone)
    expect(decoded.ok && decoded.samples.map(({ property }) => property)).not.toContain('gas_volume')
    expect(decoded.ok && decoded.rejected).toMatchObject([{ field: 'extra_device_timestamp', reason: 'bad_time' }])
    expectRejected(read('dsmr/json', { ...telegram, timestamp: 'never' }, zone), 'bad_time')
  })
  test.each([
    ['dsmr/reading/electricity_delivered_1', '510.747', 'dsmr-p1/dsmr', ['energy', 't1', 510.747, 'kW.h', '']],
    ['dsmr/reading/extra_device_delivered', '845.206', 'dsmr-p1/dsmr', ['gas_volume', '', 845.206, 'm3', '']],
    ['home/dsmr/reading/phase_voltage_l2', '231', 'dsmr-p1/home/dsmr', ['voltage', 'l2', 231, 'V', '']],
    [
      'DSMR-API/power_delivered',
      '{"power_delivered":[{"value":1.234,"unit":"kW"}]}',
      'dsmr-p1/DSMR-API',
      ['active_power', '', 1.234, 'kW', ''],
    ],
    ['DSMR-API/gas_delivered', '6194.451', 'dsmr-p1/DSMR-API', ['gas_volume', '', 6194.451, 'm3', '']],
  ] as const)('%s %s', (topic, payload, device, row) => expectRead(read(topic, payload, zone), device, [[...row]]))
  test('other topics of theirs are not taken for readings', () => {
    expectRejected(read('dsmr/day-consumption/electricity1', '1.2', zone), 'unknown_format')
    expectRejected(read('DSMR-API/identification', 'XMX5', zone), 'unknown_format')
  })
})

describeShared('DSMR samples', (path) => {
  const sample = (name: string): string => readFileSync(path('payloads', 'dsmr-p1', name), 'utf8')
  const rows = (at: string, list: [string, string, number, string][]): Row[] =>
    list.map(([property, channel, value, unit]): Row => [property, channel, value, unit, at])

  test('telegram_kaifa_dsmr42', () => {
    expectRead(
      read('dsmr/raw', sample('telegram_kaifa_dsmr42.txt'), zone),
      'dsmr-p1/dsmr',
      rows('2016-03-03T15:43:47.000Z', [
        ['energy', 't1', 1073.079, 'kW.h'],
        ['energy', 't2', 1263.199, 'kW.h'],
        ['energy_export', 't1', 0, 'kW.h'],
        ['energy_export', 't2', 0, 'kW.h'],
        ['active_power', '', 0.143, 'kW'],
        ['active_power', 'export', 0, 'kW'],
        ['current', 'l1', 0, 'A'],
        ['active_power', 'l1', 0.143, 'kW'],
        ['active_power', 'l1.export', 0.321, 'kW'],
      ]),
    )
  })
  test('telegram_landisgyr350_dsmr40: three phases, and gas of the hour before', () => {
    expectRead(read('dsmr/raw', sample('telegram_landisgyr350_dsmr40.txt'), zone), 'dsmr-p1/dsmr', [
      ...rows('2015-07-01T17:29:59.000Z', [
        ['energy', 't1', 510.747, 'kW.h'],
        ['energy_export', 't1', 0.123, 'kW.h'],
        ['energy', 't2', 500.013, 'kW.h'],
        ['energy_export', 't2', 123.456, 'kW.h'],
        ['active_power', '', 0.192, 'kW'],
        ['active_power', 'export', 0.123, 'kW'],
        ['current', 'l1', 0, 'A'],
        ['current', 'l2', 0, 'A'],
        ['current', 'l3', 1, 'A'],
        ['active_power', 'l1', 0.123, 'kW'],
        ['active_power', 'l2', 0.456, 'kW'],
        ['active_power', 'l3', 0.789, 'kW'],
        ['active_power', 'l1.export', 0.111, 'kW'],
        ['active_power', 'l2.export', 0.555, 'kW'],
        ['active_power', 'l3.export', 0.999, 'kW'],
      ]),
      ['gas_volume', '', 845.206, 'm3', '2015-07-01T17:00:00.000Z'],
    ])
  })
  test('p1_dongle_pro_actual', () => {
    expectRead(read('p1/actual', sample('p1_dongle_pro_actual.json'), zone), 'dsmr-p1/p1', [
      ...rows('2025-02-07T11:27:27.000Z', [
        ['energy', 't1', 6071.137, 'kW.h'],
        ['energy', 't2', 5551.723, 'kW.h'],
        ['energy_export', 't1', 1735.003, 'kW.h'],
        ['energy_export', 't2', 3571.852, 'kW.h'],
        ['active_power', '', 2.729, 'kW'],
        ['active_power', 'export', 0, 'kW'],
        ['voltage', 'l1', 234, 'V'],
        ['current', 'l1', 11, 'A'],
        ['active_power', 'l1', 2.729, 'kW'],
        ['active_power', 'l1.export', 0, 'kW'],
      ]),
      ['gas_volume', '', 6194.451, 'm3', '2025-02-07T11:25:00.000Z'],
    ])
  })
  test('homewizard_v1_data_3phase: negative power is export; gas at 22:10 of Amsterdam in winter', () => {
    const decoded = read('homewizard/data', sample('homewizard_v1_data_3phase.json'), zone)
    expectRead(decoded, 'dsmr-p1/homewizard', [
      ...rows('', [
        ['energy', '', 12_353.876, 'kW.h'],
        ['energy', 't1', 6624.944, 'kW.h'],
        ['energy', 't2', 5728.932, 'kW.h'],
        ['energy_export', '', 18_250.33, 'kW.h'],
        ['energy_export', 't1', 5659.792, 'kW.h'],
        ['energy_export', 't2', 12_590.538, 'kW.h'],
        ['active_power', '', -1, 'W'],
        ['active_power', 'l1', 6, 'W'],
        ['active_power', 'l2', -133, 'W'],
        ['active_power', 'l3', 125, 'W'],
        ['voltage', 'l1', 224, 'V'],
        ['voltage', 'l2', 229, 'V'],
        ['voltage', 'l3', 229, 'V'],
        ['current', '', 1.153, 'A'],
        ['current', 'l1', 0.027, 'A'],
        ['current', 'l2', -0.581, 'A'],
        ['current', 'l3', 0.546, 'A'],
      ]),
      ['gas_volume', '', 2388.552, 'm3', '2025-03-25T21:10:00.000Z'],
    ])
    expect(JSON.stringify(decoded)).not.toMatch(/Thelosen|00000000000000/)
  })
})
