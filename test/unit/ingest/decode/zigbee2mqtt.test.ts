import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, read } from './read.ts'

const topic = 'zigbee2mqtt/Kitchen/window sensor'

describe('Zigbee2MQTT', () => {
  test('a friendly name may have slashes and blanks; the battery voltage is in mV', () => {
    expectRead(
      read(topic, { battery: 88, voltage: 2985, temperature: 21.1, linkquality: 70 }),
      'zigbee2mqtt/Kitchen/window sensor',
      [
        ['battery_level', '', 88, '%', ''],
        ['battery_voltage', '', 2985, 'mV', ''],
        ['temperature', '', 21.1, 'Cel', ''],
        ['link_quality', '', 70, '1', ''],
      ],
    )
  })

  // zigbee2mqtt.io, release notes of 2.0.0: `illuminance` was the raw value of the sensor, `illuminance_lux` the lux
  test('beside illuminance_lux the shorter name is a raw value', () => {
    const device = 'zigbee2mqtt/Kitchen/window sensor'
    expectRead(read(topic, { illuminance: 12_000, illuminance_lux: 15 }), device, [['illuminance', '', 15, 'lx', '']])
    expectRead(read(topic, { illuminance: 15 }), device, [['illuminance', '', 15, 'lx', '']])
  })

  test('a voltage that no battery has is that of the mains, whatever is sent beside it', () => {
    expectRead(read('zigbee2mqtt/meter', { voltage: 231 }), 'zigbee2mqtt/meter', [['voltage', '', 231, 'V', '']])
    expectRead(read('zigbee2mqtt/meter', { ac_frequency: 50.02 }), 'zigbee2mqtt/meter', [
      ['frequency', '', 50.02, 'Hz', ''],
    ])
  })

  test('the voltage of a plug is that of the mains; phases are channels', () => {
    expectRead(
      read('zigbee2mqtt/meter', { voltage: 230, power: -5, power_phase_b: 7, energy: 1.5, produced_energy: 2 }),
      'zigbee2mqtt/meter',
      [
        ['voltage', '', 230, 'V', ''],
        ['active_power', '', -5, 'W', ''],
        ['active_power', 'phase_b', 7, 'W', ''],
        ['energy', '', 1.5, 'kW.h', ''],
        ['energy_export', '', 2, 'kW.h', ''],
      ],
    )
  })

  test.each([1_780_228_790_000, '2026-05-31T11:59:50.000Z', '2026-05-31T13:59:50+02:00'])(
    'last_seen %s',
    (last_seen) => {
      expectRead(read(topic, { co2: 600, last_seen }), 'zigbee2mqtt/Kitchen/window sensor', [
        ['co2', '', 600, '[ppm]', '2026-05-31T11:59:50.000Z'],
      ])
    },
  )

  test('-1 before the first report is not a value where nothing can be negative; null is passed on as unreadable', () => {
    expectRead(
      read(topic, { battery: -1, temperature: -1, humidity: null }),
      'zigbee2mqtt/Kitchen/window sensor',
      [
        ['temperature', '', -1, 'Cel', ''],
        ['relative_humidity', '', null, '%', ''],
      ],
      ['battery bad_value'],
    )
  })

  test('settings, states and booleans are not measurements; an unknown number is recorded as a problem', () => {
    expectRead(
      read(topic, {
        temperature: 20,
        temperature_calibration: 0.5,
        occupancy: true,
        state: 'ON',
        update: { installed_version: 5 },
        sparkle: 3,
      }),
      'zigbee2mqtt/Kitchen/window sensor',
      [['temperature', '', 20, 'Cel', '']],
      ['sparkle unknown_property'],
    )
  })

  test.each(['online', '{"state":"online"}'])('availability %s', (payload) => {
    expectRead(read(`${topic}/availability`, payload), 'zigbee2mqtt/Kitchen/window sensor', [['online', '', 1, '', '']])
  })

  test('another base topic is the start of the filter of the source', () => {
    const decoded = read(
      'home/zigbee/desk',
      { power: 3 },
      { source: { topic: 'home/zigbee/#', format: 'zigbee2mqtt' } },
    )
    expectRead(decoded, 'zigbee2mqtt/desk', [['active_power', '', 3, 'W', '']])
  })

  test.each([
    [topic, '{"action":"single","linkquality":90}', 'no_measurement'],
    [topic, '{"state":"ON","linkquality":90}', 'no_measurement'],
    ['zigbee2mqtt/bridge/state', '{"state":"online"}', 'no_measurement'],
    ['zigbee2mqtt/bridge/devices', '[]', 'no_measurement'],
    [`${topic}/set`, '{"state":"ON"}', 'no_measurement'],
    [`${topic}/availability`, 'maybe', 'wrong_shape'],
    [topic, '{"temperature":20,"last_seen":"soon"}', 'bad_time'],
    [topic, '[1]', 'wrong_shape'],
    [topic, '', 'not_json'],
    ['zigbee2mqtt/', '{"temperature":20}', 'wrong_topic'],
  ])('%s %s is rejected as %s', (on, payload, reason) => expectRejected(read(on, payload), reason))
})

describeShared('Zigbee2MQTT samples', (path) => {
  const sample = (name: string): string => readFileSync(path('payloads', 'zigbee2mqtt', name), 'utf8')

  test('aqara_weather', () => {
    expectRead(read('zigbee2mqtt/weather', sample('aqara_weather.json')), 'zigbee2mqtt/weather', [
      ['battery_level', '', 91, '%', ''],
      ['battery_voltage', '', 2985, 'mV', ''],
      ['temperature', '', 23.5, 'Cel', ''],
      ['relative_humidity', '', 46.08, '%', ''],
      ['pressure', '', 915.5, 'hPa', ''],
      ['link_quality', '', 10, '1', ''],
    ])
  })
  test('plug_update_object measures nothing', () => {
    expectRejected(read('zigbee2mqtt/0x84fd27fffe9f718e', sample('plug_update_object.json')), 'no_measurement')
  })
  test('sen55_air_quality', () => {
    expectRead(read('zigbee2mqtt/ZB_SEN55', sample('sen55_air_quality.json')), 'zigbee2mqtt/ZB_SEN55', [
      ['relative_humidity', '', 60.99, '%', ''],
      ['nox_index', '', 1, '1', ''],
      ['pm1', '', 7.6, 'ug/m3', ''],
      ['pm2_5', '', 8, 'ug/m3', ''],
      ['pm4', '', 8.2, 'ug/m3', ''],
      ['pm10', '', 8.1, 'ug/m3', ''],
      ['temperature', '', 21.85, 'Cel', ''],
      ['voc_index', '', 137, '1', ''],
      ['link_quality', '', 98, '1', ''],
    ])
  })
  test('sonoff_snzb02_temp_hum_sequence: fields come one by one after pairing; 2900 is mV', () => {
    const lines = sample('sonoff_snzb02_temp_hum_sequence.csv').trim().split(/\r?\n/).slice(1)
    const payloads = lines.map((line) => line.slice(line.indexOf(',') + 2, -1).replaceAll('""', '"'))
    const device = 'zigbee2mqtt/0x00124b00251f6ccc'
    const expected: [string, number, string][][] = [
      [
        ['battery_voltage', 2900, 'mV'],
        ['link_quality', 186, '1'],
      ],
      [
        ['temperature', 26.66, 'Cel'],
        ['battery_voltage', 2900, 'mV'],
        ['link_quality', 171, '1'],
      ],
      [
        ['relative_humidity', 31.68, '%'],
        ['temperature', 26.66, 'Cel'],
        ['battery_voltage', 2900, 'mV'],
        ['link_quality', 171, '1'],
      ],
    ]
    expect(payloads).toHaveLength(expected.length)
    for (const [index, rows] of expected.entries())
      expectRead(
        read(device, payloads[index]),
        device,
        rows.map(([property, value, unit]) => [property, '', value, unit, '']),
      )
  })
  test('tuya_smart_plug', () => {
    expectRead(read('zigbee2mqtt/plug', sample('tuya_smart_plug.json')), 'zigbee2mqtt/plug', [
      ['current', '', 0, 'A', ''],
      ['energy', '', 1.92, 'kW.h', ''],
      ['active_power', '', 0, 'W', ''],
      ['voltage', '', 233, 'V', ''],
      ['link_quality', '', 102, '1', ''],
    ])
  })
})
