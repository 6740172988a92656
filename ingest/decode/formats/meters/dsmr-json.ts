/**
 * Output of programs that read P1 telegrams: JSON of the P1 Dongle (`{value, unit}` per field), of HomeWizard (units in the
 * names) and of DSMR-reader, and the topics of DSMR-reader and the Dongle, one value each.
 * Source: api-documentation.homewizard.com; dsmr-reader.readthedocs.io, "MQTT: Data source"; github.com/mrWheel/DSMRloggerAPI.
 */

import { addReading, type Base, isNumeric, unmapped } from '../../helpers/fields.ts'
import { numbersIn } from '../../helpers/free-form.ts'
import { clip, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import type { Collector } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { readStamp } from './dsmr-stamp.ts'

export const KWH = (property: string, channel: string): Meaning => ({ property, unit: 'kW.h', channel })
export const KW = (channel: string): Meaning => ({ property: 'active_power', unit: 'kW', channel })
const GAS: Meaning = { property: 'gas_volume', unit: 'm3' }

/** The same for each phase; `name` contains the phase. */
const phases = (name: string, meaning: (phase: string) => Meaning): [string, Meaning][] =>
  ['l1', 'l2', 'l3'].map((phase) => [name.replace('{}', phase), meaning(phase)])
const volts = (channel: string): Meaning => ({ property: 'voltage', unit: 'V', channel })
const amperes = (channel: string): Meaning => ({ property: 'current', unit: 'A', channel })
const exported = (phase: string): Meaning => KW(`${phase}.export`)

type Table = Readonly<Record<string, Meaning>>
const DONGLE: Table = {
  energy_delivered_tariff1: KWH('energy', 't1'),
  energy_delivered_tariff2: KWH('energy', 't2'),
  energy_returned_tariff1: KWH('energy_export', 't1'),
  energy_returned_tariff2: KWH('energy_export', 't2'),
  power_delivered: KW(''),
  power_returned: KW('export'),
  ...Object.fromEntries([
    ...phases('voltage_{}', volts),
    ...phases('current_{}', amperes),
    ...phases('power_delivered_{}', KW),
    ...phases('power_returned_{}', exported),
  ]),
  gas_delivered: GAS,
}

const HOMEWIZARD: Table = {
  total_power_import_kwh: KWH('energy', ''),
  total_power_import_t1_kwh: KWH('energy', 't1'),
  total_power_import_t2_kwh: KWH('energy', 't2'),
  total_power_export_kwh: KWH('energy_export', ''),
  total_power_export_t1_kwh: KWH('energy_export', 't1'),
  total_power_export_t2_kwh: KWH('energy_export', 't2'),
  active_power_w: { property: 'active_power', unit: 'W' },
  active_apparent_power_va: { property: 'apparent_power', unit: 'V.A' },
  active_reactive_power_var: { property: 'reactive_power', unit: 'var' },
  active_power_factor: { property: 'power_factor', unit: '1' },
  total_liter_m3: { property: 'water_volume', unit: 'm3' },
  active_liter_lpm: { property: 'water_flow', unit: 'L/min' },
  active_voltage_v: volts(''),
  active_current_a: amperes(''),
  active_frequency_hz: { property: 'frequency', unit: 'Hz' },
  ...Object.fromEntries([
    ...phases('active_power_{}_w', (channel) => ({ property: 'active_power', unit: 'W', channel })),
    ...phases('active_voltage_{}_v', volts),
    ...phases('active_current_{}_a', amperes),
  ]),
  total_gas_m3: GAS,
}

const READER: Table = {
  electricity_delivered_1: KWH('energy', 't1'),
  electricity_delivered_2: KWH('energy', 't2'),
  electricity_returned_1: KWH('energy_export', 't1'),
  electricity_returned_2: KWH('energy_export', 't2'),
  electricity_currently_delivered: KW(''),
  electricity_currently_returned: KW('export'),
  ...Object.fromEntries([
    ...phases('phase_currently_delivered_{}', KW),
    ...phases('phase_currently_returned_{}', exported),
    ...phases('phase_voltage_{}', volts),
    ...phases('phase_power_current_{}', amperes),
  ]),
  extra_device_delivered: GAS,
}

/** Topic levels that do not identify the meter. */
const MANNER = /^(raw|telegram|json|actual|data|reading)$/

/** A meter is named by its topic, the same in every form of message. */
export const meterName = (levels: readonly string[]): string =>
  levels.filter((level, at) => level !== '' && (at < levels.length - 1 || !MANNER.test(level))).join('/') || 'meter'

/** One value per topic: `<meter>/reading/<name>` of DSMR-reader, `DSMR-API/<name>` of the Dongle. */
function topicField({ levels }: Input): { table: Table; key: string; levels: readonly string[] } | undefined {
  const key = levels.at(-1) ?? ''
  const above = levels.slice(0, -1)
  if (above.at(-1) === 'reading' && Object.hasOwn(READER, key)) return { table: READER, key, levels: above }
  return above.at(-1) === 'DSMR-API' && Object.hasOwn(DONGLE, key) ? { table: DONGLE, key, levels: above } : undefined
}

const FORMS = [
  { sign: 'total_power_import_kwh', read: readHomeWizard },
  { sign: 'total_liter_m3', read: readHomeWizard },
  { sign: 'electricity_delivered_1', read: readReader },
  { sign: 'energy_delivered_tariff1', read: readDongle },
] as const

/** Keys by which the JSON forms are recognised; each field of the Dongle has an object or a list. */
const formOf = (json: unknown): (typeof FORMS)[number] | undefined =>
  isObject(json)
    ? FORMS.find(({ sign, read }) => Object.hasOwn(json, sign) && (read !== readDongle || !isNumeric(own(json, sign))))
    : undefined

export const isMeterMessage = (input: Input): boolean =>
  topicField(input) !== undefined || formOf(input.json) !== undefined || (isObject(input.json) && named(input))
/** The source names this format. */
const named = ({ source }: Input): boolean => source.format === 'dsmr-p1'

export function readMeterMessage(input: Input, out: Collector): void {
  const { json } = input
  const single = topicField(input)
  const base: Base = { device: `dsmr-p1/${meterName(single?.levels ?? input.levels)}` }
  if (single) {
    const { key, table } = single
    const value = isObject(json) ? valueIn(json, key) : input.text.trim()
    const meaning = table[key]
    if (meaning) addReading(out, base, meaning, value, clip(key))
  } else if (isObject(json)) (formOf(json)?.read ?? readDongle)(json, base, input, out)
}

/** `{ value, unit }`, a list of one of these, or the value itself. */
function valueIn(json: JsonObject, key: string): unknown {
  const found = own(json, key)
  const field = Array.isArray(found) ? found[0] : found
  return isObject(field) ? own(field, 'value') : field
}

function readTable(
  table: Table,
  value: (key: string) => unknown,
  time: (meaning: Meaning) => Date | undefined,
  { base, out }: { base: Base; out: Collector },
): void {
  for (const [key, meaning] of Object.entries(table)) {
    const found = value(key)
    const at = time(meaning)
    if (found !== undefined && found !== null)
      addReading(out, { ...base, ...(at && { time: at }) }, meaning, found, key)
  }
}

function readDongle(json: JsonObject, base: Base, { timeZone }: Input, out: Collector): void {
  const time = readStamp(valueIn(json, 'timestamp'), timeZone)
  const gasTime = readStamp(valueIn(json, 'gas_delivered_timestamp'), timeZone) ?? time
  readTable(
    DONGLE,
    (key) => valueIn(json, key),
    (meaning) => (meaning === GAS ? gasTime : time),
    { base, out },
  )
}

/** HomeWizard sends no time except that of the gas meter; negative power is export. */
function readHomeWizard(json: JsonObject, base: Base, { timeZone }: Input, out: Collector): void {
  const gasTime = readStamp(own(json, 'gas_timestamp'), timeZone)
  readTable(
    HOMEWIZARD,
    (key) => own(json, key),
    (meaning) => (meaning === GAS ? gasTime : undefined),
    { base, out },
  )
  readExternal(json, base, timeZone, out)
  reportOthers(json, base, out)
}

const EXTERNAL: ReadonlyMap<string, Meaning> = new Map([
  ['gas_meter', GAS],
  ['water_meter', { property: 'water_volume', unit: 'm3' }],
  ['warm_water_meter', { property: 'water_volume', unit: 'm3', channel: 'warm' }],
  ['heat_meter', { property: 'thermal_energy', unit: 'GJ' }],
])

/** Meters behind the smart meter, each with a time of its own; gas is repeated from `total_gas_m3`. */
function readExternal(json: JsonObject, base: Base, timeZone: string, out: Collector): void {
  const list = own(json, 'external')
  for (const [index, meter] of (Array.isArray(list) ? list.filter(isObject) : []).slice(0, 20).entries()) {
    const meaning = EXTERNAL.get(String(own(meter, 'type')))
    const field = `external[${index}].value`
    if (meaning === GAS && own(json, 'total_gas_m3') !== undefined) continue
    if (!meaning) {
      unmapped(out, field, 'value', own(meter, 'value'), base.device)
      continue
    }
    const time = readStamp(own(meter, 'timestamp'), timeZone)
    const unit = own(meter, 'unit')
    const stated = typeof unit === 'string' ? { ...meaning, unit } : meaning
    if (time) addReading(out, { ...base, time }, stated, own(meter, 'value'), field)
    else out.problem(field, 'bad_time', `${show(own(meter, 'timestamp'))} is not a time`)
  }
}

/** States of meter and Wi-Fi, counts of power failures and sags, and times. */
const NOT_MEASURED =
  /^(wifi_strength|total_liter_offset_m3|smr_version|active_tariff|gas_timestamp|voltage_(sag|swell)_l\d_count|(any|long)_power_fail_count|external|montly_power_peak_timestamp|.*unique_id|meter_model)/

function reportOthers(json: JsonObject, base: Base, out: Collector): void {
  for (const [path, value] of numbersIn(json))
    if (!Object.hasOwn(HOMEWIZARD, path) && !NOT_MEASURED.test(path)) unmapped(out, path, path, value, base.device)
}

/** Numbers are text; times are ISO 8601 with an offset. */
function readReader(json: JsonObject, base: Base, input: Input, out: Collector): void {
  const time = isoOf(json, 'timestamp', input, out)
  const gasTime = isoOf(json, 'extra_device_timestamp', input, out)
  if (time === 'none') return
  readTable(
    READER,
    (key) => (READER[key] === GAS && gasTime === 'none' ? undefined : own(json, key)),
    (meaning) => (meaning === GAS ? (gasTime === 'none' ? undefined : (gasTime ?? time)) : time),
    { base, out },
  )
}

/** 'none': a time that cannot be read; the values are then rejected rather than given another time. */
function isoOf(
  json: JsonObject,
  key: string,
  { timeZone, receivedAt }: Input,
  out: Collector,
): Date | 'none' | undefined {
  const stamp = own(json, key)
  if (stamp === undefined || stamp === null) return undefined
  const time = typeof stamp === 'string' ? readIso(stamp, timeZone, receivedAt) : undefined
  if (!time) out.problem(key, 'bad_time', `${show(stamp)} is not a time`)
  return time ?? 'none'
}
