/**
 * The property and channel of a field follow from its own path (issue 15.3): they are the same whatever else the message
 * contains, and two fields of a message never share a series.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { read } from './read.ts'

type Leaf = readonly [path: readonly string[], value: unknown]
type Case = { readonly leaves: readonly Leaf[]; readonly send: (leaves: readonly Leaf[]) => Decoded }

function nested(leaves: readonly Leaf[]): object {
  const object: Record<string, unknown> = {}
  for (const [path, value] of leaves) {
    let at = object
    for (const key of path.slice(0, -1)) {
      at[key] ??= {}
      at = at[key] as Record<string, unknown>
    }
    at[path.at(-1) ?? ''] = value
  }
  return object
}
const leaf = (path: string, value: unknown): Leaf => [path.split('/'), value]

const LORAWAN =
  'temperature externalTemperature TempC_DS tempF temperature_2 temperature_3 no2_ppb no2_ugm3 no2_mg_m3 co2 scd30_co2 humidity humidity_2 a/temperature b/temperature data/c/humidity pressure_hPa barometer_pa bar/pressure_hPa BatV Bat_mV battery_level pm2_5 pm25_atm energy_kwh energy_wh l1/current_a l2/current_a l1/current_ma'
const TASMOTA =
  'DHT22/Temperature DHT22/Humidity BMP280/Temperature BMP280/Pressure SHT3X/Temperature SHT3X/Humidity SDS0X1/PM2.5 PMS5003/PM2.5 ENERGY/Power ENERGY/Voltage BH1750/Illuminance TSL2561/Illuminance'
const SENSOR_COMMUNITY =
  'temperature humidity BME280_temperature BME280_humidity BMP280_temperature BMP280_pressure BME280_pressure SDS_P1 SDS_P2 PMS_P1 PMS_P2 SPS30_P1 DNMS_noise_LAeq'

const CASES: Readonly<Record<string, Case>> = {
  LoRaWAN: {
    leaves: LORAWAN.split(' ').map((path, index) => leaf(path, index + 1)),
    send: (leaves) => read('application/1/device/a/event/up', { deviceInfo: { devEui: 'a' }, object: nested(leaves) }),
  },
  Tasmota: {
    leaves: TASMOTA.split(' ').map((path, index) => leaf(path, index + 1)),
    send: (leaves) => read('tele/x/SENSOR', nested(leaves)),
  },
  'sensor.community': {
    leaves: SENSOR_COMMUNITY.split(' ').map((name, index) => leaf(name, String(index + 1))),
    send: (leaves) =>
      read('x', {
        esp8266id: '1',
        sensordatavalues: leaves.map(([[value_type], value]) => ({ value_type, value })),
      }),
  },
}

/** Series by the value that went into it. */
const seriesByValue = (decoded: Decoded): Map<number, string> =>
  new Map(
    decoded.ok
      ? decoded.samples.map(({ device, property, channel, value }) => [
          Number(value),
          `${device} ${property} ${channel}`,
        ])
      : [],
  )

describe.each(Object.entries(CASES))('%s', (_, { leaves, send }) => {
  const full = seriesByValue(send(leaves))

  test('every field has a series, and no two share one', () => {
    expect(full.size).toBe(leaves.length)
    expect(new Set(full.values()).size).toBe(leaves.length)
  })

  test('the series of a field is the same in every part of the message', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...leaves], { minLength: 1 }), (some) => {
        const found = seriesByValue(send(some))
        expect(found.size).toBe(some.length)
        for (const [value, series] of found) expect(series).toBe(full.get(value))
      }),
      { seed: 15, numRuns: 300 },
    )
  })
})

test('the series of the plain name goes on without a channel', () => {
  const decoded = CASES['LoRaWAN']?.send([leaf('temperature', 1), leaf('externalTemperature', 2)])
  expect(decoded?.ok && decoded.samples.map(({ channel }) => channel)).toEqual(['', 'external'])
})

test('two spellings of one name in a message do not share a series either', () => {
  for (const names of [
    ['temp', 'temperature'],
    ['temperature', 'temp'],
  ]) {
    const decoded = CASES['LoRaWAN']?.send(names.map((name) => leaf(name, name.length)))
    expect(decoded && [...seriesByValue(decoded)].sort(([a], [b]) => a - b)).toEqual([
      [4, 'chirpstack-v4/a temperature temp'],
      [11, 'chirpstack-v4/a temperature '],
    ])
  }
})

test('a doubt withholds a value, visibly, and never moves it to another series', () => {
  const leaves = 'temperature humidity ec soil_moisture a/temperature water_temperature ph'
    .split(' ')
    .map((path, n) => leaf(path, n + 1))
  fc.assert(
    fc.property(fc.subarray(leaves, { minLength: 1 }), (some) => {
      const decoded = CASES['LoRaWAN']?.send(some) as Decoded
      const found = seriesByValue(decoded)
      for (const [value, series] of found) {
        const alone = leaves.filter(([, each]) => each === value)
        expect(seriesByValue(CASES['LoRaWAN']?.send(alone) as Decoded).get(value)).toBe(series)
      }
      expect([...found.keys(), ...(decoded.unmapped ?? []).map(({ value }) => Number(value))].sort()).toEqual(
        some.map(([, value]) => value).sort(),
      )
    }),
    { seed: 15, numRuns: 128 },
  )
})

test.each(['/roof/DHT22/Temperature', '/roof/BMP280/Temperature'])('one value per topic: %s', (topic) => {
  const decoded = read(topic, '20')
  expect(decoded.ok && decoded.samples[0]?.channel).toBe(topic.split('/')[2])
})
