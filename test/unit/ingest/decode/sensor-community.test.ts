import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, read } from './read.ts'

const topic = 'sensor.community/esp8266-77'
const body = (values: Record<string, unknown>, more: object = {}): object => ({
  ...more,
  sensordatavalues: Object.entries(values).map(([value_type, value]) => ({ value_type, value })),
})

describe('sensor.community', () => {
  test('P1 is PM10, P2 is PM2.5, pressure is in Pa; diagnostics are not measurements', () => {
    const values = {
      SDS_P1: '12.30',
      SDS_P2: '4.10',
      BMP280_pressure: '98765.4',
      samples: '900',
      min_micro: '30',
      max_micro: '9000',
      signal: '-70',
    }
    expectRead(read('anything', body(values, { esp8266id: '42' })), 'sensor-community/esp8266-42', [
      ['pm10', '', 12.3, 'ug/m3', ''],
      ['pm2_5', '', 4.1, 'ug/m3', ''],
      ['pressure', 'BMP280', 98_765.4, 'Pa', ''],
    ])
  })

  test('a second thermometer has its name as channel, also where the first is missing', () => {
    const values = { temperature: '20.1', humidity: '40', BME280_temperature: '19.7' }
    expectRead(read(topic, body(values)), 'sensor-community/esp8266-77', [
      ['temperature', '', 20.1, 'Cel', ''],
      ['temperature', 'BME280', 19.7, 'Cel', ''],
      ['relative_humidity', '', 40, '%', ''],
    ])
    expectRead(read(topic, body({ BME280_temperature: '19.7' })), 'sensor-community/esp8266-77', [
      ['temperature', 'BME280', 19.7, 'Cel', ''],
    ])
  })

  test('noise, CO2, GPS', () => {
    const values = {
      DNMS_noise_LAeq: '55.1',
      DNMS_noise_LA_min: '40',
      DNMS_noise_LA_max: '70.2',
      SCD30_co2_ppm: '612',
      GPS_lat: '48.5',
      GPS_lon: '9.1',
    }
    const decoded = read(topic, body(values))
    expectRead(decoded, 'sensor-community/esp8266-77', [
      ['sound_level', '', 55.1, 'dB{A}', ''],
      ['sound_level_max', '', 70.2, 'dB{A}', ''],
      ['co2', '', 612, '[ppm]', ''],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([9.1, 48.5])
  })

  test.each([
    ['a/b', body({ P1: '1' }), 'wrong_shape'],
    [topic, { sensordatavalues: 'P1' }, 'wrong_shape'],
    [topic, { sensordatavalues: [{ value: '1' }] }, 'wrong_shape'],
    [topic, body({ samples: '3' }), 'no_measurement'],
    [topic, body({ XYZ_mystery: '3' }), 'unknown_property'],
    [topic, '', 'not_json'],
  ])('%s %j is rejected as %s', (on, payload, reason) => {
    expectRejected(read(on, payload, { source: { format: 'sensor-community' } }), reason)
  })

  test('a line of the archive with missing fields is named', () => {
    const text =
      'sensor_id;sensor_type;location;lat;lon;timestamp;temperature\n7;DHT22;1;48.5;9.1;2026-05-31T10:00:00;21\n7;DHT22\n'
    expectRead(
      read('file', text),
      'sensor-community/sensor-7',
      [['temperature', '', 21, 'Cel', '2026-05-31T10:00:00.000Z']],
      ['line 3 wrong_shape'],
    )
  })
})

describeShared('sensor.community samples', (path) => {
  const sample = (name: string): string => readFileSync(path('payloads', 'sensor-community', name), 'utf8')

  test('sds011_bme280_nrz2020', () => {
    expectRead(read('data.php', sample('sds011_bme280_nrz2020.json')), 'sensor-community/esp8266-12331981', [
      ['pm10', '', 0.4, 'ug/m3', ''],
      ['pm2_5', '', 0.2, 'ug/m3', ''],
      ['temperature', 'BME280', 20.47, 'Cel', ''],
      ['pressure', 'BME280', 100_613.25, 'Pa', ''],
      ['relative_humidity', 'BME280', 69.02, '%', ''],
    ])
  })
  test('sds011_dht22_nrz2017', () => {
    expectRead(read('data.php', sample('sds011_dht22_nrz2017.json')), 'sensor-community/esp8266-3394227', [
      ['pm10', '', 4.3, 'ug/m3', ''],
      ['pm2_5', '', 3.53, 'ug/m3', ''],
      ['temperature', '', 20.8, 'Cel', ''],
      ['relative_humidity', '', 52.3, '%', ''],
    ])
  })
  test('sds011_dht22_nrz2024_interval', () => {
    expectRead(read('data.php', sample('sds011_dht22_nrz2024_interval.json')), 'sensor-community/esp8266-15303512', [
      ['pm10', '', 67.22, 'ug/m3', ''],
      ['pm2_5', '', 34.47, 'ug/m3', ''],
      ['temperature', '', 2, 'Cel', ''],
      ['relative_humidity', '', 38.4, '%', ''],
    ])
  })
  test('archive_sds011_day_head: UTC without a zone, empty fields', () => {
    const expected: [string, number, number][] = [
      ['00:00:44', 47.4, 23.7],
      ['00:03:10', 48.17, 24.8],
      ['00:05:36', 52.93, 23.9],
      ['00:08:03', 50.35, 25.63],
      ['00:10:29', 50.2, 25.65],
    ]
    const decoded = read('archive', sample('archive_sds011_day_head.csv'))
    expectRead(
      decoded,
      'sensor-community/sensor-88091',
      expected.flatMap(([time, pm10, pm25]): [string, string, number, string, string][] => [
        ['pm10', '', pm10, 'ug/m3', `2026-02-22T${time}.000Z`],
        ['pm2_5', '', pm25, 'ug/m3', `2026-02-22T${time}.000Z`],
      ]),
    )
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([11.56, 45.528])
  })
})
