/**
 * Radio and Bluetooth sensors: a temperature is that of the air only where the sensor is known to be one for the air. Models from
 * github.com/merbanan/rtl_433 (src/devices) and decoder.theengs.io/devices.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { read } from './read.ts'

const radio = (event: object): Decoded => read('rtl_433/attic/events', { time: '2026-05-31 13:58:00', id: 7, ...event })
const properties = (decoded: Decoded): string[] => (decoded.ok ? decoded.samples.map(({ property }) => property) : [])
const reported = (decoded: Decoded): string[] => (decoded.unmapped ?? []).map(({ field }) => field)

describe('radio sensors', () => {
  test.each([
    // oil and water tanks
    ...['Oil-SonicStd', 'Oil-SonicSmart', 'Oil-SonicAdv', 'TS-FT002'],
    // meat and grills
    ...['Basics-Meat', 'BurnhardBBQ', 'Florabest-FBTH1', 'Gasmate-BA1008', 'GT-TMBBQ05', 'RF-T0912', 'TFA-141504v2'],
    ...['Rubicson-48659', 'Thermopro-TP11', 'Thermopro-TP12', 'Maverick-ET73x'],
    // pools, spas, saunas
    ...['Baldr-HCS528ARF', 'Govee-H5310', 'Rosstech-Spa', 'Rubicson-48942', 'TFA-Marbella', 'TFA-Pool', 'WT0124-Pool'],
    ...['Oregon-THWR288A', 'Oregon-THWR800', 'Nexus-Sauna'],
    // refrigerators, thermostats, batteries, meters, probes
    ...['Acurite-515', 'Acurite-986', 'Oria-WA150KM', 'Danfoss-CFR', 'Watts-WFHTRF', 'BM5-v2', 'Blueline-PowerCost'],
    ...['Fineoffset-WN34', 'Fineoffset-WH52', 'RainPoint-Soil', 'Springfield-Soil', 'Opus-XT300'],
  ])('%s measures something else', (model) => {
    const decoded = radio({ model, temperature_C: 61 })
    expect(properties(decoded)).not.toContain('temperature')
    expect(reported(decoded)).toContain('temperature_C')
  })
  test.each([
    ...['Acurite-606TX', 'Auriol-AFT77B2', 'Ecowitt-WH53', 'Hyundai-WS', 'LaCrosse-TX', 'Nexus-T', 'Oregon-THN132N'],
    ...['Philips-AJ7010', 'Rubicson-Temperature', 'Solight-TE44', 'TFA-303196', 'Thermor-A6N132TX', 'WallarGe-CLTX001'],
    ...['ThermoPro-TP211B', 'Hideki-TS04', 'Generic-Temperature', 'Emos-TTX201', 'Atech-WS308'],
  ])('%s measures the air', (model) => expect(properties(radio({ model, temperature_C: 12 }))).toEqual(['temperature']))
  test('an unknown model is read where something of the weather is beside it; numbered probes are reported', () => {
    const models = fc.stringMatching(/^Xq[a-z]{2,6}-[A-Z]{2}\d{2}$/)
    const beside = fc.constantFrom('humidity', 'wind_avg_km_h', 'rain_mm', 'pressure_hPa')
    const elsewhere = fc.constantFrom('moisture', 'depth_cm', 'setpoint_C')
    fc.assert(
      fc.property(models, beside, elsewhere, (model, weather, other) => {
        expect(properties(radio({ model, temperature_C: 12 }))).toEqual([])
        expect(properties(radio({ model, temperature_C: 12, [weather]: 40 }))).toContain('temperature')
        expect(properties(radio({ model, temperature_C: 12, [weather]: 40, [other]: 3 }))).not.toContain('temperature')
        const probe = radio({ model, temperature_C: 12, temperature_2_C: 61, [weather]: 40 })
        expect(properties(probe).filter((property) => property === 'temperature')).toHaveLength(1)
        expect(reported(probe)).toEqual(['temperature_2_C'])
      }),
      { seed: 433, numRuns: 100 },
    )
  })
  test.each([
    [1, ['temperature', 'relative_humidity']],
    [3, []],
    [4, []],
  ])('Bresser says what it is: sensor_type %i', (type, expected) =>
    expect(properties(radio({ model: 'Bresser-6in1', sensor_type: type, temperature_C: 24, humidity: 50 }))).toEqual(
      expected,
    ),
  )
})

describe('Bluetooth sensors', () => {
  const hear = (fields: object): Decoded =>
    read('home/OMG/BTtoMQTT/A4C138AABBCC', { id: 'A4:C1:38:AA:BB:CC', model_id: 'X', rssi: -80, ...fields })
  test.each([
    [{ type: 'THB', tempc: 20, tempf: 68, hum: 40 }, ['temperature', 'relative_humidity', 'rssi'], []],
    [{ type: 'AIR', tempc: 20, hum: 40, pm25: 4 }, ['temperature', 'relative_humidity', 'pm2_5', 'rssi'], []],
    [{ tempc: 20, pres: 1003 }, ['temperature', 'pressure', 'rssi'], []],
    [{ type: 'THBX', tempc: 20, hum: 50, for: 0.02 }, ['temperature', 'relative_humidity', 'rssi'], ['for']],
    [{ type: 'BBQ', tempc: 61, tempc2: 90, tempf2: 194 }, [], ['tempc', 'tempc2']],
    [{ type: 'PLANT', tempc: 20, moi: 31, fer: 115 }, ['soil_moisture', 'rssi'], ['tempc', 'fer']],
    [{ model_id: 'TILT', type: 'THBX', tempc: 19, gravity: 1.02 }, [], ['tempc', 'gravity']],
    [{ type: 'UNIQ', tempc: 38, energy: 2.2, litres: 30 }, [], ['tempc', 'energy', 'litres']],
    [{ type: 'ENRG', power: 1.2, energy: 30, batt: 90 }, ['battery_level', 'rssi'], ['power', 'energy']],
  ])('%j', (fields, expected, unmapped) => {
    const decoded = hear(fields)
    expect(properties(decoded)).toEqual(expected)
    expect(reported(decoded)).toEqual(unmapped)
  })
  test.each(['TIRE', 'BODY', 'SCALE', 'TRACK', 'RMAC'])('%s is of a person or a vehicle', (type) => {
    const decoded = hear({ type, tempc: 20, weight: 81, pres: 2.2 })
    expect(decoded).toMatchObject({ ok: false, reason: 'personal_data' })
    expect(decoded.unmapped).toBeUndefined()
  })
})

describe('what only the name of the device or of its topic says', () => {
  test.each([
    ['zigbee2mqtt/kitchen/freezer', { temperature: -18, humidity: 50, battery: 80 }, ['battery_level']],
    ['zigbee2mqtt/0x00158d', { temperature: 18, humidity: 50 }, ['temperature', 'relative_humidity']],
    ['zigbee2mqtt/street_pool', { temperature: 24 }, []],
    ['zigbee2mqtt/plug', { power: 5, energy: 5.5, temperature: 40 }, ['active_power', 'energy']],
    ['emon/tank', { temperature: 55 }, []],
    ['emon/emonth5', { temperature: 21 }, ['temperature']],
  ])('%s %j', (topic, payload, expected) => {
    const decoded = read(topic, payload)
    expect(properties(decoded).sort()).toEqual([...expected].sort())
    if (!(expected as string[]).includes('temperature')) expect(reported(decoded)).toContain('temperature')
  })

  // jomjol.github.io/AI-on-the-edge-device-docs: for water, gas and electricity; the topic is the name of the host
  test.each([
    ['watermeter/main/json', 'water_volume'],
    ['home/Wasserzaehler/main/json', 'water_volume'],
    ['gasmeter/main/json', 'gas_volume'],
    ['strom/main/json', undefined],
    ['cellar/main/json', undefined],
    ['bureau/main/json', undefined],
  ])('a reader of meters on %s', (topic, property) => {
    const decoded = read(topic, { value: '545.25', raw: '00545.25', pre: '545.25', error: 'no error', timestamp: '' })
    expect(properties(decoded)).toEqual(property === undefined ? [] : [property])
    expect(reported(decoded)).toEqual(property === undefined ? ['value'] : [])
  })

  test('the temperature of a Shelly H&T is in the unit that is set on it; its status says both', () => {
    const decoded = read('shellies/shellyht-1/sensor/temperature', '72.5')
    expect(properties(decoded)).toEqual([])
    expect(reported(decoded)).toEqual(['sensor/temperature'])
    const status = { mac: 'A1', tmp: { value: 70.1, units: 'F', tC: 21.2, tF: 70.1 }, hum: { value: 40 } }
    expect(properties(read('shellies/shellyht-1/info', status))).toEqual(['temperature', 'relative_humidity'])
  })
})
