import { crcLine, telegramCrc } from './dsmr-crc.ts'
import { addReading, type Base } from './fields.ts'
import { show } from './input.ts'
import { isObject, type JsonObject, own } from './json.ts'
import { Collector, reject } from './result.ts'
import type { Meaning } from './synonyms.ts'
import { offsetAt } from './time.ts'
import type { Decoded, Format, Input } from './types.ts'

/**
 * Smart meters with a P1 port: raw DSMR telegrams, the JSON of the P1 Dongle (`{value, unit}` a field) and of HomeWizard
 * (units in the names). Serial numbers are personal and not read: a meter is named by its topic.
 * Source: Netbeheer Nederland, "DSMR 5.0.2 P1 companion standard"; api-documentation.homewizard.com.
 */
export const dsmr: Format = {
  name: 'dsmr-p1',
  claims: ({ text, json }) =>
    /^\s*\/[A-Za-z0-9]{3}\S*\s*\n/.test(text.slice(0, 80)) ||
    (isObject(json) &&
      (own(json, 'total_power_import_kwh') !== undefined || isObject(own(json, 'energy_delivered_tariff1')))),
  decode,
}

function decode(input: Input): Decoded {
  const levels = input.levels.filter((level) => level !== '')
  const name = levels
    .filter((level, at) => at < levels.length - 1 || !/^(raw|telegram|json|actual|data)$/.test(level))
    .join('/')
  const base: Base = { device: `dsmr-p1/${name || 'meter'}` }
  const out = new Collector()
  const { json } = input
  if (isObject(json)) {
    if (own(json, 'total_power_import_kwh') !== undefined) readHomeWizard(json, base, input.timeZone, out)
    else readDongle(json, base, input.timeZone, out)
    return out.finish('no measurement among the fields')
  }
  return readTelegram(input, base, out)
}

/**
 * `YYMMDDhhmmss` local, with W(inter) or S(ummer) time, in either case. Without the letter the hour that occurs twice
 * is read as the first.
 */
export function readStamp(stamp: unknown, timeZone: string): Date | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([WSws]?)$/.exec(String(stamp))
  if (!match) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const wall = Date.UTC(2000 + year, month - 1, day, hour, minute, second)
  if (month < 1 || month > 12 || new Date(wall).getUTCDate() !== day || hour > 23) return undefined
  const offset = (at: number): number => offsetAt(at, timeZone)
  const january = offset(Date.UTC(2000 + year, 0, 1))
  const july = offset(Date.UTC(2000 + year, 6, 1))
  const letter = match[7]?.toUpperCase()
  if (letter === 'W') return new Date(wall - Math.min(january, july))
  if (letter === 'S') return new Date(wall - Math.max(january, july))
  const summer = wall - Math.max(january, july)
  return new Date(offset(summer) === Math.max(january, july) ? summer : wall - offset(wall - Math.min(january, july)))
}

const KWH = (property: string, channel: string): Meaning => ({ property, unit: 'kW.h', channel })
const KW = (channel: string): Meaning => ({ property: 'active_power', unit: 'kW', channel })
/** OBIS codes; tariffs and phases are channels. */
const OBIS: Readonly<Record<string, Meaning>> = {
  '1.8.0': KWH('energy', ''),
  '1.8.1': KWH('energy', 't1'),
  '1.8.2': KWH('energy', 't2'),
  '2.8.0': KWH('energy_export', ''),
  '2.8.1': KWH('energy_export', 't1'),
  '2.8.2': KWH('energy_export', 't2'),
  '1.7.0': KW(''),
  '2.7.0': KW('export'),
  '32.7.0': { property: 'voltage', unit: 'V', channel: 'l1' },
  '52.7.0': { property: 'voltage', unit: 'V', channel: 'l2' },
  '72.7.0': { property: 'voltage', unit: 'V', channel: 'l3' },
  '31.7.0': { property: 'current', unit: 'A', channel: 'l1' },
  '51.7.0': { property: 'current', unit: 'A', channel: 'l2' },
  '71.7.0': { property: 'current', unit: 'A', channel: 'l3' },
  '21.7.0': KW('l1'),
  '41.7.0': KW('l2'),
  '61.7.0': KW('l3'),
  '22.7.0': KW('l1.export'),
  '42.7.0': KW('l2.export'),
  '62.7.0': KW('l3.export'),
}
const ELECTRICITY = /^1-0:(\d+\.\d+\.\d+)\((-?\d+(?:\.\d+)?)\*[A-Za-z]+\)$/
const TIME = /^0-0:1\.0\.0\((\d{12}[WSws]?)\)$/
const DEVICE_TYPE = /^0-(\d):24\.1\.0\((\d{3})\)$/
const DEVICE_READING = /^0-(\d):24\.2\.[13]\((\d{12}[WSws]?)\)\((\d+(?:\.\d+)?)\*([A-Za-z0-9]+)\)$/
/** Device types of the M-Bus that P1 relays. */
const M_BUS: Readonly<Record<string, string>> = { '003': 'gas_volume', '004': 'thermal_energy', '007': 'water_volume' }

function readTelegram(input: Input, base: Base, out: Collector): Decoded {
  const text = input.text.trim()
  const end = text.lastIndexOf('!')
  if (!text.startsWith('/') || end === -1) return reject('wrong_shape', 'a telegram begins with / and ends with !')
  const crc = crcLine(text)
  if (crc && telegramCrc(text.slice(0, crc.at)) !== crc.value)
    return reject('bad_checksum', `the CRC of the telegram is not ${text.slice(crc.at).toUpperCase()}`)
  const lines = text.slice(0, end).split(/\r?\n/)
  const stamp = lines.map((line) => TIME.exec(line)?.[1]).find(Boolean)
  if (stamp !== undefined) {
    const time = readStamp(stamp, input.timeZone)
    if (!time) return reject('bad_time', `${show(stamp)} is no time`)
    base.time = time
  }
  const types = new Map(
    lines.flatMap((line) => {
      const match = DEVICE_TYPE.exec(line)
      return match?.[1] && match[2] ? [[match[1], match[2]]] : []
    }),
  )
  for (const line of lines) readLine(line, types, base, input.timeZone, out)
  return out.finish('no readings in the telegram')
}

function readLine(
  line: string,
  types: ReadonlyMap<string, string>,
  base: Base,
  timeZone: string,
  out: Collector,
): void {
  const electricity = ELECTRICITY.exec(line)
  const code = electricity?.[1] ?? ''
  const meaning = Object.hasOwn(OBIS, code) ? OBIS[code] : undefined
  if (meaning) {
    addReading(out, base, meaning, electricity?.[2], `1-0:${code}`)
    return
  }
  const other = DEVICE_READING.exec(line)
  const property = M_BUS[types.get(other?.[1] ?? '') ?? '']
  if (!other || !property) return
  // a gas meter is read every hour or five minutes: its reading is older than the telegram
  const time = readStamp(other[2], timeZone)
  if (time) addReading(out, { ...base, time }, { property, unit: other[4] ?? '' }, other[3], `0-${other[1]}:24.2.1`)
  else out.problem(`0-${other[1]}:24.2.1`, 'bad_time', `${show(other[2])} is no time`)
}

/** P1 Dongle: names of DSMR reader, each with its unit. */
const DONGLE: Readonly<Record<string, Meaning>> = {
  energy_delivered_tariff1: KWH('energy', 't1'),
  energy_delivered_tariff2: KWH('energy', 't2'),
  energy_returned_tariff1: KWH('energy_export', 't1'),
  energy_returned_tariff2: KWH('energy_export', 't2'),
  power_delivered: KW(''),
  power_returned: KW('export'),
  ...Object.fromEntries(
    ['l1', 'l2', 'l3'].flatMap((phase): [string, Meaning][] => [
      [`voltage_${phase}`, { property: 'voltage', unit: 'V', channel: phase }],
      [`current_${phase}`, { property: 'current', unit: 'A', channel: phase }],
      [`power_delivered_${phase}`, KW(phase)],
      [`power_returned_${phase}`, KW(`${phase}.export`)],
    ]),
  ),
  gas_delivered: { property: 'gas_volume', unit: 'm3' },
}

const valueIn = (json: JsonObject, key: string): unknown => {
  const field = own(json, key)
  return isObject(field) ? own(field, 'value') : field
}

function readDongle(json: JsonObject, base: Base, timeZone: string, out: Collector): void {
  const time = readStamp(valueIn(json, 'timestamp'), timeZone)
  const gasTime = readStamp(valueIn(json, 'gas_delivered_timestamp'), timeZone) ?? time
  for (const [key, meaning] of Object.entries(DONGLE)) {
    const value = valueIn(json, key)
    const at = key === 'gas_delivered' ? gasTime : time
    if (value !== undefined) addReading(out, { ...base, ...(at && { time: at }) }, meaning, value, key)
  }
}

const HOMEWIZARD: Readonly<Record<string, Meaning>> = {
  total_power_import_kwh: KWH('energy', ''),
  total_power_import_t1_kwh: KWH('energy', 't1'),
  total_power_import_t2_kwh: KWH('energy', 't2'),
  total_power_export_kwh: KWH('energy_export', ''),
  total_power_export_t1_kwh: KWH('energy_export', 't1'),
  total_power_export_t2_kwh: KWH('energy_export', 't2'),
  active_power_w: { property: 'active_power', unit: 'W' },
  active_voltage_v: { property: 'voltage', unit: 'V' },
  active_current_a: { property: 'current', unit: 'A' },
  active_frequency_hz: { property: 'frequency', unit: 'Hz' },
  ...Object.fromEntries(
    ['l1', 'l2', 'l3'].flatMap((phase): [string, Meaning][] => [
      [`active_power_${phase}_w`, { property: 'active_power', unit: 'W', channel: phase }],
      [`active_voltage_${phase}_v`, { property: 'voltage', unit: 'V', channel: phase }],
      [`active_current_${phase}_a`, { property: 'current', unit: 'A', channel: phase }],
    ]),
  ),
  total_gas_m3: { property: 'gas_volume', unit: 'm3' },
}

/** HomeWizard has no time of its own but that of the gas meter; negative power is export. */
function readHomeWizard(json: JsonObject, base: Base, timeZone: string, out: Collector): void {
  const gasTime = readStamp(own(json, 'gas_timestamp'), timeZone)
  for (const [key, meaning] of Object.entries(HOMEWIZARD)) {
    const value = own(json, key)
    const time = key === 'total_gas_m3' ? gasTime : undefined
    if (value !== undefined && value !== null) addReading(out, { ...base, ...(time && { time }) }, meaning, value, key)
  }
}
