/**
 * Output of programs that read P1 telegrams: JSON of the P1 Dongle (`{value, unit}` per field), of HomeWizard (homewizard.ts)
 * and of DSMR-reader, and the topics of DSMR-reader and the Dongle, one value each.
 * Source: dsmr-reader.readthedocs.io, "MQTT: Data source"; github.com/mrWheel/DSMRloggerAPI.
 */

import { addReading, type Base, isNumeric } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import type { Collector } from '../../helpers/result.ts'
import type { Input } from '../../helpers/types.ts'
import { readStamp } from './dsmr-stamp.ts'
import { readHomeWizard, readHomeWizard2 } from './homewizard.ts'
import { amperes, exported, GAS, isoOf, KW, KWH, phases, readTable, type Table, volts } from './meter-tables.ts'

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
  { sign: 'energy_import_kwh', read: readHomeWizard2 },
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

function readDongle(json: JsonObject, base: Base, input: Input, out: Collector): void {
  const time = readStamp(valueIn(json, 'timestamp'), input)
  const gasTime = readStamp(valueIn(json, 'gas_delivered_timestamp'), input, 'hourly') ?? time
  readTable(
    DONGLE,
    (key) => valueIn(json, key),
    (meaning) => (meaning === GAS ? gasTime : time),
    { base, out },
  )
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
