import type { Position } from '#model/basics/geo.ts'
import { addReading, type Base, locationIn } from '../../helpers/fields.ts'
import { clip, show } from '../../helpers/input.ts'
import { type JsonObject, own, ownObject } from '../../helpers/json.ts'
import { Collector, MAX_SAMPLES, reject } from '../../helpers/result.ts'
import { readEpoch } from '../../helpers/time.ts'
import type { Decoded } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { addParticles, type Particles } from './purpleair-lasers.ts'

/**
 * The web API of PurpleAir: `GET /v1/sensors?fields=...` returns a table (`fields`, `data`), `GET /v1/sensors/<index>` one
 * object. Without `_a` or `_b` a value is the mean of both lasers. `pm2.5` alone is ignored, because it is ATM outdoors and
 * CF=1 indoors, as are the averages over time. Source: api.purpleair.com, "Sensors data", API V1.
 */
const PM: readonly [string, string][] = [
  ['pm1.0', 'pm1'],
  ['pm2.5', 'pm2_5'],
  ['pm10.0', 'pm10'],
]
const FIELDS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['temperature', { property: 'temperature', unit: '[degF]' }],
  ['humidity', { property: 'relative_humidity', unit: '%' }],
  ['pressure', { property: 'pressure', unit: 'hPa' }],
  ['rssi', { property: 'rssi', unit: 'dB{mW}' }],
])

function particlesOf(sensor: JsonObject, index: number): Particles[] {
  const field = (name: string) => ({ value: own(sensor, name), name: clip(`${index}.${name}`) })
  return PM.flatMap(([name, property]) =>
    [
      { channel: '', key: `${name}_atm` },
      { channel: 'cf_1', key: `${name}_cf_1` },
    ].map(({ channel, key }) => ({
      ...{ property, channel, mean: field(key) },
      ...{ a: field(`${key}_a`), b: field(`${key}_b`) },
    })),
  )
}

export const isApiAnswer = (json: JsonObject): boolean =>
  own(json, 'api_version') !== undefined && (rowsOf(json) !== undefined || own(json, 'sensor') !== undefined)

/** The sensors of a response, each as an object; undefined without a table. */
function rowsOf(json: JsonObject): JsonObject[] | undefined {
  const fields = own(json, 'fields')
  const data = own(json, 'data')
  if (!Array.isArray(fields) || !Array.isArray(data) || fields.length > 200) return undefined
  return data
    .slice(0, MAX_SAMPLES)
    .map((row) =>
      Object.fromEntries(fields.map((field, at) => [String(field), Array.isArray(row) ? row[at] : undefined])),
    )
}

export function readApiAnswer(json: JsonObject): Decoded {
  const single = ownObject(json, 'sensor')
  const sensors = rowsOf(json) ?? (single ? [single] : [])
  if (sensors.length === 0) return reject('no_measurement', 'no sensor in the response')
  const out = new Collector()
  for (const [at, sensor] of sensors.entries()) {
    if (out.full) break
    readSensor(sensor, `data[${at}]`, out)
  }
  return out.finish('no particles, temperature or humidity: name them in `fields` of the address')
}

function readSensor(sensor: JsonObject, where: string, out: Collector): void {
  const index = own(sensor, 'sensor_index')
  if (typeof index !== 'number' || !Number.isSafeInteger(index)) {
    out.problem(`${where}.sensor_index`, 'wrong_shape', `${show(index)} names no sensor`)
    return
  }
  const base: Base = { device: `purpleair/${index}` }
  const seen = own(sensor, 'last_seen')
  if (seen !== undefined && seen !== null) {
    const time = typeof seen === 'number' ? readEpoch(seen) : undefined
    if (!time) {
      out.problem(`${where}.last_seen`, 'bad_time', `${show(seen)} is not a time`, base.device)
      return
    }
    base.time = time
  }
  const location = locationIn(sensor)
  if (location) base.location = coarse(location)
  addParticles(out, base, particlesOf(sensor, index), {
    flags: own(sensor, 'channel_flags'),
    confidence: own(sensor, 'confidence'),
    counts: [own(sensor, '0.3_um_count_a'), own(sensor, '0.3_um_count_b')],
  })
  for (const [key, meaning] of FIELDS) {
    const value = own(sensor, key)
    if (value !== undefined && value !== null) addReading(out, base, meaning, value, clip(`${index}.${key}`))
  }
}

/** Rounded to a hundredth of a degree, because these sensors are at private homes. */
export const coarse = ([lon, lat]: Position): Position => [Math.round(lon * 100) / 100, Math.round(lat * 100) / 100]
