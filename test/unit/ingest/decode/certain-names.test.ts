/**
 * A free-form name becomes a property only where name, unit or format make it certain (issue 15.2). Each example was stored
 * as something it is not.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { meaningOf, squeeze } from '#ingest/decode/names/meaning.ts'
import { CERTAIN } from '#ingest/decode/names/vocabulary.ts'
import { PROPERTY_NAMES } from '#model/observation/properties.ts'
import { read } from './read.ts'

const uplink = (payload: object): Decoded =>
  read('v3/app@ttn/devices/dev/up', {
    end_device_ids: { device_id: 'dev' },
    received_at: '2026-05-31T11:59:58Z',
    uplink_message: { f_port: 2, decoded_payload: payload },
  })
const rows = (decoded: Decoded): [string, string, unknown, string | undefined][] =>
  decoded.ok ? decoded.samples.map(({ property, channel, value, unit }) => [property, channel, value, unit]) : []
const unmapped = (decoded: Decoded): string[] => (decoded.unmapped ?? []).map(({ field }) => field)

describe('what a name alone does not say', () => {
  test.each<[what: string, payload: object, field: string]>([
    ['flow of a water meter', { flow: 12 }, 'flow'],
    ['occupancy of a desk', { occupancy: 1 }, 'occupancy'],
    ['speed of a tracker', { speed: 42, latitude: 52.5, longitude: 13.4 }, 'speed'],
    ['frequency of the radio', { frequency: 868.1 }, 'frequency'],
    ['a gas in an unknown unit', { no2: 31 }, 'no2'],
    ['another gas', { CO: 0.4 }, 'CO'],
    ['pressure in a pipe', { pressure: 350 }, 'pressure'],
    ['a current in mA', { current: 350 }, 'current'],
    ['a battery in mV', { voltage: 3600 }, 'voltage'],
    ['a battery in V', { voltage: 3.6 }, 'voltage'],
    ['a battery in V or per cent', { battery: 3 }, 'battery'],
    ['energy in Wh or kWh', { energy: 12_345 }, 'energy'],
    ['power in W or kW', { power: 1.2 }, 'power'],
    ['wind in m/s or km/h', { wind_speed: 12 }, 'wind_speed'],
    ['a level in m or cm', { water_level: 120 }, 'water_level'],
    ['noise in dB(A), dB(C) or raw', { noise: 54 }, 'noise'],
    ['the inside of the housing', { internal_temperature: 41 }, 'internal_temperature'],
    ['a chip', { cpu: { temperature: 61 } }, 'cpu.temperature'],
    ['a board', { board: { temperature: 61 }, power_w: 1200 }, 'board.temperature'],
    ['the soil', { temperature: 12.3, soil_moisture: 31 }, 'temperature'],
    ['the soil, by its conductivity', { temperature: 12.3, humidity: 31, ec: 0.4 }, 'temperature'],
    ['humidity of the soil', { temperature: 12.3, humidity: 31, ec: 0.4 }, 'humidity'],
    ['water', { temperature: 12.3, ph: 7.1 }, 'temperature'],
    // github.com/decentlab/decentlab-decoders: DL-CTD10, DL-OPTOD, DL-KL66, DL-DLR2-005; Tasmota, Supported-Peripherals: ANALOG
    ['water, by its depth', { temperature: 12.9, depth_cm: 423 }, 'temperature'],
    ['water, by its oxygen', { temperature: 21.5, oxygen_saturation: { value: 97.5, unit: '%' } }, 'temperature'],
    ['a vibrating wire', { frequency: { value: 15350.5, unit: 'Hz' }, weight: 2390 }, 'frequency'],
    ['an analogue input', { voltage: { value: 2.08, unit: 'V' } }, 'voltage'],
    ['a battery in a stated unit', { voltage_v: 3.6, powerSave: 1 }, 'voltage_v'],
    ['the second sensor of a processor', { cpu: { temperature_2: 61 } }, 'cpu.temperature_2'],
    ['a processor in Fahrenheit', { cpu: { temperature_f: 141 } }, 'cpu.temperature_f'],
  ])('%s', (_, payload, field) => {
    const decoded = uplink(payload)
    expect(unmapped(decoded)).toContain(field)
    expect(rows(decoded).filter(([property]) => property !== 'active_power' && property !== 'soil_moisture')).toEqual(
      [],
    )
  })

  test('the rejection says what the field may be', () => {
    expect(uplink({ pressure: 350 })).toMatchObject({ detail: expect.stringContaining('pipe') })
    expect(uplink({ no2: 31 })).toMatchObject({ detail: expect.stringContaining('no2, once its unit is known') })
  })

  test('and never what its unit excludes', () => {
    const detail = (payload: object): string => {
      const decoded = uplink(payload)
      return decoded.ok ? '' : decoded.detail
    }
    // names of wmbusmeters: a temperature is no flow, a power no current
    expect(detail({ flow_temperature_c: 44 })).toMatch(/water_temperature/)
    expect(detail({ flow_temperature_c: 44 })).not.toMatch(/water_flow/)
    expect(detail({ current_power_production_kw: 1.2 })).toMatch(/active_power/)
    expect(detail({ current_power_production_kw: 1.2 })).not.toMatch(/map it to current/)
  })
})

describe('what makes it certain', () => {
  test.each<[payload: object, row: [string, string, unknown, string]]>([
    [{ temperature: 21.5 }, ['temperature', '', 21.5, 'Cel']],
    [{ Humidity: 40 }, ['relative_humidity', '', 40, '%']],
    [{ pm2_5: 7 }, ['pm2_5', '', 7, 'ug/m3']],
    [{ 'PM2.5': 7 }, ['pm2_5', '', 7, 'ug/m3']],
    [{ 'PM1.0': 7 }, ['pm1', '', 7, 'ug/m3']],
    [{ co2: 640 }, ['co2', '', 640, '[ppm]']],
    [{ barometric_pressure: 1013 }, ['pressure', '', 1013, 'hPa']],
    [{ pressure_hPa: 1013 }, ['pressure', '', 1013, 'hPa']],
    [{ pressure: { value: 1013, unit: 'mbar' } }, ['pressure', '', 1013, 'mbar']],
    [{ no2_ugm3: 31 }, ['no2', '', 31, 'ug/m3']],
    [{ no2: { value: 31, unit: 'µg/m³' } }, ['no2', '', 31, 'µg/m³']],
    [{ current_ma: 350 }, ['current', 'current_ma', 350, 'mA']],
    [{ currentA: 3 }, ['current', '', 3, 'A']],
    [{ energy_kwh: 12 }, ['energy', '', 12, 'kW.h']],
    [{ battery: { voltage: 3.6 } }, ['battery_voltage', '', 3.6, 'V']],
    [{ BatV: 3.1 }, ['battery_voltage', '', 3.1, 'V']],
    [{ soil: { temperature: 9 } }, ['soil_temperature', '', 9, 'Cel']],
    [{ mains_frequency: 49.98 }, ['frequency', '', 49.98, 'Hz']],
    [{ grid_voltage_v: 231 }, ['voltage', '', 231, 'V']],
    [{ temperatureSensor: { 3: 22.5 } }, ['temperature', '3', 22.5, 'Cel']],
    [{ TempC1: 22.5 }, ['temperature', '1', 22.5, 'Cel']],
    [{ wind: { speed_m_s: 4 } }, ['wind_speed', '', 4, 'm/s']],
    [{ laeq: 55 }, ['sound_level', '', 55, 'dB{A}']],
    [{ TempC_SHT: 20 }, ['temperature', '', 20, 'Cel']],
  ])('%j', (payload, row) => expect(rows(uplink(payload))).toEqual([row]))

  test('the air, where the soil is measured beside it and says so', () => {
    expect(rows(uplink({ temperature: 20, soil_temperature: 12, soil_moisture: 31 }))).toEqual([
      ['temperature', '', 20, 'Cel'],
      ['soil_temperature', '', 12, 'Cel'],
      ['soil_moisture', '', 31, '%'],
    ])
  })

  test('the mains, where power or energy is measured beside it', () => {
    expect(rows(uplink({ voltage_v: 231, frequency_hz: 50, total_power_w: 12 }))).toEqual([
      ['voltage', '', 231, 'V'],
      ['frequency', '', 50, 'Hz'],
    ])
  })

  test('the native format names properties', () => {
    const names = PROPERTY_NAMES.filter((name) => name !== 'online')
    const decoded = read('city/mobility/loop-1', Object.fromEntries(names.map((name) => [name, 1])))
    expect(rows(decoded).map(([property]) => property)).toEqual(names)
  })
})

describe('chips and boards', () => {
  test.each<[what: string, topic: string, payload: object, fields: string[]]>([
    ['ESP32 of Tasmota', 'tele/x/SENSOR', { ESP32: { Temperature: 53.2 } }, []],
    ['a thermistor of Tasmota', 'tele/x/SENSOR', { ANALOG: { Temperature: 31 } }, ['ANALOG.Temperature']],
    ['two thermistors of Tasmota', 'tele/x/SENSOR', { ANALOG: { Temperature1: 31 } }, ['ANALOG.Temperature1']],
    ['a boiler of ESPEasy', '/unit/Boiler/Temperature', 61 as unknown as object, ['Boiler.Temperature']],
    ['a metering chip of Tasmota', 'tele/x/SENSOR', { BL0942: { Temperature: 44 } }, ['BL0942.Temperature']],
    ['a metering chip of Tasmota', 'tele/x/SENSOR', { ADE7953: { Temperature: 44 } }, ['ADE7953.Temperature']],
    ['a board of Shelly', 'shellypro3em-1/status/temperature:0', { id: 0, tC: 48.1, tF: 118.6 }, ['temperature:0.tC']],
  ])('%s: %s %j', (_, topic, payload, fields) => {
    const decoded = read(topic, payload)
    expect(rows(decoded)).toEqual([])
    expect(unmapped(decoded)).toEqual(fields)
  })

  test('a room sensor of Shelly and the probe of an add-on', () => {
    expect(rows(read('shellyplusht-08b6/status/temperature:0', { id: 0, tC: 21 }))).toEqual([
      ['temperature', '', 21, 'Cel'],
    ])
    expect(rows(read('shellyplus1-08b6/status/temperature:100', { id: 100, tC: 21 }))).toEqual([
      ['temperature', '100', 21, 'Cel'],
    ])
  })
})

describe('the list of certain names', () => {
  test('a name outside of it, and without a unit or a number at its end, is no property', () => {
    const ambiguous =
      'flow speed frequency occupancy pressure voltage current no2 o3 power energy level noise light rate value sensor'
    const word = fc.oneof(fc.constantFrom(...ambiguous.split(' ')), fc.stringMatching(/^[a-z]{2,9}$/))
    // no unit ends in "zone", and a word before it makes the name another one
    const name = fc
      .tuple(word, fc.constantFrom('_', '', '.', ' '), fc.constantFrom('zone', 'x', 'reading'))
      // "lu" and "x" are "lux", a name of the list
      .filter(([first, , last]) => !CERTAIN.has(squeeze(first + last)))
    fc.assert(
      fc.property(name, (parts) => typeof meaningOf(parts.join('')) !== 'object'),
      { seed: 15, numRuns: 5_000 },
    )
  })

  test.each(
    'flow speed frequency occupancy pressure voltage current no2 no nox o3 so2 nh3 h2s co power energy wind_speed'.split(
      ' ',
    ),
  )('%s alone is no property', (name) => expect(meaningOf(name)).toBeUndefined())

  test.each(PROPERTY_NAMES)('%s in one name has one meaning, whatever its case', (property) => {
    const plain = meaningOf(property)
    if (plain === undefined || plain === 'housekeeping') return
    expect(plain.property).toBe(property)
    expect(plain.channel ?? '').toBe('')
  })
})
