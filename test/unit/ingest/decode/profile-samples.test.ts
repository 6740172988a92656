/**
 * Known systems: what the messages of profile-fixtures.ts say, and the cases that their documentation names. Expected tables were
 * written from the message and its documentation.
 */
import { describe, expect, test } from 'vitest'
import { type PropertyName, propertyOf } from '#model/observation/properties.ts'
import { toCanonical } from '#model/observation/units.ts'
import { PROFILE_FIXTURES } from './profile-fixtures.ts'
import { expectRead, expectRejected, type Row, read } from './read.ts'

const at = '2026-05-31T11:58:00.000Z'
const fixture = (format: string, n = 0): { topic: string; payload: string } => {
  const found = PROFILE_FIXTURES.filter((each) => each.format === format)[n]
  if (!found) throw new Error(`no message of ${format}`)
  return found
}
const decode = (format: string, n = 0): ReturnType<typeof read> => {
  const { topic, payload } = fixture(format, n)
  return read(topic, payload)
}

test('Smart Citizen: a series per sensor, named by its chip; a quantity without a property is reported', () => {
  const decoded = decode('smart-citizen')
  expectRead(
    decoded,
    'smart-citizen/16549',
    [
      ['sound_level', 'ICS43432 - Noise', 54.9, 'dBA', at],
      ['temperature', 'SHT31 - Temperature', 22.4, 'ºC', at],
      ['temperature', 'Sensirion SHT35 - Temperature', 21.9, 'ºC', at],
      ['pressure', 'MPL3115A2 - Barometric Pressure', 101.2, 'K Pa', at],
      ['pm2_5', 'PMS5003_AVG-PM2.5', 5, 'ug/m3', at],
    ],
    ['TVOC unknown_property'],
  )
  expect(decoded.ok && decoded.samples[0]?.location).toEqual([2.2, 41.4])
})

describe('Ecowitt', () => {
  test('outside, channels, the running total; the room of the console and restarting amounts are left out', () => {
    expectRead(
      decode('ecowitt'),
      'ecowitt/weather/roof',
      [
        ['temperature', '', 68, 'degF', at],
        ['relative_humidity', '', 61, '%', at],
        ['pressure', '', 29.5, 'inHg', at],
        ['wind_speed', '', 4.5, 'mph', at],
        ['wind_direction', '', 240, 'deg', at],
        ['solar_irradiance', '', 412.3, 'W/m2', at],
        ['precipitation_total', '', 12.5, '[in_i]', at],
        ['temperature', '1', 59, 'degF', at],
        ['relative_humidity', '1', 80, '%', at],
        ['soil_moisture', '1', 31, '%', at],
        ['pm2_5', '1', 8.5, 'ug/m3', at],
      ],
      ['windgustmph unknown_property', 'uv unknown_property'],
    )
  })
  test('a station without a clock is not dated by another', () =>
    expectRejected(read('x', 'stationtype=GW1000&dateutc=now&tempf=68'), 'bad_time'))
})

describe('WeeWX', () => {
  test('a packet: text with units in the names', () => {
    expectRead(
      decode('weewx'),
      'weewx/weather',
      [
        ['temperature', '', 17.35, 'Cel', at],
        ['relative_humidity', '', 61, '%', at],
        ['pressure', '', 998.1, 'mbar', at],
        ['wind_speed', '', 7.2, 'km/h', at],
        ['wind_direction', '', 240, 'deg', at],
        ['precipitation', '', 0.02, 'cm', at],
        ['solar_irradiance', '', 412, 'W/m2', at],
        ['soil_temperature', '1', 12.5, 'Cel', at],
      ],
      ['UV unknown_property', 'windGust_kph unknown_property'],
    )
  })
  test('a topic per observation, the same device', () =>
    expectRead(decode('weewx', 1), 'weewx/weather', [['temperature', '', 17.35, 'Cel', '']]))
  test('US units', () =>
    expectRead(
      read('home/weather/loop', { dateTime: '1780228680', usUnits: '1', outTemp_F: '63.2', rain_in: '0.01' }),
      'weewx/home/weather',
      [
        ['temperature', '', 63.2, 'degF', at],
        ['precipitation', '', 0.01, '[in_i]', at],
      ],
    ))
  // weewx.com/docs/5.1/reference/units: US, METRIC and METRICWX
  test('names without their unit are in the system of the message', () => {
    const canonical = (packet: object): number[] => {
      const decoded = read('weather/loop', { dateTime: '1780228680', ...packet })
      if (!decoded.ok) throw new Error(decoded.detail)
      const values = new Map(
        decoded.samples.map(({ property, value, unit = '' }): [string, number | undefined] => [
          property,
          toCanonical(Number(value), unit, propertyOf(property as PropertyName)),
        ]),
      )
      return ['temperature', 'pressure', 'wind_speed', 'precipitation'].map((name) => values.get(name) ?? Number.NaN)
    }
    const [celsius, mbar, metresPerSecond, mm] = [21.5, 998.1, 4.2, 0.4]
    const expected = [celsius, mbar, metresPerSecond, mm]
    const us = { outTemp: celsius * 1.8 + 32, pressure: mbar / 33.863886, windSpeed: metresPerSecond / 0.44704 }
    const packets = [
      { usUnits: '1.0', ...us, rain: mm / 25.4 },
      { usUnits: 16, outTemp: celsius, pressure: mbar, windSpeed: metresPerSecond * 3.6, rain: mm / 10 },
      { usUnits: '17', outTemp: celsius, pressure: mbar, windSpeed: metresPerSecond, rain: mm },
    ]
    for (const packet of packets)
      canonical(packet).forEach((value, at) => {
        expect(value).toBeCloseTo(expected[at] ?? 0, 3)
      })
    const unknown = read('weather/loop', { dateTime: '1780228680', usUnits: '5', outTemp: 70, outHumidity: 40 })
    expectRead(unknown, 'weewx/weather', [['relative_humidity', '', 40, '%', at]], ['outTemp unknown_property'])
  })
})

describe('Open-Meteo', () => {
  test('hours in local time; sums are of the hour before; results of a model are labelled', () => {
    const decoded = decode('open-meteo')
    if (!decoded.ok) throw new Error(decoded.detail)
    const rows = decoded.samples.map((s) => [s.property, s.value, s.time?.toISOString(), s.end?.toISOString()])
    expect(rows.sort()).toEqual(
      [
        ['temperature', 17.1, '2026-05-31T10:00:00.000Z', undefined],
        ['temperature', 18.2, '2026-05-31T11:00:00.000Z', undefined],
        ['wind_speed', 7.2, '2026-05-31T10:00:00.000Z', undefined],
        ['precipitation', 0, '2026-05-31T09:00:00.000Z', '2026-05-31T10:00:00.000Z'],
        ['precipitation', 0.3, '2026-05-31T10:00:00.000Z', '2026-05-31T11:00:00.000Z'],
      ].sort(),
    )
    // the bit of device_simulates
    expect(new Set(decoded.samples.map(({ flags }) => flags))).toEqual(new Set([1 << 13]))
    expect(decoded.samples[0]).toMatchObject({ device: 'open-meteo/52.5.13.4', location: [13.4, 52.5], unit: '°C' })
  })
  test('hours to come are a forecast: left out, and said once', () => {
    const body = JSON.parse(fixture('open-meteo').payload) as { hourly: { time: string[] } }
    body.hourly.time = ['2026-05-31T13:00', '2026-06-01T13:00']
    const decoded = read('feeds/open-meteo/x', body)
    expect(decoded.ok && decoded.rejected.filter(({ reason }) => reason === 'clock_ahead')).toEqual([
      { field: 'time', reason: 'clock_ahead', detail: 'a forecast: 1 records lie after their arrival' },
    ])
  })
  test('the current quarter of an hour', () => {
    const place = { latitude: 52.5, longitude: 13.4, generationtime_ms: 0.07, utc_offset_seconds: 0, timezone: 'GMT' }
    const current_units = { time: 'iso8601', interval: 'seconds', temperature_2m: '°F', precipitation: 'mm' }
    const current = { time: '2026-05-31T11:45', interval: 900, temperature_2m: 64.1, precipitation: 0.2 }
    expectRead(read('x', { ...place, current_units, current }), 'open-meteo/52.5.13.4', [
      ['temperature', '', 64.1, '°F', '2026-05-31T11:45:00.000Z'],
      ['precipitation', '', 0.2, 'mm', '2026-05-31T11:30:00.000Z'],
    ])
  })
})

describe('Victron', () => {
  const device = (service: string): string => `victron/c0619ab0b1c2.${service}.30`
  test.each<[service: string, path: string, value: number, row: Row]>([
    ['grid', 'Ac/Power', 1200, ['active_power', '', 1200, 'W', '']],
    ['grid', 'Ac/L1/Power', 412.5, ['active_power', 'l1', 412.5, 'W', '']],
    ['grid', 'Ac/Energy/Forward', 812.3, ['energy', '', 812.3, 'kWh', '']],
    ['grid', 'Ac/L2/Energy/Reverse', 3.5, ['energy_export', 'l2', 3.5, 'kWh', '']],
    ['pvinverter', 'Ac/Energy/Forward', 5120, ['energy_produced', '', 5120, 'kWh', '']],
    ['solarcharger', 'Yield/System', 99.5, ['energy_produced', '', 99.5, 'kWh', '']],
    ['battery', 'Soc', 87.5, ['battery_level', '', 87.5, '%', '']],
    ['battery', 'Dc/0/Voltage', 52.1, ['battery_voltage', '', 52.1, 'V', '']],
    ['vebus', 'Ac/Out/L1/P', 300, ['active_power', 'out.l1', 300, 'W', '']],
  ])('%s %s', (service, path, value, row) =>
    expectRead(read(`N/c0619ab0b1c2/${service}/30/${path}`, { value }), device(service), [row]),
  )
  test('a temperature of anything is reported, and a service that has gone says nothing', () => {
    const decoded = read('N/c0619ab0b1c2/battery/30/Dc/0/Temperature', { value: 21 })
    expectRejected(decoded, 'unknown_property')
    expect(decoded.unmapped).toMatchObject([
      { field: 'Dc.0.Temperature.value', device: device('battery'), value: '21' },
    ])
    expectRejected(read('N/c0619ab0b1c2/grid/30/Ac/Power', { value: null }), 'no_measurement')
  })
})

describe('OCPP', () => {
  test('1.6, as a call: default measurand, connector and phase as channel; what a vehicle may draw is no reading', () => {
    expectRead(
      decode('ocpp'),
      'ocpp/ocpp/garage-1',
      [
        ['voltage', '1.L1-N', 225.1, 'V', at],
        ['voltage', '1.L2-N', 226.4, 'V', at],
        ['active_power', '1', 7.4, 'kW', at],
        ['energy', '1', 12_345, 'Wh', at],
      ],
      ['Energy.Reactive.Import.Register unknown_property'],
    )
  })
  test('2.0.1: unit and multiplier; a transaction has the same device', () => {
    const unitOfMeasure = { unit: 'W', multiplier: 3 }
    const sampledValue = [
      { value: 7.4, measurand: 'Power.Active.Import', unitOfMeasure },
      { value: 0, measurand: 'Power.Active.Export', unitOfMeasure: { unit: 'W' } },
      { value: 12_345.6 },
    ]
    const meterValue = [{ timestamp: '2026-05-31T11:58:00Z', sampledValue }]
    const rows: Row[] = [
      ['active_power', '2', 7400, 'W', at],
      ['active_power', 'Power.Active.Export.2', 0, 'W', at],
      ['energy', '2', 12_345.6, 'Wh', at],
    ]
    expectRead(read('cp/garage-1', { evseId: 2, meterValue }), 'ocpp/cp/garage-1', rows)
    const transaction = { eventType: 'Updated', seqNo: 3, evse: { id: 2 }, idToken: { idToken: 'A1' }, meterValue }
    expectRead(read('cp/garage-1/TransactionEvent', transaction), 'ocpp/cp/garage-1', rows)
  })
  test('without a time', () =>
    expectRejected(read('cp', { connectorId: 1, meterValue: [{ sampledValue: [{ value: '1' }] }] }), 'bad_time'))
})

test('rtl_433: local time, model and number; a quantity without a property is reported', () => {
  expectRead(
    decode('rtl-433'),
    'rtl-433/Acurite-Tower.3021',
    [
      ['temperature', '', -4.5, 'Cel', at],
      ['relative_humidity', '', 87, '%', at],
    ],
    ['strike_count unknown_property'],
  )
  expectRejected(
    read('rtl_433/attic/events', {
      time: '2026-05-31 13:58:00',
      model: 'Toyota',
      type: 'TPMS',
      id: '1f',
      pressure_kPa: 230,
    }),
    'personal_data',
  )
})

describe('one value per topic', () => {
  test.each<[topic: string, payload: string, device: string, row: Row]>([
    ['homie/weather-1/bme280/temperature_c', '21.5', 'homie/weather-1', ['temperature', 'bme280', 21.5, 'Cel', '']],
    ['homie/5/weather-1/bme280/humidity', '40', 'homie/weather-1', ['relative_humidity', 'bme280', 40, '%', '']],
    ['homie/weather-1/$state', 'ready', 'homie/weather-1', ['online', '', 1, '1', '']],
    ['homie/weather-1/$state', 'lost', 'homie/weather-1', ['online', '', 0, '1', '']],
    ['garden/sensor/soil_moisture/state', '31.2', 'esphome/garden', ['soil_moisture', '', 31.2, '%', '']],
    ['site/a/sensor/co2/state', '640', 'esphome/site/a', ['co2', '', 640, '[ppm]', '']],
    [
      'homeassistant/sensor/outdoor_humidity/state',
      '62.5',
      'home-assistant-statestream/outdoor_humidity',
      ['relative_humidity', '', 62.5, '%', ''],
    ],
    [
      'homeassistant/sensor/outdoor_temperature_f/state',
      '48',
      'home-assistant-statestream/outdoor_temperature_f',
      ['temperature', 'outdoor_temperature_f', 48, '[degF]', ''],
    ],
  ])('%s %s', (topic, payload, device, row) => expectRead(read(topic, payload), device, [row]))

  test.each([
    ['homie/weather-1/$stats/uptime', '120'],
    ['homie/weather-1/$state', 'init'],
    ['homie/weather-1/bme280/$name', 'BME'],
    ['homeassistant/sensor/outdoor_temperature/unit_of_measurement', '"°C"'],
    ['homeassistant/sensor/outdoor_temperature/state', 'unavailable'],
    ['homeassistant/binary_sensor/door/state', 'on'],
    ['garden/sensor/soil_moisture/state', 'nan'],
  ])('%s %s is no measurement', (topic, payload) => expectRejected(read(topic, payload), 'no_measurement'))

  test.each([
    ['garden/sensor/pressure/state', '350', 'pressure'],
    ['homeassistant/sensor/fridge_temperature/state', '5', 'fridge_temperature'],
    // home-assistant.io/docs/configuration/basic: unit_system us_customary is in °F
    ['homeassistant/sensor/outdoor_temperature/state', '48', 'outdoor_temperature'],
    ['homeassistant/sensor/air_pressure/state', '29.92', 'air_pressure'],
    // homieiot.github.io/specification, "Unit": °C and °F, Pa and psi are in the attribute $unit
    ['homie/weather-1/bme280/temperature', '70.1', 'bme280.temperature'],
    ['homie/weather-1/bme280/barometric_pressure', '101325', 'bme280.barometric_pressure'],
    ['homie/5/weather-1/bme280/dew_point', '50', 'bme280.dew_point'],
    ['homie/pump/motor/speed', '1200', 'motor.speed'],
    ['homie/boiler/tank/temperature', '61', 'tank.temperature'],
  ])('%s is not certain: reported', (topic, payload, field) => {
    const decoded = read(topic, payload)
    expectRejected(decoded, 'unknown_property')
    expect(decoded.unmapped).toMatchObject([{ field, value: payload }])
  })
})

describe('HomeWizard, version 2', () => {
  test('the names of version 2, the same device and channels as version 1', () => {
    expectRead(
      decode('dsmr-p1'),
      'dsmr-p1/meters/p1',
      [
        ['energy', '', 13_779.3, '', at],
        ['energy', 't1', 10_830.5, '', at],
        ['energy', 't2', 2_948.8, '', at],
        ['energy_export', '', 0, '', at],
        ['active_power', '', -543, '', at],
        ['active_power', 'l1', -543, '', at],
        ['voltage', 'l1', 231.1, '', at],
        ['current', 'l1', -2.4, '', at],
        ['gas_volume', '', 2569.646, 'm3', '2026-05-31T11:55:00.000Z'],
      ],
      ['average_power_15m_w unknown_property'],
    )
    const before = read('meters/p1', { total_power_import_kwh: 1, active_power_l1_w: 2 })
    expect(before.ok && before.samples.map((s) => [s.device, s.property, s.channel])).toEqual([
      ['dsmr-p1/meters/p1', 'energy', ''],
      ['dsmr-p1/meters/p1', 'active_power', 'l1'],
    ])
  })
})

describe('LwM2M in SenML', () => {
  test('object and unit say what it is; the topic names a device that the pack does not', () => {
    expectRead(
      decode('senml'),
      'senml/m/senml/node-7',
      [
        ['temperature', '', 21.5, 'Cel', at],
        ['temperature', '1', 19.5, 'Cel', at],
        ['relative_humidity', '', 40, '%', at],
      ],
      // a pressure of anything
      ['/3323/0/5700 unknown_property'],
    )
  })
  test('a device in the base name; units that the registry fixes; a value without a unit is not guessed', () => {
    const pack = [
      { bn: 'urn:imei:1/', n: '3305/0/5805', v: 1200 },
      { n: '3/0/9', v: 80 },
      { n: '3303/0/5700', v: 21.5 },
      { n: '3303/0/5601', u: 'Cel', v: 3 },
    ]
    expectRead(
      read('lwm2m', pack),
      'senml/urn:imei:1',
      [
        ['energy', '', 1200, 'W.h', ''],
        ['battery_level', '', 80, '%', ''],
      ],
      ['urn:imei:1/3303/0/5700 unknown_property', 'urn:imei:1/3303/0/5601 unknown_property'],
    )
  })
})
