import { addReading, type Base, isNumeric, mappingOf, unmapped } from '../../helpers/fields.ts'
import { numbersIn } from '../../helpers/free-form.ts'
import { clip, notJson } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readEpoch } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * Shelly Gen 1: `shellies/<id>/...`, one bare value per topic, and the JSON of `/status` on `shellies/<id>/info`. Meters
 * count watt-minutes, energy meters (EM, 3EM) watt-hours. Source: shelly-api-docs.shelly.cloud/gen1.
 */
export const shellyGen1: Format = {
  name: 'shelly-gen1',
  claims: ({ levels, json }) =>
    (levels[0] === 'shellies' && levels.length > 2) ||
    (isObject(json) && isObject(own(json, 'wifi_sta')) && typeof own(json, 'mac') === 'string'),
  decode,
}

const VALUES: Readonly<Record<string, Meaning>> = {
  'relay/power': { property: 'active_power', unit: 'W' },
  'relay/energy': { property: 'energy', unit: 'W.min' },
  'emeter/power': { property: 'active_power', unit: 'W' },
  'emeter/reactive_power': { property: 'reactive_power', unit: 'var' },
  'emeter/pf': { property: 'power_factor', unit: '1' },
  'emeter/voltage': { property: 'voltage', unit: 'V' },
  'emeter/current': { property: 'current', unit: 'A' },
  'emeter/total': { property: 'energy', unit: 'W.h' },
  'emeter/total_returned': { property: 'energy_export', unit: 'W.h' },
  'sensor/humidity': { property: 'relative_humidity', unit: '%' },
  'sensor/lux': { property: 'illuminance', unit: 'lx' },
  'sensor/battery': { property: 'battery_level', unit: '%' },
}

function decode(input: Input): Decoded {
  const { levels, json } = input
  if (isObject(json)) return readStatus(json, input)
  const [root, id, part = '', index = '', last] = levels
  if (root !== 'shellies' || !id) return reject('wrong_topic', `"${clip(input.topic)}" is not shellies/<device>/...`)
  const out = new Collector()
  const base: Base = { device: `shelly-gen1/${id}` }
  if (part === 'online' && index === '') {
    const text = input.text.trim()
    if (text !== 'true' && text !== 'false') return reject('wrong_shape', 'online is true or false')
    addReading(out, base, { property: 'online' }, text === 'true' ? 1 : 0, 'online')
    return out.finish('')
  }
  const name = part === 'sensor' ? `sensor/${index}` : `${part}/${last ?? ''}`
  const meaning = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined
  const field = clip(levels.slice(2).join('/'))
  const value = input.text.trim()
  const channel = part === 'sensor' || index === '0' ? '' : index
  if (meaning) addReading(out, base, { ...meaning, channel }, value, field)
  else if (isNumeric(value) && !STATES.test(field)) report(field, value, base, input, out)
  return out.finish(`${field} is a state of the device`)
}

/** Topics of states, and the temperature of the circuit board. */
const STATES =
  /^(temperature|temperature_f|overtemperature|overload|loaderror|input\w*|longpush|relay|light|color|white|roller|charger)(\/|$)|^sensor\/(error|state|motion|vibration|flood|ext_power|charger)$|_f(\/|$)/

/** A number that may be of anything: a probe or an input that was wired to the device. */
function report(field: string, value: unknown, base: Base, { source }: Input, out: Collector): void {
  // shelly-api-docs.shelly.cloud/gen1, "H&T: MQTT": in °C or °F depending on configuration
  const doubt = field === 'sensor/temperature' ? 'it is in °C or °F, as the device is set' : undefined
  const key = field.slice(field.lastIndexOf('.') + 1)
  const mapped = mappingOf(source, field, key, base.device)
  if (mapped) addReading(out, base, mapped, value, field)
  else unmapped(out, field, key, value, base.device, doubt)
}

const METER: Readonly<Record<string, Meaning>> = {
  power: { property: 'active_power', unit: 'W' },
  total: { property: 'energy', unit: 'W.min' },
}
const ENERGY_METER: Readonly<Record<string, Meaning>> = {
  power: { property: 'active_power', unit: 'W' },
  reactive: { property: 'reactive_power', unit: 'var' },
  pf: { property: 'power_factor', unit: '1' },
  voltage: { property: 'voltage', unit: 'V' },
  current: { property: 'current', unit: 'A' },
  total: { property: 'energy', unit: 'W.h' },
  total_returned: { property: 'energy_export', unit: 'W.h' },
}

/** The body of /status. The device is named by the topic, or else by its own address. */
function readStatus(status: JsonObject, input: Input): Decoded {
  const { levels } = input
  const id = levels[0] === 'shellies' && levels[1] ? levels[1] : ownString(status, 'mac')?.toLowerCase()
  if (id === undefined) return reject('wrong_shape', 'neither topic nor payload name the device')
  if (input.json === undefined) return reject('not_json', notJson(input))
  const base: Base = { device: `shelly-gen1/${clip(id, 120)}` }
  const seconds = own(status, 'unixtime')
  const time = typeof seconds === 'number' && seconds > 1e9 ? readEpoch(seconds) : undefined
  if (time) base.time = time
  const out = new Collector()
  readMeters(own(status, 'meters'), 'meters', METER, base, out)
  readMeters(own(status, 'emeters'), 'emeters', ENERGY_METER, base, out)
  const isBoard = own(status, 'overtemperature') !== undefined
  if (!isBoard) readPart(status, 'tmp', 'tC', { property: 'temperature', unit: 'Cel' }, base, out)
  readPart(status, 'hum', 'value', { property: 'relative_humidity', unit: '%' }, base, out)
  readPart(status, 'lux', 'value', { property: 'illuminance', unit: 'lx' }, base, out)
  readPart(status, 'bat', 'value', { property: 'battery_level', unit: '%' }, base, out)
  readPart(status, 'bat', 'voltage', { property: 'battery_voltage', unit: 'V' }, base, out)
  readPart(status, 'wifi_sta', 'rssi', { property: 'rssi', unit: 'dB{mW}' }, base, out)
  // a sensor of movement has them as plain numbers
  if (isNumeric(own(status, 'bat')))
    addReading(out, base, { property: 'battery_level', unit: '%' }, own(status, 'bat'), 'bat')
  if (isNumeric(own(status, 'lux')))
    addReading(out, base, { property: 'illuminance', unit: 'lx' }, own(status, 'lux'), 'lux')
  reportWired(levels[2] === 'ext_temperatures' ? { ext_temperature: status } : status, base, input, out)
  return out.finish('the status has no measurement')
}

/** What was wired to the device, and the valve or wall that a temperature without `tC` is of. */
const WIRED: ReadonlySet<string> = new Set(['ext_temperature', 'ext_humidity', 'adcs', 'concentration', 'tmp'])
function reportWired(status: JsonObject, base: Base, input: Input, out: Collector): void {
  for (const [part, value] of Object.entries(status)) {
    if (!WIRED.has(part) || (part === 'tmp' && own(ownObject(status, 'tmp') ?? {}, 'tC') !== undefined)) continue
    for (const [path, number] of numbersIn({ [part]: value }))
      if (!/\.(tF|hwID)$/.test(path)) report(path, number, base, input, out)
  }
}

function readMeters(
  list: unknown,
  name: string,
  table: Readonly<Record<string, Meaning>>,
  base: Base,
  out: Collector,
): void {
  if (!Array.isArray(list)) return
  for (const [index, meter] of list.entries()) {
    if (!isObject(meter) || out.full) continue
    if (own(meter, 'is_valid') === false) {
      out.problem(`${name}[${index}]`, 'bad_value', 'marked as invalid by the meter')
      continue
    }
    for (const [key, meaning] of Object.entries(table)) {
      const value = own(meter, key)
      if (value !== undefined)
        addReading(
          out,
          base,
          { ...meaning, channel: index === 0 ? '' : String(index) },
          value,
          `${name}[${index}].${key}`,
        )
    }
  }
}

function readPart(status: JsonObject, part: string, key: string, meaning: Meaning, base: Base, out: Collector): void {
  const object = ownObject(status, part)
  const value = object && own(object, key)
  if (object && value !== undefined && own(object, 'is_valid') !== false)
    addReading(out, base, meaning, value, `${part}.${key}`)
}
