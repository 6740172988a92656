/**
 * Known systems, with messages written in the shape of their documentation (named in ingest/decode/profiles/index.ts and in
 * the file of each format); the values are invented.
 */
import { describe, expect, test } from 'vitest'
import { expectRead, expectRejected, read } from './read.ts'

test('AirGradient: the answer of the local server', () => {
  const body = {
    ...{ wifi: -46, serialno: 'ecda3b1eaaaf', rco2: 447, pm01: 3, pm02: 7, pm10: 8, pm003Count: 442, atmp: 25.87 },
    ...{ rhum: 43, tvocIndex: 100, tvoc_raw: 33_051, noxIndex: 1, nox_raw: 16_307, boot: 6, ledMode: 'pm' },
    ...{ firmwareVersion: '3.0.10beta', fwMode: 'I-9PSL' },
  }
  expectRead(read('airgradient/readings/ecda3b1eaaaf', body), 'airgradient/ecda3b1eaaaf', [
    ['co2', '', 447, '[ppm]', ''],
    ['pm1', '', 3, 'ug/m3', ''],
    ['pm2_5', '', 7, 'ug/m3', ''],
    ['pm10', '', 8, 'ug/m3', ''],
    ['temperature', '', 25.87, 'Cel', ''],
    ['relative_humidity', '', 43, '%', ''],
    ['voc_index', '', 100, '1', ''],
    ['nox_index', '', 1, '1', ''],
    ['rssi', '', -46, 'dBm', ''],
  ])
})

test('AirGradient: the two sensors of an Open Air, standard particles, and counts', () => {
  // github.com/airgradienthq/arduino, docs/local-server.md; values invented
  const body = {
    ...{ serialno: 'ecda3b1d09d8', pm02: 7, pm02Standard: 6, pm02Compensated: 5, pm005Count: 310, rco2: 447 },
    channels: { 1: { pm02: 6, pm003Count: 454, atmp: 25.8, rhum: 43 }, 2: { pm02: 8, pm003Count: 430 } },
  }
  expectRead(read('airgradient/readings/x', body), 'airgradient/ecda3b1d09d8', [
    ['co2', '', 447, '[ppm]', ''],
    ['pm2_5', '', 7, 'ug/m3', ''],
    ['pm2_5', 'compensated', 5, 'ug/m3', ''],
    ['pm2_5', 'standard', 6, 'ug/m3', ''],
    ['pm2_5', '1', 6, 'ug/m3', ''],
    ['pm2_5', '2', 8, 'ug/m3', ''],
    ['temperature', '1', 25.8, 'Cel', ''],
    ['relative_humidity', '1', 43, '%', ''],
  ])
})

describe('wmbusmeters', () => {
  const water = {
    media: 'water',
    meter: 'iperl',
    name: 'MyTapWater',
    id: '33225544',
    timestamp: '2026-05-31T11:37:00Z',
  }
  const at = '2026-05-31T11:37:00.000Z'
  test('a water meter; the highest flow is nobody’s property', () => {
    expectRead(
      read('wmbusmeters/MyTapWater', { ...water, max_flow_m3h: 0, total_m3: 123.529 }),
      'wmbusmeters/33225544',
      [['water_volume', '', 123.529, 'm3', at]],
      ['max_flow_m3h unknown_property'],
    )
  })
  test.each([
    ['gas', { total_m3: 5 }, ['gas_volume', '', 5, 'm3', at]],
    ['heat', { total_energy_consumption_kwh: 7 }, ['thermal_energy', '', 7, 'kWh', at]],
    ['electricity', { total_energy_consumption_kwh: 7 }, ['energy', '', 7, 'kWh', at]],
  ] as const)('the same field of another medium is another property: %s', (media, values, row) => {
    expectRead(read('x', { ...water, media, ...values }), 'wmbusmeters/33225544', [[...row]])
  })
  // values of the tests of the drivers qwater, qheatv2, amiplus, eltako, ime, lansenth and qualcosonic
  const mapped = (media: string, values: object): [string, string, number, string][] => {
    const decoded = read('x', { ...water, media, ...values })
    return decoded.ok ? decoded.samples.map((s) => [s.property, s.channel, Number(s.value), s.unit ?? '']) : []
  }
  test.each<[media: string, values: object, expected: [string, string, number, string][]]>([
    [
      'water',
      { total_m3: 105.797, due_date_m3: 79.73, volume_flow_m3h: 0.25, battery_v: 2.9 },
      [
        ['water_volume', '', 105.797, 'm3'],
        ['water_flow', '', 0.25, 'm3/h'],
        ['battery_voltage', '', 2.9, 'V'],
      ],
    ],
    ['heat', { total_kwh: 390.4, target_kwh: 75.1 }, [['thermal_energy', '', 390.4, 'kWh']]],
    ['heat volume at inlet', { total_energy_consumption_kwh: 856.4 }, [['thermal_energy', '', 856.4, 'kWh']]],
    [
      'heat/cooling load',
      { total_heating_kwh: 938.4, total_cooling_kwh: 12, total_energy_consumption_kwh: 950 },
      [['thermal_energy', '', 938.4, 'kWh']],
    ],
    [
      'electricity',
      {
        total_energy_consumption_tariff_1_kwh: 35.007,
        total_energy_production_tariff_2_kwh: 3.5,
        current_power_production_kw: 0.4,
        voltage_at_phase_1_v: 242,
        current_l3_a: 1.4,
        power_l2_kw: 0.36,
      },
      [
        ['energy', 't1', 35.007, 'kWh'],
        ['energy_export', 't2', 3.5, 'kWh'],
        ['active_power', 'export', 0.4, 'kW'],
        ['voltage', 'l1', 242, 'V'],
        ['current', 'l3', 1.4, 'A'],
        ['active_power', 'l2', 0.36, 'kW'],
      ],
    ],
    [
      'electricity',
      { positive_total_active_energy_kwh: 7972.38, negative_total_active_energy_kwh: 1.5 },
      [
        ['energy', '', 7972.38, 'kWh'],
        ['energy_export', '', 1.5, 'kWh'],
      ],
    ],
    [
      'room sensor',
      { current_temperature_c: 21.8, current_relative_humidity_rh: 43, average_temperature_1h_c: 21.79 },
      [
        ['temperature', '', 21.8, 'Cel'],
        ['relative_humidity', '', 43, '%'],
      ],
    ],
  ])('%s %j', (media, values, expected) => expect(mapped(media, values).sort()).toEqual(expected.sort()))

  test('numbers of a medium that nothing is known of are reported, but no number of a meter', () => {
    const decoded = read('x', {
      ...water,
      media: 'heat cost allocation',
      consumption_hca: 225,
      fabrication_no: '345157',
    })
    expectRejected(decoded, 'unknown_property', 'consumption_hca')
    expect((decoded.unmapped ?? []).map(({ field, device }) => [field, device])).toEqual([
      ['consumption_hca', 'wmbusmeters/33225544'],
    ])
  })
})

test('OpenAQ: the sensors of a place, with their latest value', () => {
  const sensor = (id: number, name: string, units: string, value: number): object => ({
    id,
    name: `${name} ${units}`,
    parameter: { id: 2, name, units, displayName: name },
    coverage: { expectedCount: 1, observedCount: 1 },
    latest: {
      datetime: { utc: '2026-05-31T11:00:00Z', local: '2026-05-31T13:00:00+02:00' },
      value,
      coordinates: { latitude: 52.5, longitude: 13.4 },
    },
  })
  const body = {
    meta: { name: 'openaq-api', website: '/', page: 1, limit: 100, found: 3 },
    results: [
      sensor(3917, 'o3', 'ppm', 0.038),
      sensor(3918, 'pm25', 'µg/m³', 8.5),
      { id: 1, parameter: { id: 2, name: 'no2', units: 'ppm' }, latest: null },
    ],
  }
  const decoded = read('feeds/openaq/city', body)
  expect(
    decoded.ok &&
      decoded.samples.map((s) => [s.device, s.property, s.value, s.unit, s.time?.toISOString(), s.location]),
  ).toEqual([
    ['openaq/3917', 'o3', 0.038, 'ppm', '2026-05-31T11:00:00.000Z', [13.4, 52.5]],
    ['openaq/3918', 'pm2_5', 8.5, 'µg/m³', '2026-05-31T11:00:00.000Z', [13.4, 52.5]],
  ])
  expect(decoded.unmapped ?? []).toEqual([])
})

test('Telraam: an hour begins at its date; cars and heavy vehicles are channels', () => {
  const body = {
    report: [
      {
        ...{
          instance_id: -1,
          segment_id: 9000001844,
          date: '2026-05-31T10:00:00.000Z',
          interval: 'hourly',
          uptime: 0.7,
        },
        ...{ heavy: 3, car: 51, bike: 12, pedestrian: 9, car_lft: 20, car_rgt: 31, direction: 1 },
      },
    ],
  }
  const at = '2026-05-31T10:00:00.000Z'
  expectRead(read('feeds/telraam/x', body), 'telraam/9000001844.-1', [
    ['pedestrian_count', '', 9, '{count}', at],
    ['bicycle_count', '', 12, '{count}', at],
    ['vehicle_count', 'car', 51, '{count}', at],
    ['vehicle_count', 'heavy', 3, '{count}', at],
  ])
})

test('openSenseMap: the sensors of a box, by their chip; an unknown title is reported', () => {
  const sensor = (title: string, unit: string, sensorType: string, value: string): object => ({
    ...{ _id: title, title, unit, sensorType },
    lastMeasurement: { value, createdAt: '2026-05-31T11:00:00.000Z' },
  })
  const body = {
    ...{ _id: '57000b8745fd40c8196ad04c', name: 'Box', exposure: 'outdoor' },
    currentLocation: { type: 'Point', coordinates: [7.64, 51.96], timestamp: '2026-01-01T00:00:00Z' },
    sensors: [
      sensor('Temperatur', '°C', 'HDC1008', '21.5'),
      sensor('Luftdruck', 'Pa', 'BMP280', '101325'),
      sensor('UV-Intensität', 'μW/cm²', 'VEML6070', '12'),
      { _id: 'x', title: 'PM10', unit: 'µg/m³', sensorType: 'SDS 011' },
    ],
  }
  const at = '2026-05-31T11:00:00.000Z'
  expectRead(
    read('feeds/opensensemap/box', body),
    'opensensemap/57000b8745fd40c8196ad04c',
    [
      ['temperature', 'HDC1008', 21.5, '°C', at],
      ['pressure', 'BMP280', 101_325, 'Pa', at],
    ],
    ['UV-Intensität unknown_property'],
  )
})

describe('ThingsBoard', () => {
  // 1780228680000 is 2026-05-31T11:58:00Z
  const at = '2026-05-31T11:58:00.000Z'
  test('a gateway: lists per device', () => {
    const decoded = read('v1/gateway/telemetry', {
      'Device A': [{ ts: 1_780_228_680_000, values: { temperature: 22, humidity: 80 } }],
      'Device B': [{ ts: 1_780_228_680_000, values: { co2: 640, flow: 3 } }, { temperature: 19 }],
    })
    expect(decoded.ok && decoded.samples.map((s) => [s.device, s.property, s.value, s.time?.toISOString()])).toEqual([
      ['thingsboard/Device A', 'temperature', 22, at],
      ['thingsboard/Device A', 'relative_humidity', 80, at],
      ['thingsboard/Device B', 'co2', 640, at],
      ['thingsboard/Device B', 'temperature', 19, undefined],
    ])
    expect(decoded.unmapped).toMatchObject([{ field: 'flow', device: 'thingsboard/Device B' }])
  })
  test('a device, named by its topic; "me" names none', () => {
    const values = { ts: 1_780_228_680_000, values: { temperature: 22.5 } }
    expectRead(read('v1/devices/roof/telemetry', [values]), 'thingsboard/roof', [['temperature', '', 22.5, 'Cel', at]])
    expectRead(read('v1/devices/roof/telemetry', { temperature: 22.5 }), 'thingsboard/roof', [
      ['temperature', '', 22.5, 'Cel', ''],
    ])
    expectRejected(read('v1/devices/me/telemetry', values), 'wrong_topic', 'does not name the device')
  })
})

describe('OpenDTU', () => {
  const device = 'opendtu/116183012345'
  test.each([
    ['0/power', '412.3', ['active_power', '', 412.3, 'W', '']],
    ['0/yieldtotal', '1204.5', ['energy_produced', '', 1204.5, 'kW.h', '']],
    ['0/powerdc', '430', ['active_power', 'dc', 430, 'W', '']],
    ['1/power', '210', ['active_power', 'module.1', 210, 'W', '']],
  ] as const)('%s', (topic, payload, row) =>
    expectRead(read(`solar/116183012345/${topic}`, payload), device, [[...row]]),
  )
  test.each(['0/temperature', '0/yieldday'])('%s is no measurement', (topic) =>
    expectRejected(read(`solar/116183012345/${topic}`, '40'), 'no_measurement'),
  )
})

describe('ChirpStack 3', () => {
  const uplink = { applicationID: '1', deviceName: 'roof', rxInfo: [{ gatewayID: 'x', rssi: -71, loRaSNR: 9.2 }] }
  const rows: [string, string, number, string, string][] = [
    ['temperature', '', 21.5, 'Cel', ''],
    ['rssi', '', -71, 'dB{mW}', ''],
    ['snr', '', 9.2, 'dB', ''],
  ]
  test.each([
    ['protobuf JSON', { devEUI: 'AQIDBAUGBwg=', objectJSON: '{"temperature":21.5}' }],
    ['json_v3', { devEUI: '0102030405060708', object: { temperature: 21.5 } }],
  ])('%s', (_, more) => {
    const decoded = read('application/1/device/0102030405060708/event/up', { ...uplink, ...more })
    expectRead(decoded, 'chirpstack-v3/0102030405060708', rows)
  })
})
