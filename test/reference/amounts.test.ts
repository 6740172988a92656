/**
 * Amounts in payloads: an increment, a level and a running total look alike. Sources: rtl_433 (src/devices, `rain_mm` is the
 * count of the tipping bucket since its start), developers.home-assistant.io/docs/core/entity/sensor (state classes), Zigbee
 * Cluster Library 07-5123 (invalid values), and what users reported at zigbee2mqtt#31016, #32995, #28827.
 */
import { describe, expect, test } from 'vitest'
import { readConfig } from '#ingest/decode/formats/home-automation/home-assistant-config.ts'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { decode } from '#ingest/decode/index.ts'
import { meaningOf } from '#ingest/decode/names/meaning.ts'
import { rangeTest } from '#ingest/quality/range.ts'
import { type PropertyName, propertyOf } from '#model/observation/properties.ts'
import { QUALITY } from '#model/observation/quality.ts'
import { receivedAt } from '../unit/ingest/decode/read.ts'

const source = { name: 'test', topic: '#' }

function send(topic: string, payload: object): Decoded {
  return decode({ topic, payload: Buffer.from(JSON.stringify(payload)), receivedAt }, source, { timeZone: 'UTC' })
}
const properties = (decoded: Decoded): string[] => (decoded.ok ? decoded.samples.map(({ property }) => property) : [])
const problems = (decoded: Decoded): string =>
  decoded.ok ? decoded.rejected.map(({ detail }) => detail).join() : decoded.detail

describe('rain', () => {
  test('rain_mm of rtl_433 is a running total', () => {
    const decoded = send('home/OMG/RTL_433toMQTT/Bresser-5in1/118', { model: 'Bresser-5in1', id: 118, rain_mm: 120.3 })
    expect(properties(decoded)).toEqual(['precipitation_total'])
  })

  test('rain_in is the same in inches', () => {
    const decoded = send('home/OMG/RTL_433toMQTT/Acurite-5n1/9', { model: 'Acurite-5n1', id: 9, rain_in: 4.41 })
    if (!decoded.ok) throw new Error(decoded.detail)
    expect(decoded.samples.map(({ property, unit }) => [property, unit])).toEqual([['precipitation_total', '[in_i]']])
  })

  test.each(['rain_mm', 'rainfall', 'Niederschlag', 'Precip_Total_mm'])(
    '%s of a device nobody knows is left to a person, with both readings to choose from',
    (field) => {
      expect(meaningOf(field)).toBeUndefined()
      const decoded = send('city/weather/roof', { temperature: 20, [field]: 120.3 })
      expect(properties(decoded)).toEqual(['temperature'])
    },
  )
})

describe('Home Assistant', () => {
  const read = (stateClass: string | undefined, deviceClass: string, unit: string): Decoded => {
    const config = {
      ...{ name: 'x', state_topic: 's', value_template: '{{ value_json.energy }}', unique_id: 'x' },
      ...{ device_class: deviceClass, unit_of_measurement: unit, device: { identifiers: ['d'], name: 'D' } },
      ...(stateClass !== undefined && { state_class: stateClass }),
    }
    const discovered = readConfig('homeassistant/sensor/n/o/config'.split('/'), config)
    if ('reason' in discovered) throw new Error(discovered.detail)
    const entities = discovered.entities.map(({ entity }) => entity)
    const payload = Buffer.from('{"energy": 120.3}')
    return decode({ topic: 's', payload, receivedAt }, source, { timeZone: 'UTC', context: { entities } })
  }
  test.each([
    ['total_increasing', 'precipitation', 'mm', 'precipitation_total'],
    ['total_increasing', 'energy', 'kWh', 'energy'],
    ['total', 'energy', 'kWh', 'energy'],
    ['total_increasing', 'water', 'm³', 'water_volume'],
    ['total_increasing', 'gas', 'm³', 'gas_volume'],
  ])('%s %s is a meter reading', (stateClass, deviceClass, unit, property) => {
    expect(properties(read(stateClass, deviceClass, unit))).toEqual([property])
  })

  test.each([
    ['measurement', 'precipitation', 'mm'],
    [undefined, 'precipitation', 'mm'],
    ['total', 'precipitation', 'mm'],
    ['measurement', 'energy', 'kWh'],
    ['measurement', 'water', 'm³'],
    ['measurement', 'gas', 'm³'],
  ])('%s %s may be an amount of today: unmapped, whatever its key is called', (stateClass, deviceClass, unit) => {
    const decoded = read(stateClass, deviceClass, unit)
    expect(properties(decoded)).toEqual([])
    expect(decoded).toMatchObject({ unmapped: [{ device: 'home-assistant/d', value: '120.3' }] })
  })
})

test.each([
  ['people', 'pedestrian_count'],
  ['vehicles', 'vehicles_available'],
  ['bikes', 'bikes_available'],
  ['energy_today', 'restarts with its period'],
])('"%s" does not say whether it counts or is there: unmapped, with a suggestion', (field, suggestion) => {
  const decoded = send('v3/app@ttn/devices/d/up', {
    ...{ end_device_ids: { device_id: 'd', application_ids: { application_id: 'app' } }, received_at: receivedAt },
    uplink_message: { f_port: 1, decoded_payload: { temperature: 20, [field]: 12 } },
  })
  expect(properties(decoded)).toContain('temperature')
  expect(problems(decoded)).toContain(suggestion)
})

describe('full scale of an integer is no reading', () => {
  test.each<[PropertyName, number]>([
    ['energy', 2 ** 48 / 1000],
    ['energy', (2 ** 48 - 1) / 1000],
    ['energy', 281474976710.655],
    ['energy', 2 ** 48 - 1],
    ['energy_produced', (2 ** 48 - 1) / 100],
    ['active_power', 2 ** 23],
    ['active_power', -(2 ** 23)],
    ['active_power', (2 ** 24 - 1) / 10],
    ['energy', -170],
    ['water_volume', -0.001],
    ['precipitation_total', -1],
  ])('%s %d fails', (property, result) => {
    expect(rangeTest(propertyOf(property), result).quality).toBe(QUALITY.fail)
  })

  test.each<[PropertyName, number]>([
    ['energy', 281_474_976],
    ['energy', 4_294_967.296],
    ['active_power', 8388.6],
    ['active_power', 8_388_600],
    ['active_power', -3000],
  ])('%s %d passes', (property, result) => {
    expect(rangeTest(propertyOf(property), result).quality).toBe(QUALITY.pass)
  })
})
