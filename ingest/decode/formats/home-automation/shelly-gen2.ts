import { addReading, type Base, mappingOf, unmapped } from '../../helpers/fields.ts'
import { numbersIn } from '../../helpers/free-form.ts'
import { clip, notJson } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readEpoch } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

const COMPONENT = /^([a-z][a-z0-9_]*):(\d{1,3})$/

/**
 * Shelly Gen 2 and later: `<prefix>/events/rpc` (NotifyStatus, a delta; NotifyFullStatus) named by `src`,
 * `<prefix>/status/<component>:<id>` and `<prefix>/online` named by the prefix, the replies to commands (`<dst>/rpc`:
 * Shelly.GetStatus, Switch.GetStatus, ...), and the body of `/rpc/Shelly.GetStatus`. Energies are in Wh.
 * Source: shelly-api-docs.shelly.cloud/gen2, components, notifications and RPC protocol.
 */
export const shellyGen2: Format = {
  name: 'shelly-gen2',
  claims: ({ levels, json }) => {
    const [end = '', before, first] = [levels.at(-1), levels.at(-2), levels[0]]
    if (end === 'rpc' && (before === 'events' || isReply(json))) return true
    if (before === 'status') return COMPONENT.test(end) || (end === 'wifi' && isObject(json))
    return (end === 'online' && levels.length === 2 && (first ?? '').startsWith('shelly')) || isFullStatus(json)
  },
  decode,
}

/** `{ id, src, dst, result }` of a reply. */
const isReply = (json: unknown): json is JsonObject =>
  isObject(json) &&
  typeof own(json, 'src') === 'string' &&
  (isObject(own(json, 'result')) || isObject(own(json, 'error')))
/** The answer of Shelly.GetStatus: components beside `sys`, which has the address of the device. */
const isFullStatus = (json: unknown): json is JsonObject =>
  isObject(json) &&
  typeof own(ownObject(json, 'sys') ?? {}, 'mac') === 'string' &&
  Object.keys(json).some((key) => COMPONENT.test(key))

function decode(input: Input): Decoded {
  const { levels, json } = input
  const end = levels.at(-1) ?? ''
  if (json === undefined) return reject('not_json', notJson(input))
  const out = new Collector()
  if (isReply(json)) return readReply(json, input, out)
  if (end === 'rpc') return readNotification(json, input, out)
  if (isFullStatus(json)) return readFullStatus(json, input, out)
  const prefix = levels.slice(0, end === 'online' ? -1 : -2).join('/')
  if (prefix === '') return reject('wrong_topic', `"${clip(input.topic)}" names no device`)
  const base: Base = { device: `shelly-gen2/${prefix}` }
  if (end === 'online') {
    if (typeof json !== 'boolean') return reject('wrong_shape', 'online is true or false')
    addReading(out, base, { property: 'online' }, Number(json), 'online')
    return out.finish('')
  }
  if (!isObject(json)) return reject('wrong_shape', 'expected an object')
  readComponent(end, json, { base, source: input.source, out })
  return out.finish(`${clip(end)} has no measurement (${clip(Object.keys(json).join(', '))})`)
}

function readNotification(json: unknown, { source }: Input, out: Collector): Decoded {
  const params = isObject(json) ? ownObject(json, 'params') : undefined
  const src = isObject(json) ? ownString(json, 'src') : undefined
  if (!isObject(json) || !params || src === undefined) return reject('wrong_shape', 'no src and params')
  const method = own(json, 'method')
  if (method === 'NotifyEvent') return reject('no_measurement', 'an event, not a status')
  if (method !== 'NotifyStatus' && method !== 'NotifyFullStatus')
    return reject('no_measurement', `method ${clip(String(method))}`)
  const base: Base = { device: `shelly-gen2/${clip(src, 120)}` }
  const time = readTs(own(params, 'ts'))
  if (time) base.time = time
  return readComponents(params, { base, source, out })
}

type Reader = { readonly base: Base; readonly source: Input['source']; readonly out: Collector }

function readComponents(status: JsonObject, reader: Reader): Decoded {
  for (const key of Object.keys(status)) {
    const component = status[key]
    if (isObject(component)) readComponent(key, component, reader)
  }
  return reader.out.finish(`no measurement among ${clip(Object.keys(status).join(', '))}`)
}

/** The reply to a command: a status of the whole device, or of one component, which its fields identify. */
function readReply(json: JsonObject, { source }: Input, out: Collector): Decoded {
  const result = ownObject(json, 'result')
  if (!result) return reject('no_measurement', 'the reply is an error')
  const base: Base = { device: `shelly-gen2/${clip(ownString(json, 'src') ?? '', 120)}` }
  const reader: Reader = { base, source, out }
  const time = readTs(own(ownObject(result, 'sys') ?? {}, 'unixtime'))
  if (time) base.time = time
  if (Object.keys(result).some((key) => COMPONENT.test(key))) return readComponents(result, reader)
  const type = SIGNS.find(([field]) => own(result, field) !== undefined)?.[1]
  const id = own(result, 'id')
  if (type === undefined || typeof id !== 'number')
    return reject('no_measurement', 'the reply is about no component that measures')
  readComponent(`${type}:${id}`, result, reader)
  return out.finish(`no measurement among ${clip(Object.keys(result).join(', '))}`)
}

/** Fields by which the component of a reply is recognised. */
const SIGNS: readonly (readonly [field: string, component: string])[] = [
  ['a_act_power', 'em'],
  ['a_total_act_energy', 'emdata'],
  ['total_act_energy', 'em1data'],
  ['act_power', 'em1'],
  ['apower', 'switch'],
  ['tC', 'temperature'],
  ['rh', 'humidity'],
  ['lux', 'illuminance'],
]

/** The body of `/rpc/Shelly.GetStatus` names the device by its address only: the topic does it. */
function readFullStatus(json: JsonObject, { topic, source }: Input, out: Collector): Decoded {
  const base: Base = { device: `shelly-gen2/${clip(topic, 120)}` }
  const time = readTs(own(ownObject(json, 'sys') ?? {}, 'unixtime'))
  if (time) base.time = time
  return readComponents(json, { base, source, out })
}

/** Before the clock is set, ts counts from 0: not a valid time, so the time of arrival is used. */
const readTs = (ts: unknown): Date | undefined => (typeof ts === 'number' && ts > 1e9 ? readEpoch(ts) : undefined)

const W: Meaning = { property: 'active_power', unit: 'W' }
const VA: Meaning = { property: 'apparent_power', unit: 'V.A' }
const V: Meaning = { property: 'voltage', unit: 'V' }
const A: Meaning = { property: 'current', unit: 'A' }
const HZ: Meaning = { property: 'frequency', unit: 'Hz' }
const PF: Meaning = { property: 'power_factor', unit: '1' }
const WH: Meaning = { property: 'energy', unit: 'W.h' }
const WH_OUT: Meaning = { property: 'energy_export', unit: 'W.h' }

const DBM: Meaning = { property: 'rssi', unit: 'dB{mW}' }
const PERCENT: Meaning = { property: 'battery_level', unit: '%' }

type Table = Readonly<Record<string, Meaning>>
const LOAD: Table = {
  apower: W,
  aprtpower: VA,
  voltage: V,
  current: A,
  freq: HZ,
  pf: PF,
  'aenergy.total': WH,
  'ret_aenergy.total': WH_OUT,
}
const METER: Table = { act_power: W, aprt_power: VA, voltage: V, current: A, freq: HZ, pf: PF }
const DATA: Table = { total_act_energy: WH, total_act_ret_energy: WH_OUT }
/** Component -> its fields. The `temperature` of a switch is that of its circuit board, and is ignored. */
const COMPONENTS: Readonly<Record<string, Table>> = {
  switch: LOAD,
  light: LOAD,
  cover: LOAD,
  pm1: LOAD,
  em1: METER,
  em1data: DATA,
  em: {
    total_act_power: W,
    total_aprt_power: VA,
    total_current: A,
    n_current: { ...A, channel: 'n' },
    ...phases(METER),
  },
  emdata: { total_act: WH, total_act_ret: WH_OUT, ...phases(DATA) },
  temperature: { tC: { property: 'temperature', unit: 'Cel' } },
  humidity: { rh: { property: 'relative_humidity', unit: '%' } },
  illuminance: { lux: { property: 'illuminance', unit: 'lx' } },
  // sensors and devices of Bluetooth: what they measure is a setting of the gateway
  bthomedevice: { battery: PERCENT, rssi: DBM },
  blutrv: { battery: PERCENT, rssi: DBM },
  devicepower: {
    'battery.V': { property: 'battery_voltage', unit: 'V' },
    'battery.percent': PERCENT,
  },
  wifi: { rssi: DBM },
}

/** a_voltage, b_voltage, c_voltage: the phase is the channel. */
function phases(table: Table): Table {
  return Object.fromEntries(
    ['a', 'b', 'c'].flatMap((phase) =>
      Object.entries(table).map(([key, meaning]) => [`${phase}_${key}`, { ...meaning, channel: phase }]),
    ),
  )
}

/**
 * Devices whose own sensor is for the room. In any other `temperature:0` is that of the board; probes of an add-on are
 * numbered from 100.
 */
const ROOM_SENSOR = /(?<![a-z])(shelly)?[-_]?(plus|mini)?[-_]?ht(g\d+)?(?![a-z])|walldisplay/i

/** Numbers that are states, settings or sums of the last minutes. */
const STATES =
  /^(id|ts|minute_ts|by_minute|pct|brightness|white|ct|current_pos|target_pos|move_timeout|timer_started_at|timer_duration|rgb|temp_range|external|tF|is_valid|last_updated_ts|packet_id|target_C|pos|total_act_fundamental|.*_fundamental_.*)$/

/**
 * Components without a measurement. The others that no table has are reported, with what they measure: analogue and counting
 * inputs, a voltmeter (of 0 to 10 V), sensors of Bluetooth, virtual components.
 */
const SILENT = /^(script|text|boolean|enum|button|object|group|schedule|webhook|service|matter|media|rgb|rgbw|cct|ui)$/

/** Component 0 has no channel, others have their number: a delta does not contain how many there are. */
function readComponent(key: string, component: JsonObject, { base, source, out }: Reader): void {
  const match = COMPONENT.exec(key)
  const type = match?.[1] ?? key
  const table = tableOf(type, match !== null)
  if (!table) return
  const id = match?.[2] === undefined || match[2] === '0' ? '' : match[2]
  const isBoard = type === 'temperature' && id === '' && !ROOM_SENSOR.test(base.device)
  const known = new Set<string>()
  for (const [path, meaning] of Object.entries(table)) {
    const value = valueAt(component, path)
    known.add(path)
    if (value === undefined || isAbsent(value, path, type)) continue
    const field = `${clip(key)}.${path}`
    const mapped = mappingOf(source, field, path, base.device)
    const channel = mapped?.channel ?? [id, meaning.channel ?? ''].filter(Boolean).join('.')
    if (isBoard && !mapped) unmapped(out, field, path, value, base.device, 'it may be that of the board')
    else addReading(out, base, { ...meaning, ...mapped, channel }, value, field)
  }
  if (type !== 'wifi') reportOthers(component, key, known, base, { source, out })
}

function tableOf(type: string, isNumbered: boolean): Table | undefined {
  if (Object.hasOwn(COMPONENTS, type)) return COMPONENTS[type]
  return isNumbered && !SILENT.test(type) ? {} : undefined
}

/** null without a clamp on the neutral; 0 without a network */
const isAbsent = (value: unknown, path: string, type: string): boolean =>
  (value === null && path === 'n_current') || (type === 'wifi' && !value)

/** Other numbers of a component that measures. The `temperature` of a switch is that of its circuit board. */
function reportOthers(
  component: JsonObject,
  key: string,
  known: ReadonlySet<string>,
  base: Base,
  { source, out }: Pick<Reader, 'source' | 'out'>,
): void {
  for (const [path, value] of numbersIn(component)) {
    const name = path.slice(path.lastIndexOf('.') + 1)
    if (known.has(path) || path.split(/[.[]/).some((part) => STATES.test(part)) || path.startsWith('temperature.'))
      continue
    const field = `${clip(key)}.${path}`
    const mapped = mappingOf(source, field, name, base.device)
    if (mapped) addReading(out, base, mapped, value, field)
    else unmapped(out, field, name, value, base.device)
  }
}

function valueAt(component: JsonObject, path: string): unknown {
  const dot = path.indexOf('.')
  if (dot === -1) return own(component, path)
  const inner = ownObject(component, path.slice(0, dot))
  return inner && own(inner, path.slice(dot + 1))
}
