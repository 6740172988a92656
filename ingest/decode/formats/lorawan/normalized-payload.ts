import { addReading, type Base, unmapped } from '../../helpers/fields.ts'
import { isObject, type JsonObject, own, ownObject, positionOf } from '../../helpers/json.ts'
import type { Collector } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Sample } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * Names and units of the LoRaWAN Device Repository (TheThingsNetwork/lorawan-devices, lib/payload.json). The battery is in volts, a
 * position that of the measurement.
 */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['battery', { property: 'battery_voltage', unit: 'V' }],
  ['air.temperature', { property: 'temperature', unit: 'Cel' }],
  ['air.relativeHumidity', { property: 'relative_humidity', unit: '%' }],
  ['air.pressure', { property: 'pressure', unit: 'hPa' }],
  ['air.co2', { property: 'co2', unit: '[ppm]' }],
  ['air.lightIntensity', { property: 'illuminance', unit: 'lx' }],
  ['wind.speed', { property: 'wind_speed', unit: 'm/s' }],
  ['wind.direction', { property: 'wind_direction', unit: 'deg' }],
  ['soil.moisture', { property: 'soil_moisture', unit: '%' }],
  ['soil.temperature', { property: 'soil_temperature', unit: 'Cel' }],
  ['water.temperature.current', { property: 'water_temperature', unit: 'Cel' }],
  ['metering.water.total', { property: 'water_volume', unit: 'L' }],
])
/** They describe a measurement, or are of a time that the message does not state. */
const NOT_READ = new Set(['soil.depth', 'water.temperature.min', 'water.temperature.max', 'water.temperature.avg'])
const GROUPS = ['air', 'wind', 'soil', 'water', 'metering', 'action']

/**
 * Adds what `normalized_payload` says of an uplink whose `decoded_payload` has been read since `start`. Its names and units are certain, so
 * its value replaces that of the same series; a value that the decoded payload has under another channel is not stored twice.
 */
export function readNormalized(payload: unknown, base: Base, start: number, out: Collector): void {
  if (!Array.isArray(payload)) return
  const decoded = out.samples.slice(start)
  const seen = new Map<string, number>()
  for (const [index, measurement] of payload.entries()) {
    if (!isObject(measurement) || out.full) continue
    const at = baseOf(measurement, base)
    if (!at) {
      out.problem(`normalized_payload[${index}].time`, 'bad_time', 'not a time as in RFC 3339', base.device)
      continue
    }
    for (const [path, value] of numbersOf(measurement)) {
      const meaning = MEANINGS.get(path)
      const field = `normalized_payload[${index}].${path}`
      if (!meaning) unmapped(out, field, path, value, base.device)
      else addOnce(field, { ...meaning, channel: channelOf(meaning, measurement, at, seen) }, value, at, decoded, out)
    }
  }
}

function baseOf(measurement: JsonObject, base: Base): Base | undefined {
  const stated = own(measurement, 'time')
  const time = typeof stated === 'string' ? readIso(stated) : undefined
  if (stated !== undefined && !time) return undefined
  const position = ownObject(measurement, 'position')
  const location = position && positionOf(own(position, 'longitude'), own(position, 'latitude'))
  return { ...base, ...(time && { time }), ...(location && { location }) }
}

/** The leaves of its groups that are numbers, with their paths. */
function* numbersOf(measurement: JsonObject): Generator<[string, number]> {
  const battery = own(measurement, 'battery')
  if (typeof battery === 'number') yield ['battery', battery]
  for (const group of GROUPS) yield* leavesOf(own(measurement, group), group, 3)
}

function* leavesOf(value: unknown, path: string, depth: number): Generator<[string, number]> {
  if (typeof value === 'number') {
    if (!NOT_READ.has(path)) yield [path, value]
  } else if (isObject(value) && depth > 0)
    for (const key of Object.keys(value)) yield* leavesOf(own(value, key), `${path}.${key}`, depth - 1)
}

/** Probes at several depths are channels; of further measurements of the same time, so is their number. */
function channelOf({ property }: Meaning, measurement: JsonObject, { time }: Base, seen: Map<string, number>): string {
  const soil = ownObject(measurement, 'soil')
  const depth = property.startsWith('soil_') && soil ? own(soil, 'depth') : undefined
  const probe = typeof depth === 'number' ? `${depth} cm` : ''
  const key = `${property}\n${probe}\n${time?.getTime() ?? ''}`
  const count = (seen.get(key) ?? 0) + 1
  seen.set(key, count)
  return count === 1 ? probe : `${probe} ${count}`.trim()
}

function addOnce(
  field: string,
  meaning: Meaning,
  value: number,
  base: Base,
  decoded: readonly Sample[],
  out: Collector,
): void {
  const same = decoded.filter(
    ({ property, time }) => property === meaning.property && time?.getTime() === base.time?.getTime(),
  )
  const own = same.find(({ channel }) => channel === meaning.channel)
  if (own) Object.assign(own, { value, ...(meaning.unit !== undefined && { unit: meaning.unit }) })
  else if (!same.some((sample) => Number(sample.value) === value)) addReading(out, base, meaning, value, field)
}
