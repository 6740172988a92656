import { addReading, type Base, mappingOf } from '../../helpers/fields.ts'
import { type Own, readFields } from '../../helpers/free-form.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import { readStatedOrEpoch } from '../../helpers/local-time.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { contradiction, isInsideSomething, isOfTheAir } from '../../names/context.ts'
import { type Meaning, squeeze } from '../../names/meaning.ts'

const ROOT = 'zigbee2mqtt'

/**
 * Zigbee2MQTT: `<base topic>/<friendly name>`, where the name may contain slashes, and `…/availability`. The state is
 * cached and published again with every change, so an unchanged value may not be a new reading; only `last_seen` shows it.
 * Source: zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html.
 */
export const zigbee2mqtt: Format = {
  name: 'zigbee2mqtt',
  claims: ({ levels }) => levels[0] === ROOT && levels.length > 1,
  decode,
}

/** The topic behind the base topic, which is the literal start of the source's filter when it is not the default. */
function nameLevels({ levels, source }: Input): string[] {
  if (levels[0] === ROOT) return levels.slice(1)
  const filter = source.topic.split('/')
  const wild = filter.findIndex((level) => level === '+' || level === '#')
  return levels.slice(wild > 0 ? wild : 1)
}

function decode(input: Input): Decoded {
  const levels = nameLevels(input)
  const end = levels[levels.length - 1]
  if (levels.length === 0 || levels.every((level) => level === ''))
    return reject('wrong_topic', `"${clip(input.topic)}" is not ${ROOT}/<device>`)
  if (levels[0] === 'bridge') return reject('no_measurement', 'a message of the bridge itself')
  if (levels.length > 1 && (end === 'set' || end === 'get')) return reject('no_measurement', 'a command to the device')
  if (levels.length > 1 && end === 'availability') return readAvailability(levels.slice(0, -1).join('/'), input)
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  if (!isObject(json)) return reject('wrong_shape', 'expected an object')
  return readState(levels.join('/'), json, input)
}

function readAvailability(name: string, input: Input): Decoded {
  const { json, text } = input
  const state = isObject(json) ? own(json, 'state') : text.trim()
  if (state !== 'online' && state !== 'offline') return reject('wrong_shape', 'availability is online or offline')
  const out = new Collector()
  addReading(out, { device: `zigbee2mqtt/${name}` }, { property: 'online' }, state === 'online' ? 1 : 0, 'availability')
  return out.finish('')
}

function readState(name: string, state: JsonObject, input: Input): Decoded {
  const out = new Collector()
  const base: Base = { device: `zigbee2mqtt/${name}` }
  const seen = own(state, 'last_seen')
  if (seen !== undefined && seen !== null) {
    const time = readStatedOrEpoch(seen, input)
    if (!time) return reject('bad_time', `last_seen: ${show(seen)} is not a time`)
    Object.assign(base, time)
  }
  const measured: Record<string, unknown> = {}
  for (const key of Object.keys(state)) {
    if (state[key] === -1 && NEVER_NEGATIVE.test(key))
      out.problem(key, 'bad_value', '-1: the device has not reported yet')
    else if (isMeasurement(key, state[key], base.device, input))
      Object.defineProperty(measured, key, { value: state[key], enumerable: true })
  }
  // a socket measures itself
  const isSocket = Object.hasOwn(state, 'power') && !Object.hasOwn(state, 'humidity')
  const isInside = isInsideSomething(name) || isSocket
  const special = (key: string, value: unknown): Own => {
    const meaning = meaningIn(key, value, state)
    const isOpen = isInside && typeof meaning === 'object' && meaning !== null && isOfTheAir(meaning.property)
    return isOpen ? 'uncertain' : meaning
  }
  const reading = { source: input.source, base, out, own: special }
  readFields(measured, reading)
  // Signal quality belongs to a measurement; the state of a switch is not a measurement.
  if (out.samples.length > 0 && Object.hasOwn(state, 'linkquality'))
    readFields({ linkquality: state.linkquality }, reading)
  return out.finish(`no measurement among ${clip(Object.keys(state).join(', '))}`)
}

/** Objects are settings and colours (update, color), unless the source maps something in them. */
function isMeasurement(key: string, value: unknown, device: string, input: Input): boolean {
  if (key === 'linkquality' || key === 'last_seen') return false
  return (
    !isObject(value) || Object.keys(value).some((inner) => mappingOf(input.source, `${key}.${inner}`, inner, device))
  )
}

const C = 'Cel'
/** Exposed features with their units (zigbee2mqtt.io/guide/usage/exposes.html); null: settings and states. */
const FIELDS: ReadonlyMap<string, Meaning | null> = new Map<string, Meaning | null>([
  ['temperature', { property: 'temperature', unit: C }],
  ['local_temperature', { property: 'temperature', unit: C, channel: 'local' }],
  ['humidity', { property: 'relative_humidity', unit: '%' }],
  ['pressure', { property: 'pressure', unit: 'hPa' }],
  ['soil_moisture', { property: 'soil_moisture', unit: '%' }],
  ['illuminance', { property: 'illuminance', unit: 'lx' }],
  ['illuminance_lux', { property: 'illuminance', unit: 'lx' }],
  ['pm1', { property: 'pm1', unit: 'ug/m3' }],
  ['pm25', { property: 'pm2_5', unit: 'ug/m3' }],
  ['pm4', { property: 'pm4', unit: 'ug/m3' }],
  ['pm10', { property: 'pm10', unit: 'ug/m3' }],
  ['co2', { property: 'co2', unit: '[ppm]' }],
  ['co', { property: 'co', unit: '[ppm]' }],
  ['voc_index', { property: 'voc_index', unit: '1' }],
  ['nox_index', { property: 'nox_index', unit: '1' }],
  ['noise', { property: 'sound_level', unit: 'dB{A}' }],
  ['power', { property: 'active_power', unit: 'W' }],
  ['power_reactive', { property: 'reactive_power', unit: 'var' }],
  ['power_apparent', { property: 'apparent_power', unit: 'V.A' }],
  ['current', { property: 'current', unit: 'A' }],
  ['energy', { property: 'energy', unit: 'kW.h' }],
  ['produced_energy', { property: 'energy_export', unit: 'kW.h' }],
  ['ac_frequency', { property: 'frequency', unit: 'Hz' }],
  ['battery', { property: 'battery_level', unit: '%' }],
  ['linkquality', { property: 'link_quality', unit: '1' }],
  ['flow', { property: 'water_flow', unit: 'm3/h' }],
  ['gas_consumed', { property: 'gas_volume', unit: 'm3' }],
  ['water_consumed', { property: 'water_volume', unit: 'm3' }],
  ...(
    'speed fan_speed device_temperature brightness color_temp position power_on_behavior update_available action action_id occupancy_timeout ' +
    'energy_cost transition countdown duration click elapsed trigger_count x_axis y_axis z_axis angle illuminance_raw'
  )
    .split(' ')
    .map((name): [string, null] => [name, null]),
  ...'calibration setpoint threshold limit min max interval offset precision sensitivity delay timeout'
    .split(' ')
    .map((name): [string, null] => [name, null]),
])
const SETTING =
  /_(calibration|precision|threshold|setpoint|sensitivity|delay|timeout|interval|min|max|limit|offset|step|mode)$|^(min|max)_/
const PHASE = /^(power|current|voltage|energy|produced_energy)_(l\d|phase_[a-c]|[a-d]|\d)$/
/** Features that are never negative; -1 means that the device has not reported yet. */
const NEVER_NEGATIVE =
  /^(battery|humidity|soil_moisture|illuminance|illuminance_lux|pm1|pm25|pm4|pm10|co2|co|voc_index|nox_index|linkquality|energy|voltage)$/

function meaningIn(key: string, value: unknown, state: JsonObject): Own {
  const phase = PHASE.exec(key)
  const name = phase?.[1] ?? key
  if (typeof value === 'boolean') return null
  // until version 2 a device that sends both sends the raw value of the sensor under the shorter name
  if (key === 'illuminance' && Object.hasOwn(state, 'illuminance_lux')) return null
  const meaning = name === 'voltage' || name === 'battery_voltage' ? voltage(name, value, state) : FIELDS.get(name)
  if (meaning === undefined) return SETTING.test(key) ? null : undefined
  if (meaning === null) return null
  if (meaning !== 'uncertain' && phase) return { ...meaning, channel: phase[2] ?? '' }
  if (meaning !== 'uncertain' && isOfTheAir(meaning.property) && contradiction(meaning.property, [], names(state)))
    return 'uncertain'
  return meaning
}

const names = (state: JsonObject) => (): ReadonlySet<string> => new Set(Object.keys(state).map(squeeze))

/** No battery of a sensor has more, and in mV it has more than any mains in V. */
const MAX_BATTERY_V = 50
const MIN_BATTERY_MV = 1000

/** `voltage` is that of the battery in mV on battery devices and that of the mains in V on plugs. */
function voltage(name: string, value: unknown, state: JsonObject): Own {
  const mains = ['power', 'current', 'energy', 'ac_frequency'].some((key) => Object.hasOwn(state, key))
  const millivolts = { property: 'battery_voltage', unit: 'mV' }
  if (name === 'battery_voltage') return Number(value) > 100 ? millivolts : { property: 'battery_voltage', unit: 'V' }
  if (Object.hasOwn(state, 'battery') || (!mains && Number(value) >= MIN_BATTERY_MV)) return millivolts
  return mains || Number(value) > MAX_BATTERY_V ? { property: 'voltage', unit: 'V' } : 'uncertain'
}
