import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, read } from './read.ts'

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
  test('ATM of laser A has no channel; the place is coarse', () => {
    const at = '2026-05-31T11:59:50.000Z'
    const decoded = read('purpleair/home', body)
    expectRead(decoded, 'purpleair/aa:bb', [
      ['pm2_5', '', 7.5, 'ug/m3', at],
      ['pm2_5', 'b', 8, 'ug/m3', at],
      ['pm2_5', 'cf_1', 7.6, 'ug/m3', at],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([11.57, 48.12])
  })
  test('a time that is none', () => expectRejected(read('x', { ...body, DateTime: 'now' }), 'bad_time'))
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
