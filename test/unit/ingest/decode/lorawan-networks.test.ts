/**
 * Networks and codecs of LoRaWAN, with messages written in the shape of their documentation (named in
 * ingest/decode/formats/lorawan/networks.ts and vendors.ts); the values are invented.
 */
import { describe, expect, test } from 'vitest'
import { expectRead, expectRejected, type Row, read } from './read.ts'

const at = '2026-05-31T11:58:00.000Z'
const air: Row[] = [
  ['temperature', '', 21.5, 'Cel', at],
  ['relative_humidity', '', 40, '%', at],
  ['rssi', '', -80, 'dB{mW}', at],
  ['snr', '', 7, 'dB', at],
]
const object = { temperature: 21.5, humidity: 40 }

describe('Actility ThingPark', () => {
  const report = (more: object): object => ({
    DevEUI_uplink: {
      ...{ Time: '2026-05-31T13:58:00.000+02:00', DevEUI: '0018B20000000B20', FPort: '1', FCntUp: '1174' },
      ...{ payload_hex: '9e1c', LrrRSSI: '-80.000000', LrrSNR: '7.000000', LrrLAT: '45.85', LrrLON: '1.26' },
      ...more,
    },
  })
  const lrr = { Lrrid: '004A18E3', LrrRSSI: '-80.000000', LrrSNR: '7.000000', LrrESP: '-80.790100' }
  const weak = { Lrrid: '29000085', LrrRSSI: '-103.0', LrrSNR: '9.0' }
  test.each([
    ['a list of gateways, the best counts', { Lrrs: { Lrr: [weak, lrr] } }],
    ['one gateway, which is no list', { Lrrs: { Lrr: lrr } }],
    ['no list', {}],
  ])('%s', (_, more) =>
    expectRead(read('thingpark/up', report({ payload: object, ...more })), 'actility/0018b20000000b20', air),
  )
  test('undecoded', () => expectRejected(read('thingpark/up', report({})), 'no_measurement', 'no decoded payload'))
})

describe('LORIOT', () => {
  // 1780228680000 is 2026-05-31T11:58:00Z
  const uplink = { EUI: 'BE7A000000000552', ts: 1_780_228_680_000, fcnt: 1, port: 2, data: '0100', seqno: 71, bat: 255 }
  const gateway = { rssi: -80, snr: 7, gweui: '024B08FFFF0E2D77' }
  test.each([
    ['rx', { rssi: -80, snr: 7 }],
    ['gw', { gws: [gateway, { rssi: -99, snr: 8 }] }],
  ])('%s', (cmd, link) => {
    const decoded = read('loriot', { cmd, ...uplink, ...link, decoded: { data: object } })
    expectRead(decoded, 'loriot/be7a000000000552', air)
  })
  test('other commands', () => expectRejected(read('loriot', { cmd: 'tx', ...uplink }), 'unknown_format'))
})

describe('AWS IoT Core for LoRaWAN', () => {
  const Gateways = [{ GatewayEui: '80029cfffe5cf1cc', Rssi: -80, Snr: 7 }]
  const LoRaWAN = {
    DevEui: '58a0cb0000202c99',
    FPort: 1,
    Frequency: '868100000',
    Gateways,
    Timestamp: '2026-05-31T11:58:00Z',
  }
  const uplink = { WirelessDeviceId: '5b58245e-146c', PayloadData: 'Cc48', WirelessMetadata: { LoRaWAN } }
  test('as transformed by the sample', () => {
    const transformed_payload = { ...object, status: 200, decoder_name: 'tabs', DevEui: '58a0cb0000202c99' }
    const decoded = read('iot/up', { transformed_payload, lns_payload: uplink, timestamp: 1_780_228_680_000 })
    expectRead(decoded, 'aws-lorawan/58a0cb0000202c99', air)
  })
  test('as it arrives', () => expectRejected(read('iot/up', uplink), 'no_measurement', 'no decoded payload'))
})

describe('codecs of manufacturers', () => {
  const rows = (deviceEui: string, frame: object): string[] => {
    const decoded = read('application/1/device/x/event/up', { deviceInfo: { devEui: deviceEui }, object: frame })
    const found = decoded.ok ? decoded.samples.map((s) => `${s.property} ${s.channel} ${s.value} ${s.unit}`) : []
    return [...found, ...(decoded.unmapped ?? []).map(({ field }) => `? ${field}`)]
  }
  const ELSYS = 'a81758fffe030001'
  const MILESIGHT = '24e124710b000001'
  const DECENTLAB = '70b3d57ba0000bd0'
  test.each<[what: string, eui: string, frame: object, expected: string[]]>([
    [
      'ELSYS: millivolts of the battery, lux, a count of movements',
      ELSYS,
      { temperature: 22.6, humidity: 41, light: 39, motion: 6, co2: 776, vdd: 3426, externalTemperature: 5.1 },
      [
        ...['temperature  22.6 Cel', 'relative_humidity  41 %', 'illuminance  39 lx', 'co2  776 [ppm]'],
        ...['battery_voltage  3426 mV', 'temperature external 5.1 Cel', '? motion'],
      ],
    ],
    [
      'Milesight: pressure beside humidity is that of the air',
      MILESIGHT,
      { humidity: 50.5, pressure: 1004.7, battery: 92 },
      [...['relative_humidity  50.5 %', 'pressure  1004.7 hPa', 'battery_level  92 %']],
    ],
    // README of EM500-PT100, EM400-MUD, VS350 and AM307 in github.com/Milesight-IoT/SensorDecoders
    ['Milesight: a probe', MILESIGHT, { battery: 100, temperature: 28.1 }, ['battery_level  100 %', '? temperature']],
    [
      'Milesight: a container',
      MILESIGHT,
      { battery: 92, temperature: 25.7, distance: 1601, position: 'normal' },
      ['battery_level  92 %', '? temperature', '? distance'],
    ],
    [
      'Milesight: a room',
      MILESIGHT,
      { temperature: 23.8, humidity: 62, pir: 'trigger', light_level: 2, co2: 936 },
      [...['temperature  23.8 Cel', 'relative_humidity  62 %', 'co2  936 [ppm]', '? light_level']],
    ],
    [
      'ELSYS: a leak beside the air',
      ELSYS,
      { temperature: 22.6, humidity: 41, waterleak: 0 },
      ['temperature  22.6 Cel', 'relative_humidity  41 %', '? waterleak'],
    ],
    // main() of DL-BLG, DL-DLR2-004, DL-KL66, DL-PR21 and DL-PYR in github.com/decentlab/decentlab-decoders
    [
      'Decentlab: a black globe',
      DECENTLAB,
      {
        voltage_ratio: { displayName: 'Voltage ratio', value: 0.0064 },
        temperature: { displayName: 'Temperature', value: 22.03, unit: '°C' },
      },
      ['? voltage_ratio.value', '? temperature'],
    ],
    [
      'Decentlab: a current loop',
      DECENTLAB,
      { current: { displayName: 'Current', value: 13.73, unit: 'mA' } },
      ['? current'],
    ],
    [
      'Decentlab: a vibrating wire',
      DECENTLAB,
      { frequency: { displayName: 'Frequency', value: 15350.5, unit: 'Hz' } },
      ['? frequency'],
    ],
    [
      'Decentlab: water above a pressure sensor',
      DECENTLAB,
      {
        pressure: { displayName: 'Pressure', value: 0.246, unit: 'bar' },
        temperature: { displayName: 'Temperature', value: 25.67, unit: '°C' },
      },
      ['? pressure', '? temperature'],
    ],
    [
      'Decentlab: a pyranometer',
      DECENTLAB,
      { total_solar_radiation: { displayName: 'Total solar radiation', value: 48.1, unit: 'W⋅m⁻²' } },
      ['solar_irradiance  48.1 W/m2'],
    ],
    ['Milesight: pressure in a pipe', MILESIGHT, { battery: 92, pressure: 350 }, ['battery_level  92 %', '? pressure']],
    [
      'Milesight: soil',
      MILESIGHT,
      { temperature: 12, moisture: 31, ec: 100 },
      ['soil_moisture  31 %', '? temperature', '? ec'],
    ],
    [
      'Milesight: a socket',
      MILESIGHT,
      { voltage: 230, current: 350, power: 80, power_factor: 98, power_consumption: 1200 },
      [...['voltage  230 V', 'current  350 mA', 'active_power  80 W', 'power_factor  98 %', 'energy  1200 W.h']],
    ],
    [
      'Decentlab: units beside the values',
      DECENTLAB,
      {
        ...{ protocol_version: 2, device_id: 3024 },
        wind_speed: { displayName: 'Wind speed', value: 3.2, unit: 'm⋅s⁻¹' },
        solar_radiation: { displayName: 'Solar radiation', value: 410, unit: 'W⋅m⁻²' },
        barometric_pressure: { displayName: 'Barometric pressure', value: 97.1, unit: 'kPa' },
        internal_temperature: { displayName: 'Internal temperature', value: 31, unit: '°C' },
        pm2_5_mass_concentration: { displayName: 'PM2.5', value: 8.1, unit: 'µg⋅m⁻³' },
        volumetric_water_content: { displayName: 'VWC', value: 0.31, unit: 'm³⋅m⁻³' },
        battery_voltage: { displayName: 'Battery voltage', value: 2.78, unit: 'V' },
      },
      [
        ...['wind_speed  3.2 m⋅s⁻¹', 'solar_irradiance  410 W⋅m⁻²', 'pressure  97.1 kPa', 'pm2_5  8.1 ug/m3'],
        ...['soil_moisture  0.31 1', 'battery_voltage  2.78 V', '? internal_temperature'],
      ],
    ],
  ])('%s', (_, eui, frame, expected) => expect(rows(eui, frame).sort()).toEqual([...expected].sort()))

  test('the same names of an unknown manufacturer are not certain', () => {
    const unknown = rows('0004a30b00000001', { light: 39, vdd: 3426, pressure: 1004, battery: 92, humidity: 50 })
    expect(unknown).toEqual(['relative_humidity  50 %', '? light', '? vdd', '? pressure', '? battery'])
  })
  test('the brand that The Things Stack states', () => {
    const decoded = read('v3/a@ttn/devices/d/up', {
      end_device_ids: { device_id: 'd' },
      uplink_message: { decoded_payload: { vdd: 3426 }, version_ids: { brand_id: 'elsys', model_id: 'ers' } },
    })
    expectRead(decoded, 'things-stack/d', [['battery_voltage', '', 3426, 'mV', '']])
  })
})
