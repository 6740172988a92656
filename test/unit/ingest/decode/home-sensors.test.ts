import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, read, rowOf } from './read.ts'

describe('PurpleAir', () => {
  const body = {
    SensorId: 'aa:bb',
    DateTime: '2026/05/31T11:59:50z',
    lat: 48.12345,
    lon: 11.56789,
    pm2_5_atm: 7.5,
    pm2_5_atm_b: 8,
    pm2_5_cf_1: 7.6,
    'pm2.5_aqi': 31,
  }
  test('the mean of both lasers has no channel; the place is coarse', () => {
    const at = '2026-05-31T11:59:50.000Z'
    const decoded = read('purpleair/home', body)
    expectRead(decoded, 'purpleair/aa:bb', [
      ['pm2_5', '', 7.75, 'ug/m3', at],
      ['pm2_5', 'a', 7.5, 'ug/m3', at],
      ['pm2_5', 'b', 8, 'ug/m3', at],
      ['pm2_5', 'cf_1', 7.6, 'ug/m3', at],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([11.57, 48.12])
  })
  test('a time that is none', () => expectRejected(read('x', { ...body, DateTime: 'now' }), 'bad_time'))

  // as api.purpleair.com documents GET /v1/sensors; 1780228790 is 2026-05-31T11:59:50Z
  const answer = {
    api_version: 'V1.0.14-0.0.58',
    time_stamp: 1_780_228_800,
    fields: [
      'sensor_index',
      'name',
      'latitude',
      'longitude',
      'humidity',
      'temperature',
      'pm2.5',
      'pm2.5_cf_1',
      'pm2.5_atm_b',
      'last_seen',
    ],
    data: [
      [131075, 'Home of X', 48.12345, 11.56789, 55, 68, 9, 8.4, 7.9, 1_780_228_790],
      [2, 'Y', null, null, null, null, 3, 2.5, null, 1_780_228_700],
    ],
  }
  test('the web API: a table of sensors; names of people are not read', () => {
    const decoded = read('feeds/purpleair/town', answer)
    if (!decoded.ok) throw new Error(decoded.detail)
    const rows = (device: string) => decoded.samples.filter((sample) => sample.device === device).map(rowOf)
    const at = '2026-05-31T11:59:50.000Z'
    expect(rows('purpleair/131075')).toEqual([
      ['pm2_5', 'b', 7.9, 'ug/m3', at],
      ['pm2_5', 'cf_1', 8.4, 'ug/m3', at],
      ['temperature', '', 68, '[degF]', at],
      ['relative_humidity', '', 55, '%', at],
    ])
    expect(rows('purpleair/2')).toEqual([['pm2_5', 'cf_1', 2.5, 'ug/m3', '2026-05-31T11:58:20.000Z']])
    expect(decoded.samples[0]?.location).toEqual([11.57, 48.12])
    expect(JSON.stringify(decoded)).not.toContain('Home of X')
  })
  test('the web API: one sensor, none, and rows that name none', () => {
    const { fields: _, data: __, ...head } = answer
    expectRead(read('x', { ...head, sensor: { sensor_index: 7, humidity: 40 } }), 'purpleair/7', [
      ['relative_humidity', '', 40, '%', ''],
    ])
    expectRejected(read('x', { ...answer, data: [] }), 'no_measurement', 'no sensor in the response')
    expectRejected(read('x', { ...answer, data: [['x'], 5] }), 'wrong_shape')
    expectRejected(read('x', { ...head, sensor: { sensor_index: 7, humidity: 40, last_seen: 'x' } }), 'bad_time')
  })
})

describe('ESPEasy', () => {
  test('the task is the channel', () => {
    expectRead(read('/roof/BME 280/Temperature', '21.4'), 'espeasy/roof', [['temperature', 'BME 280', 21.4, 'Cel', '']])
    expectRead(read('/roof/status/LWT', 'Connection Lost'), 'espeasy/roof', [['online', '', 0, '', '']])
    expectRejected(read('/roof/Clock/Mystery', '3'), 'unknown_property')
    expectRejected(read('/roof/Switch/State', 'on', { source: { format: 'espeasy' } }), 'no_measurement')
  })
})

describe('OpenMQTTGateway', () => {
  const topic = 'home/OpenMQTTGateway/BTtoMQTT/A4C138AABBCC'
  test('a sensor it knows', () => {
    expectRead(
      read(topic, { id: 'A4:C1:38:AA:BB:CC', model_id: 'X', tempc: 20, tempf: 68, hum: 40, rssi: -80 }),
      'openmqttgateway/A4C138AABBCC',
      [
        ['temperature', '', 20, 'Cel', ''],
        ['relative_humidity', '', 40, '%', ''],
        ['rssi', '', -80, 'dB{mW}', ''],
      ],
    )
  })
  test.each([
    [{ id: '11:22:33:44:55:66', mac_type: 1, model_id: 'IBEACON', rssi: -60 }],
    [{ id: '11:22:33:44:55:66', rssi: -60 }],
    [{ id: '11:22:33:44:55:66', model_id: 'TAG', track: true, rssi: -60 }],
  ])('%j may be the telephone of a passer-by', (payload) => {
    const decoded = read(topic, payload)
    expectRejected(decoded, 'personal_data')
    expect(JSON.stringify(decoded)).not.toContain('11:22')
  })
  test('a radio sensor, named by model and number, not by the battery it has', () => {
    const payload = { model: 'Acurite-Tower', id: 3021, channel: 'A', battery_ok: 1, temperature_C: -4.5, humidity: 87 }
    expectRead(
      read('home/OMG/RTL_433toMQTT/Acurite-Tower/A/3021', { ...payload, wind_avg_km_h: 18, rssi: -71, protocol: 40 }),
      'openmqttgateway/Acurite-Tower.3021',
      [
        ['temperature', '', -4.5, 'Cel', ''],
        ['relative_humidity', '', 87, '%', ''],
        ['wind_speed', '', 18, 'km/h', ''],
        ['rssi', '', -71, 'dB{mW}', ''],
      ],
    )
  })
  test.each([
    [{ model: 'Toyota', type: 'TPMS', id: 'fb26ac5a', pressure_kPa: 230 }, 'personal_data'],
    [{ model: 'Ford-CarKey', id: 1, code: 'a' }, 'personal_data'],
    [{ model: 'Generic-Door', id: 7, event: 'open', rssi: -60 }, 'no_measurement'],
    [{ temperature_C: 1 }, 'wrong_shape'],
  ])('radio: %j is rejected as %s', (payload, reason) =>
    expectRejected(read('home/OMG/RTL_433toMQTT/x', payload), reason),
  )
  test('sensors wired to the gateway are its own, by their topic', () => {
    expectRead(
      read('home/OMG/CLIMAtoMQTT/bme', { tempc: 21.5, tempf: 70.7, hum: 40, pa: 101_325, altim: 0, altift: 0 }),
      'openmqttgateway/home/OMG',
      [
        ['temperature', 'bme', 21.5, 'Cel', ''],
        ['relative_humidity', 'bme', 40, '%', ''],
        ['pressure', 'bme', 101_325, 'Pa', ''],
      ],
    )
    expectRead(read('home/OMG/INA226toMQTT', { volt: 12.1, current: 0.4, power: 4.84 }), 'openmqttgateway/home/OMG', [
      ['voltage', '', 12.1, 'V', ''],
      ['current', '', 0.4, 'A', ''],
      ['active_power', '', 4.84, 'W', ''],
    ])
  })
  test('the gateway itself', () => {
    expectRejected(read('home/OMG/SYStoMQTT', { uptime: 5, ip: '192.0.2.1', SSID: 'x' }), 'no_measurement')
    expectRejected(read('home/OMG/433toMQTT', { value: 5393 }), 'no_measurement')
    const lwt = read('home/OMG/LWT', 'offline', { source: { format: 'openmqttgateway' } })
    expectRead(lwt, 'openmqttgateway/home/OMG', [['online', '', 0, '', '']])
  })
})

describeShared('samples of home sensors', (path) => {
  test('purpleair local_json_indoor_pa-i_v7', () => {
    const at = '2024-08-20T18:59:56.000Z'
    const text = readFileSync(path('payloads', 'purpleair', 'local_json_indoor_pa-i_v7.json'), 'utf8')
    expectRead(read('purpleair', text), 'purpleair/10:52:1c:4c:ca:95', [
      ['pm1', '', 6, 'ug/m3', at],
      ['pm1', 'cf_1', 6, 'ug/m3', at],
      ['pm2_5', '', 15, 'ug/m3', at],
      ['pm2_5', 'cf_1', 15, 'ug/m3', at],
      ['pm10', '', 16, 'ug/m3', at],
      ['pm10', 'cf_1', 16, 'ug/m3', at],
      ['temperature', '', 87, '[degF]', at],
      ['relative_humidity', '', 45, '%', at],
      ['dew_point', '', 63, '[degF]', at],
      ['pressure', '', 1010.19, 'hPa', at],
      ['rssi', '', -23, 'dB{mW}', at],
    ])
  })
  test('espeasy mqtt_topics', () => {
    const lines = readFileSync(path('payloads', 'espeasy', 'mqtt_topics.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
    const [pressure, humidity, temperature, altitude] = lines.map((line) =>
      read(line.slice(0, line.indexOf(',')), line.slice(line.indexOf(',') + 1)),
    )
    if (!pressure || !humidity || !temperature || !altitude) throw new Error('four lines were expected')
    expectRead(pressure, 'espeasy/ESP_BOX', [['pressure', 'BM280', 1010.09, 'hPa', '']])
    expectRead(humidity, 'espeasy/ESP_BOX', [['relative_humidity', 'BM280', 42.39, '%', '']])
    expectRead(temperature, 'espeasy/ESP_BOX', [['temperature', 'BM280', 25.86, 'Cel', '']])
    expectRejected(altitude, 'unknown_property', 'Approx. Altitude')
  })
  test('openmqttgateway ble_lywsd03mmc', () => {
    const text = readFileSync(path('payloads', 'openmqttgateway', 'ble_lywsd03mmc.json'), 'utf8')
    expectRead(read('home/OpenMQTTGateway/BTtoMQTT/A4C1386E4AE8', text), 'openmqttgateway/A4C1386E4AE8', [
      ['temperature', '', 14.2, 'Cel', ''],
      ['relative_humidity', '', 56, '%', ''],
      ['battery_level', '', 75, '%', ''],
      ['battery_voltage', '', 2.887, 'V', ''],
      ['rssi', '', -91, 'dB{mW}', ''],
    ])
  })
})
