import type { Position } from '#model/basics/geo.ts'
import { addReading, type Base, mappingOf, unmapped } from '../../helpers/fields.ts'
import { clip, notJson } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, positionOf } from '../../helpers/json.ts'
import { Collector, MAX_SAMPLES, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { type Meaning, meaningOf } from '../../names/meaning.ts'
import { decodeArchive, isArchive } from './sensor-community-archive.ts'

/**
 * sensor.community (luftdaten, airrohr firmware): the body that stations post, `sensordatavalues` of `value_type` and
 * `value`, all strings, no time. The station is named in the body (`esp8266id`) or, where the body was bridged to MQTT,
 * in a topic level with the value of the X-Sensor header (`esp8266-12345`). Days of the archive (CSV) are read as well. P1 is
 * PM10, P2 is PM2.5, pressure is in Pa.
 * Source: github.com/opendata-stuttgart, firmware and meta wiki.
 */
export const sensorCommunity: Format = {
  name: 'sensor-community',
  claims: ({ json, text }) => (isObject(json) ? Array.isArray(own(json, 'sensordatavalues')) : isArchive(text)),
  decode,
}

const CHIPS = ['esp8266', 'esp32', 'raspi', 'smogomierz'] as const
const STATION = /^(esp8266|esp32|raspi|smogomierz|TTN)-[A-Za-z0-9-]{1,40}$/

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return isArchive(input.text) ? decodeArchive(input) : reject('not_json', notJson(input))
  const values = isObject(json) ? own(json, 'sensordatavalues') : undefined
  if (!isObject(json) || !Array.isArray(values)) return reject('wrong_shape', 'no array sensordatavalues')
  if (values.length > MAX_SAMPLES) return reject('too_large', `more than ${MAX_SAMPLES} values in one message`)
  const station = stationIn(json) ?? input.levels.findLast((level) => STATION.test(level))
  if (station === undefined)
    return reject('wrong_shape', 'no station: esp8266id in the body, or esp8266-<number> as a level of the topic')
  const out = new Collector()
  const entries = values.filter(isObject)
  const location = locationOf(entries)
  const base: Base = { device: `sensor-community/${station}`, ...(location && { location }) }
  for (const [index, entry] of values.entries()) {
    if (isObject(entry)) readEntry(entry, index, base, input, out)
    else out.problem(`sensordatavalues[${index}]`, 'wrong_shape', 'expected an object')
  }
  return out.finish('no measurement among the values')
}

function stationIn(body: JsonObject): string | undefined {
  for (const chip of CHIPS) {
    const id = own(body, `${chip}id`)
    if ((typeof id === 'string' && /^[A-Za-z0-9-]{1,40}$/.test(id)) || typeof id === 'number') return `${chip}-${id}`
  }
  return undefined
}

/** Quantities behind the name of the sensor: SDS_P1, BME280_temperature, DNMS_noise_LAeq, or bare (the DHT22). */
const QUANTITIES: ReadonlyMap<string, Meaning | null> = new Map<string, Meaning | null>([
  ['P0', { property: 'pm1', unit: 'ug/m3' }],
  ['P1', { property: 'pm10', unit: 'ug/m3' }],
  ['P2', { property: 'pm2_5', unit: 'ug/m3' }],
  ['P4', { property: 'pm4', unit: 'ug/m3' }],
  ['temperature', { property: 'temperature', unit: 'Cel' }],
  ['humidity', { property: 'relative_humidity', unit: '%' }],
  ['pressure', { property: 'pressure', unit: 'Pa' }],
  ['co2_ppm', { property: 'co2', unit: '[ppm]' }],
  ['noise_LAeq', { property: 'sound_level', unit: 'dB{A}' }],
  ['noise_LA_max', { property: 'sound_level_max', unit: 'dB{A}' }],
  ...'samples min_micro max_micro interval signal noise_LA_min lat lon height date time timestamp TS N05 N1 N25 N4 N10 N100 pressure_at_sealevel pressure_sealevel counts_per_minute hv_pulses tube sample_time_ms'
    .split(' ')
    .map((name): [string, null] => [name, null]),
])
const PREFIX = /^([A-Z][A-Z0-9]*)_(.+)$/
/**
 * Sensors without a channel: the one that reports without a name (DHT22), and those that nearly every station has (SDS011,
 * DNMS). Any other is a channel, also where it is the only one, so that a second sensor never changes the series of the first.
 */
const WITHOUT_CHANNEL: ReadonlySet<string> = new Set(['SDS', 'DNMS', 'SCD30'])

function readEntry(entry: JsonObject, index: number, base: Base, input: Input, out: Collector): void {
  const type = own(entry, 'value_type')
  const value = own(entry, 'value')
  if (typeof type !== 'string' || type === '') {
    out.problem(`sensordatavalues[${index}]`, 'wrong_shape', 'no value_type')
    return
  }
  const prefixed = QUANTITIES.has(type) ? null : PREFIX.exec(type)
  const quantity = prefixed?.[2] ?? type
  const sensor = prefixed?.[1] ?? ''
  const mapped = mappingOf(input.source, type, quantity, base.device)
  const meaning = mapped ?? (QUANTITIES.has(quantity) ? QUANTITIES.get(quantity) : general(quantity))
  if (meaning === null) return
  if (meaning) addReading(out, base, onSensor(meaning, sensor), value, clip(type))
  else unmapped(out, type, type, value, base.device)
}

const onSensor = (meaning: Meaning, sensor: string): Meaning =>
  meaning.channel === undefined && !WITHOUT_CHANNEL.has(sensor) ? { ...meaning, channel: sensor } : meaning

function general(quantity: string): Meaning | null | undefined {
  const meaning = meaningOf(quantity)
  return meaning === 'housekeeping' ? null : meaning
}

/** The position that a station with GPS sends as GPS_lat and GPS_lon; -200 before the first fix. */
function locationOf(entries: readonly JsonObject[]): Position | undefined {
  const find = (type: string): unknown => {
    const entry = entries.find((candidate) => own(candidate, 'value_type') === type)
    return entry && own(entry, 'value')
  }
  const lon = find('GPS_lon')
  const lat = find('GPS_lat')
  return lon === undefined || lat === undefined ? undefined : positionOf(lon, lat)
}
