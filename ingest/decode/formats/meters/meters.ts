import { addReading, type Base, mappingOf, unmapped } from '../../helpers/fields.ts'
import { type Own, readFields } from '../../helpers/free-form.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownString } from '../../helpers/json.ts'
import { readStated } from '../../helpers/local-time.ts'
import { Collector, MAX_SAMPLES, reject } from '../../helpers/result.ts'
import type { Format, Input } from '../../helpers/types.ts'
import { isElsewhere, isInsideSomething, isOfTheAir } from '../../names/context.ts'
import { type Meaning, meaningOf } from '../../names/meaning.ts'

/**
 * emonCMS inputs: `emon/<node>/<input>` with one bare number per topic, or `emon/<node>` with an object; `e1` counts Wh.
 * `emonhub/rx/<node>/values` are numbers by position, with their meaning in emonhub.conf: map `<node>.<position>`,
 * counted from 1, in `fields` of the source. Source: docs.openenergymonitor.org.
 */
export const emoncms: Format = {
  name: 'emoncms',
  claims: ({ levels }) =>
    (levels[0] === 'emon' && (levels.length === 2 || levels.length === 3)) ||
    (levels[0] === 'emonhub' && levels[1] === 'rx' && levels[3] === 'values'),
  decode: (input) => {
    const [root, first = '', second = '', third] = input.levels
    const out = new Collector()
    const node = root === 'emonhub' ? second : first
    if (node === '') return reject('wrong_topic', `"${clip(input.topic)}" names no node`)
    const base: Base = { device: `emoncms/${node}` }
    if (root === 'emonhub' && third === 'values') readPositions(node, base, input, out)
    else if (isObject(input.json)) readFields(input.json, { source: input.source, base, out, own: emonFields(node) })
    else if (second !== '')
      readFields({ [second]: input.text.trim() }, { source: input.source, base, out, own: emonFields(node) })
    else return reject('wrong_shape', 'expected an object')
    return out.finish('no measurement')
  },
}

/** A node that people named after a tank or a boiler has no temperature of the air. */
const emonFields = (node: string): ((key: string) => Own) => {
  const isInside = isInsideSomething(node) || isElsewhere(node)
  return (key) => {
    const named = isInside ? meaningOf(key) : undefined
    return typeof named === 'object' && isOfTheAir(named.property) ? 'uncertain' : emonField(key)
  }
}

function emonField(key: string): Meaning | undefined {
  const energy = /^(?:e|E)(\d{1,2})$/.exec(key)
  if (energy) return { property: 'energy', unit: 'W.h', channel: energy[1] ?? '' }
  const power = /^(?:p|P|power)(\d{1,2})$/.exec(key)
  return power ? { property: 'active_power', unit: 'W', channel: power[1] ?? '' } : undefined
}

function readPositions(node: string, base: Base, { text, source }: Input, out: Collector): void {
  const values = text.length > MAX_SAMPLES * 10 ? [] : text.trim().split(',')
  for (const [index, value] of values.entries()) {
    const key = `${node}.${index + 1}`
    const meaning = mappingOf(source, key, key, base.device)
    if (meaning) addReading(out, base, meaning, value, clip(key))
    else unmapped(out, clip(key), key, value, base.device)
  }
}

const IOTAWATT_INPUT: Readonly<Record<string, Meaning>> = {
  Watts: { property: 'active_power', unit: 'W' },
  Pf: { property: 'power_factor', unit: '1' },
  Vrms: { property: 'voltage', unit: 'V' },
  Hz: { property: 'frequency', unit: 'Hz' },
}
const IOTAWATT_OUTPUT: Readonly<Record<string, Meaning>> = {
  Watts: { property: 'active_power', unit: 'W' },
  Volts: { property: 'voltage', unit: 'V' },
  Amps: { property: 'current', unit: 'A' },
  VA: { property: 'apparent_power', unit: 'V.A' },
  PF: { property: 'power_factor', unit: '1' },
  Hz: { property: 'frequency', unit: 'Hz' },
}

/** IoTaWatt `/status?inputs&outputs`: inputs by number, outputs by name; watts are text with a space. Named by its topic. */
export const iotawatt: Format = {
  name: 'iotawatt',
  claims: ({ json }) =>
    isObject(json) &&
    Array.isArray(own(json, 'inputs')) &&
    (Array.isArray(own(json, 'outputs')) || Object.hasOwn(json, 'stats')),
  decode: (input) => {
    const { json } = input
    if (json === undefined) return reject('not_json', notJson(input))
    if (!isObject(json)) return reject('wrong_shape', 'expected an object')
    const base: Base = { device: `iotawatt/${input.topic}` }
    const out = new Collector()
    for (const entry of entriesOf(json, 'inputs')) {
      const channel = String(own(entry, 'channel') ?? '')
      for (const [key, meaning] of Object.entries(IOTAWATT_INPUT))
        if (own(entry, key) !== undefined)
          addReading(
            out,
            base,
            { ...meaning, channel: clip(channel, 40) },
            own(entry, key),
            `inputs.${clip(channel)}.${key}`,
          )
    }
    for (const entry of entriesOf(json, 'outputs')) {
      const name = ownString(entry, 'name') ?? ''
      const units = ownString(entry, 'units') ?? ''
      const meaning = Object.hasOwn(IOTAWATT_OUTPUT, units) ? IOTAWATT_OUTPUT[units] : undefined
      if (meaning)
        addReading(out, base, { ...meaning, channel: clip(name, 40) }, own(entry, 'value'), `outputs.${clip(name)}`)
      else unmapped(out, `outputs.${clip(name)}`, name, own(entry, 'value'), base.device)
    }
    return out.finish('neither inputs nor outputs')
  },
}

const entriesOf = (json: JsonObject, key: string): JsonObject[] => {
  const list = own(json, key)
  return Array.isArray(list) ? list.filter(isObject).slice(0, MAX_SAMPLES) : []
}

/**
 * AI-on-the-edge: the photographed meter, `<name>/<number>/json`, all text. Its `error` shows whether the
 * reading is plausible. It reads water unless the source maps `value`. Source: jomjol/AI-on-the-edge-device, MQTT API.
 */
export const aiOnTheEdge: Format = {
  name: 'ai-on-the-edge',
  claims: ({ levels, json }) =>
    levels.at(-1) === 'json' &&
    isObject(json) &&
    ['value', 'raw', 'pre', 'error'].every((key) => Object.hasOwn(json, key)),
  decode: (input) => {
    const { json, levels, source } = input
    if (json === undefined) return reject('not_json', notJson(input))
    if (!isObject(json) || own(json, 'value') === undefined) return reject('wrong_shape', 'no value')
    const error = ownString(json, 'error') ?? 'no error'
    if (error !== 'no error') return reject('bad_value', `the reader does not believe its reading: ${clip(error)}`)
    const [number = '', ...name] = levels.slice(0, -1).reverse()
    const base: Base = { device: `ai-on-the-edge/${(name.length > 0 ? name.reverse() : [number]).join('/')}` }
    const stamp = own(json, 'timestamp')
    if (stamp !== undefined && stamp !== '') {
      const time = typeof stamp === 'string' ? readStated(stamp, input) : undefined
      if (!time) return reject('bad_time', `timestamp: ${show(stamp)} is not a time`)
      Object.assign(base, time)
    }
    const out = new Collector()
    const meaning = mappingOf(source, 'value', 'value', base.device) ?? countedBy(levels)
    const channel = meaning?.channel ?? (number === 'main' ? '' : number)
    if (meaning) addReading(out, base, { ...meaning, channel }, own(json, 'value'), 'value')
    else unmapped(out, 'value', 'value', own(json, 'value'), base.device, COUNTS_ANYTHING)
    readRate(json, number === 'main' ? '' : number, base, source, out)
    return out.finish('')
  },
}

const COUNTS_ANYTHING =
  'the topic does not say what the meter counts; map it to water_volume, gas_volume or energy, with its unit'
/** The reader is set on any counter: only its topic (`watermeter`, as installed) says of what. */
function countedBy(levels: readonly string[]): Meaning | undefined {
  const topic = levels.join('/').toLowerCase()
  const isWater = /water|wasser|agua|água|acqua|vatten|vand|vann|vesi|(^|[^\p{L}])eau([^\p{L}]|$)/u.test(topic)
  const isGas = /gas|gaz/.test(topic)
  if (isWater === isGas) return undefined
  return { property: isWater ? 'water_volume' : 'gas_volume', unit: 'm3' }
}

/** The rate is in units of the reading per minute or per interval, as set on the device: a mapping says which. */
function readRate(json: JsonObject, number: string, base: Base, source: Input['source'], out: Collector): void {
  const rate = own(json, 'rate')
  if (rate === undefined || rate === '') return
  const mapped = mappingOf(source, 'rate', 'rate', base.device)
  if (mapped) addReading(out, base, { ...mapped, channel: mapped.channel ?? number }, rate, 'rate')
  else unmapped(out, 'rate', 'rate', rate, base.device)
}
