import { addReading, type Base } from '../../helpers/fields.ts'
import { clip, notJson } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Meaning } from '../../helpers/synonyms.ts'
import { readEpoch } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'

const COMPONENT = /^([a-z][a-z0-9_]*):(\d{1,3})$/

/**
 * Shelly Gen 2 and later: `<prefix>/events/rpc` (NotifyStatus, a delta; NotifyFullStatus) named by `src`, and
 * `<prefix>/status/<component>:<id>` and `<prefix>/online` named by the prefix. Energies are in Wh.
 * Source: shelly-api-docs.shelly.cloud/gen2, components and notifications.
 */
export const shellyGen2: Format = {
  name: 'shelly-gen2',
  claims: ({ levels, json }) => {
    const [end = '', before, first] = [levels.at(-1), levels.at(-2), levels[0]]
    if (end === 'rpc' && before === 'events') return true
    if (before === 'status') return COMPONENT.test(end) || (end === 'wifi' && isObject(json))
    return end === 'online' && levels.length === 2 && (first ?? '').startsWith('shelly')
  },
  decode,
}

function decode(input: Input): Decoded {
  const { levels, json } = input
  const end = levels.at(-1) ?? ''
  if (json === undefined) return reject('not_json', notJson(input))
  const out = new Collector()
  if (end === 'rpc') return readNotification(json, out)
  const prefix = levels.slice(0, end === 'online' ? -1 : -2).join('/')
  if (prefix === '') return reject('wrong_topic', `"${clip(input.topic)}" names no device`)
  const base: Base = { device: `shelly-gen2/${prefix}` }
  if (end === 'online') {
    if (typeof json !== 'boolean') return reject('wrong_shape', 'online is true or false')
    addReading(out, base, { property: 'online' }, Number(json), 'online')
    return out.finish('')
  }
  if (!isObject(json)) return reject('wrong_shape', 'expected an object')
  readComponent(end, json, base, out)
  return out.finish(`${clip(end)} has no measurement (${clip(Object.keys(json).join(', '))})`)
}

function readNotification(json: unknown, out: Collector): Decoded {
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
  for (const key of Object.keys(params)) {
    const component = params[key]
    if (isObject(component)) readComponent(key, component, base, out)
  }
  return out.finish(`no measurement among ${clip(Object.keys(params).join(', '))}`)
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

type Table = Readonly<Record<string, Meaning>>
const LOAD: Table = {
  apower: W,
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
  voltmeter: { voltage: V },
  devicepower: {
    'battery.V': { property: 'battery_voltage', unit: 'V' },
    'battery.percent': { property: 'battery_level', unit: '%' },
  },
  wifi: { rssi: { property: 'rssi', unit: 'dB{mW}' } },
}

/** a_voltage, b_voltage, c_voltage: the phase is the channel. */
function phases(table: Table): Table {
  return Object.fromEntries(
    ['a', 'b', 'c'].flatMap((phase) =>
      Object.entries(table).map(([key, meaning]) => [`${phase}_${key}`, { ...meaning, channel: phase }]),
    ),
  )
}

/** Component 0 has no channel, others have their number: a delta does not contain how many there are. */
function readComponent(key: string, component: JsonObject, base: Base, out: Collector): void {
  const match = COMPONENT.exec(key)
  const type = match?.[1] ?? key
  const table = Object.hasOwn(COMPONENTS, type) ? COMPONENTS[type] : undefined
  if (!table) return
  const id = match?.[2] === undefined || match[2] === '0' ? '' : match[2]
  for (const [path, meaning] of Object.entries(table)) {
    const value = valueAt(component, path)
    // null without a clamp on the neutral; 0 without a network
    if (value === undefined || (value === null && path === 'n_current') || (type === 'wifi' && !value)) continue
    const channel = [id, meaning.channel ?? ''].filter(Boolean).join('.')
    addReading(out, base, { ...meaning, channel }, value, `${clip(key)}.${path}`)
  }
}

function valueAt(component: JsonObject, path: string): unknown {
  const dot = path.indexOf('.')
  if (dot === -1) return own(component, path)
  const inner = ownObject(component, path.slice(0, dot))
  return inner && own(inner, path.slice(dot + 1))
}
