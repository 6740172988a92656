import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, read } from './read.ts'

const topic = 'tele/desk/SENSOR'

describe('Tasmota', () => {
  test('reads sensors with the units stated at the top', () => {
    const body = {
      Time: '2026-05-31T13:58:00',
      BME280: { Temperature: 68.0, Humidity: 45.2, DewPoint: 46, Pressure: 750.1, SeaPressure: 760 },
      PressureUnit: 'mmHg',
      TempUnit: 'F',
    }
    const at = '2026-05-31T11:58:00.000Z'
    expectRead(read(topic, body), 'tasmota/desk', [
      ['temperature', 'BME280', 68, '[degF]', at],
      ['relative_humidity', 'BME280', 45.2, '%', at],
      ['dew_point', 'BME280', 46, '[degF]', at],
      ['pressure', 'BME280', 750.1, 'mm[Hg]', at],
    ])
  })

  test.each([
    ['tele/desk/SENSOR', 'desk'],
    ['desk/tele/SENSOR', 'desk'],
    ['house/first floor/tele/desk/SENSOR', 'house/first floor/desk'],
    ['tele/house/küche/SENSOR', 'house/küche'],
    ['tele/tele/SENSOR', 'tele'],
  ])('any FullTopic: %s is %s', (on, device) => {
    expectRead(read(on, { ENERGY: { Power: 5 } }), `tasmota/${device}`, [['active_power', '', 5, 'W', '']])
  })

  test('the sensor is the channel, whether or not there is another', () => {
    const body = { BME280: { Temperature: 20 }, SHT3X: { Temperature: 21, Humidity: 50 }, TempUnit: 'C' }
    expectRead(read(topic, body), 'tasmota/desk', [
      ['temperature', 'BME280', 20, 'Cel', ''],
      ['temperature', 'SHT3X', 21, 'Cel', ''],
      ['relative_humidity', 'SHT3X', 50, '%', ''],
    ])
    expectRead(read(topic, { BME280: { Temperature: 20 } }), 'tasmota/desk', [['temperature', 'BME280', 20, 'Cel', '']])
  })

  test('probes keep their id, sensors their pin, as channel for good', () => {
    const body = {
      'DS18B20-1': { Id: '0316A279', Temperature: 18.5 },
      'DS18B20-2': { Id: '0316A280', Temperature: 19.5 },
      'AM2301-14': { Temperature: 20.5, Humidity: 60 },
    }
    expectRead(read(topic, body), 'tasmota/desk', [
      ['temperature', '0316A279', 18.5, 'Cel', ''],
      ['temperature', '0316A280', 19.5, 'Cel', ''],
      ['temperature', 'AM2301-14', 20.5, 'Cel', ''],
      ['relative_humidity', 'AM2301-14', 60, '%', ''],
    ])
  })

  test('energy: one value per phase among scalars, nulls recorded as unreadable values', () => {
    const body = {
      ENERGY: { Total: [1.5, 2.5], Power: [10, null], Voltage: 231, Current: [0.1, 0.2], Today: 3, Factor: null },
    }
    expectRead(read(topic, body), 'tasmota/desk', [
      ['energy', '1', 1.5, 'kW.h', ''],
      ['energy', '2', 2.5, 'kW.h', ''],
      ['active_power', '1', 10, 'W', ''],
      ['active_power', '2', null, 'W', ''],
      ['voltage', '', 231, 'V', ''],
      ['current', '1', 0.1, 'A', ''],
      ['current', '2', 0.2, 'A', ''],
      ['power_factor', '', null, '1', ''],
    ])
  })

  test('a bare nan is not JSON; the other values are read', () => {
    const text = '{"Time":"2026-05-31T13:58:00","AM2301":{"Temperature":nan,"Humidity":48.1},"TempUnit":"C"}'
    expectRead(read(topic, text), 'tasmota/desk', [
      ['temperature', 'AM2301', 'nan', 'Cel', '2026-05-31T11:58:00.000Z'],
      ['relative_humidity', 'AM2301', 48.1, '%', '2026-05-31T11:58:00.000Z'],
    ])
  })

  test('PM2.5 is one key', () => {
    expectRead(read(topic, { SDS0X1: { 'PM2.5': 3.1, PM10: 4.4 } }), 'tasmota/desk', [
      ['pm2_5', 'SDS0X1', 3.1, 'ug/m3', ''],
      ['pm10', 'SDS0X1', 4.4, 'ug/m3', ''],
    ])
  })

  test('STATUS8 and STATUS10 wrap the same body', () => {
    const body = { StatusSNS: { Time: '2026-05-31T13:58:00', ENERGY: { Power: 7 } } }
    for (const on of ['stat/desk/STATUS8', 'stat/desk/STATUS10'])
      expectRead(read(on, body), 'tasmota/desk', [['active_power', '', 7, 'W', '2026-05-31T11:58:00.000Z']])
  })

  test('STATE: the signal in dBm, without the name of the network', () => {
    const decoded = read('tele/desk/STATE', { Wifi: { SSId: 'home', BSSId: 'F4:92', RSSI: 80, Signal: -60 }, Vcc: 3.3 })
    expectRead(decoded, 'tasmota/desk', [['rssi', '', -60, 'dB{mW}', '']])
    expect(JSON.stringify(decoded)).not.toMatch(/home|F4:92/)
  })

  test('last will', () => {
    expectRead(read('tele/desk/LWT', 'Online'), 'tasmota/desk', [['online', '', 1, '', '']])
    expectRead(read('tele/desk/LWT', 'Offline'), 'tasmota/desk', [['online', '', 0, '', '']])
    expectRejected(read('tele/desk/LWT', 'Perhaps'), 'wrong_shape')
  })

  test('a Zigbee bridge: devices are keys', () => {
    const decoded = read('tele/bridge/SENSOR', { ZbReceived: { '0x1': { Temperature: 1 }, '0x2': { Temperature: 2 } } })
    expect(decoded.ok && decoded.samples.map((s) => [s.device, s.value])).toEqual([
      ['tasmota/bridge/0x1', 1],
      ['tasmota/bridge/0x2', 2],
    ])
  })

  test('the clock of another zone, named by the source', () => {
    const decoded = read(
      topic,
      { Time: '2026-05-31T08:58:00', ENERGY: { Power: 1 } },
      { source: { timeZone: 'America/New_York' } },
    )
    expectRead(decoded, 'tasmota/desk', [['active_power', '', 1, 'W', '2026-05-31T12:58:00.000Z']])
  })

  test('an analog input gets the property of its mapping in the source', () => {
    const body = { ANALOG: { A0: 591 } }
    expectRejected(read(topic, body), 'unknown_property', 'A0')
    const fields = { 'ANALOG.A0': { property: 'soil_moisture', unit: '%' } }
    expectRead(read(topic, body, { source: { fields } }), 'tasmota/desk', [['soil_moisture', '', 591, '%', '']])
  })

  test.each([
    ['stat/desk/RESULT', '{"POWER":"ON"}', 'no_measurement'],
    ['stat/desk/POWER', 'ON', 'no_measurement'],
    ['tele/desk/STATE', '{"POWER":"ON"}', 'no_measurement'],
    [topic, '{"Time":"2026-05-31T13:58:00","Switch1":"ON"}', 'no_measurement'],
    [topic, '{"Time":"1:58 pm","ENERGY":{"Power":1}}', 'bad_time'],
    [topic, '[1]', 'wrong_shape'],
    [topic, '{"ENERGY":', 'not_json'],
  ])('%s %s is rejected as %s', (on, payload, reason) => expectRejected(read(on, payload), reason))
})

describeShared('Tasmota samples (devices on the time of Berlin)', (path) => {
  const sample = (name: string): string => readFileSync(path('payloads', 'tasmota', name), 'utf8')
  const energy = (
    at: string,
    values: Record<string, number>,
    channel = '',
  ): [string, string, number, string, string][] =>
    Object.entries(values).map(([property, value]) => [property, channel, value, '', at])

  test('energy_topic_v5_flat', () => {
    expectRead(
      read('tele/teltonika_4ch/ENERGY', sample('energy_topic_v5_flat.json')),
      'tasmota/teltonika_4ch',
      energy('2017-10-02T17:24:32.000Z', {
        energy: 1.753,
        active_power: 3,
        power_factor: 0.12,
        voltage: 221,
        current: 0.097,
      }),
    )
  })
  test('lwt', () => {
    expectRead(read('tele/node_mcu_hydroponics/LWT', sample('lwt.txt')), 'tasmota/node_mcu_hydroponics', [
      ['online', '', 1, '', ''],
    ])
  })
  test('sensor_am2301_gpio_suffix', () => {
    const at = '2017-10-03T12:02:25.000Z'
    expectRead(read('tele/teltonika5/SENSOR', sample('sensor_am2301_gpio_suffix.json')), 'tasmota/teltonika5', [
      ['temperature', 'AM2301-14', 21.6, 'Cel', at],
      ['relative_humidity', 'AM2301-14', 54.7, '%', at],
    ])
  })
  test('sensor_analog_soil: raw counts', () => {
    expectRejected(read('tele/d1/SENSOR', sample('sensor_analog_soil.json')), 'unknown_property', 'ANALOG.A0')
  })
  test('sensor_analog_tempunit_f: a thermistor on the board', () => {
    const at = '2020-08-30T08:15:00.000Z'
    expectRead(
      read('tele/shellyB/SENSOR', sample('sensor_analog_tempunit_f.json')),
      'tasmota/shellyB',
      energy(at, {
        energy: 0.586,
        active_power: 0,
        apparent_power: 0,
        reactive_power: 0,
        power_factor: 0,
        voltage: 0,
        current: 0,
      }),
      ['ANALOG.Temperature unknown_property'],
    )
  })
  test('sensor_bme280', () => {
    expectRead(
      read('tele/node_mcu_hydroponics/SENSOR', sample('sensor_bme280.json')),
      'tasmota/node_mcu_hydroponics',
      energy(
        '2023-05-19T18:52:56.000Z',
        { temperature: 17, relative_humidity: 53.4, dew_point: 7.4, pressure: 984 },
        'BME280',
      ),
    )
  })
  test('sensor_ds18x20_nested', () => {
    expectRead(read('tele/teltonika/SENSOR', sample('sensor_ds18x20_nested.json')), 'tasmota/teltonika', [
      ['temperature', '28FF9A9876815022A', 12.2, 'Cel', '2017-10-05T15:43:19.000Z'],
    ])
  })
  test('sensor_energy_linky', () => {
    expectRead(
      read('compteur/tele/SENSOR', sample('sensor_energy_linky.json')),
      'tasmota/compteur',
      energy('2021-03-13T08:20:26.000Z', { energy: 7970.903, active_power: 860, current: 4 }),
    )
  })
  test('sensor_energy_old_fw_no_period', () => {
    expectRead(
      read('iot/sonoff/tele/sonoff-pow-2/SENSOR', sample('sensor_energy_old_fw_no_period.json')),
      'tasmota/iot/sonoff/sonoff-pow-2',
      energy('2018-10-14T19:57:33.000Z', {
        energy: 0.006,
        active_power: 5,
        power_factor: 0.1,
        voltage: 214,
        current: 0.241,
      }),
    )
  })
  test('sensor_energy_plug', () => {
    expectRead(
      read('tele/sonoff_desk/SENSOR', sample('sensor_energy_plug.json')),
      'tasmota/sonoff_desk',
      energy('2023-05-19T18:52:56.000Z', {
        energy: 514.153,
        active_power: 56,
        apparent_power: 92,
        reactive_power: 73,
        power_factor: 0.61,
        voltage: 234,
        current: 0.392,
      }),
    )
  })
  test('sensor_energy_switch_tz_mismatch: the time as stated by the device', () => {
    expectRead(
      read('tele/plug/SENSOR', sample('sensor_energy_switch_tz_mismatch.json')),
      'tasmota/plug',
      energy('2023-04-04T15:01:33.000Z', {
        energy: 14.68792,
        active_power: 32,
        apparent_power: 35,
        reactive_power: 16,
        power_factor: 0.89,
        voltage: 238,
        current: 0.148,
      }),
    )
  })
  test('sensor_sds011_bme280', () => {
    const at = '2023-05-20T23:06:38.000Z'
    expectRead(read('tele/node_mcu_terrace/SENSOR', sample('sensor_sds011_bme280.json')), 'tasmota/node_mcu_terrace', [
      ...energy(at, { temperature: 20.5, relative_humidity: 53.1, dew_point: 10.6, pressure: 977 }, 'BME280'),
      ...energy(at, { pm2_5: 11.8, pm10: 5.8 }, 'SDS0X1'),
    ])
  })
  test('state', () => {
    expectRead(read('tele/sonoff-desk/STATE', sample('state.json')), 'tasmota/sonoff-desk', [
      ['rssi', '', -72, 'dB{mW}', '2022-11-06T20:27:46.000Z'],
    ])
  })
  test('zbreceived_temp_hum', () => {
    expectRead(read('tele/zbbridge/SENSOR', sample('zbreceived_temp_hum.json')), 'tasmota/zbbridge/0x1067', [
      ['temperature', '', 19.04, 'Cel', ''],
      ['relative_humidity', '', 70.89, '%', ''],
      ['link_quality', '', 141, '1', ''],
    ])
  })
})
