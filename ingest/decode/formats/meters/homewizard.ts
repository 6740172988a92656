/**
 * HomeWizard, the JSON of version 1 (units in the names) and of version 2, which renames its fields.
 * Source: api-documentation.homewizard.com (v1/measurement, v2/measurement).
 */

import { addReading, type Base, unmapped } from '../../helpers/fields.ts'
import { numbersIn } from '../../helpers/free-form.ts'
import { show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import { type Arrival, readStated } from '../../helpers/local-time.ts'
import type { Collector } from '../../helpers/result.ts'
import type { Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { readStamp } from './dsmr-stamp.ts'
import { amperes, GAS, isoOf, KWH, phases, readTable, type Table, volts } from './meter-tables.ts'

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

/** The same in version 2, which names the meter reading `energy` and leaves out `active`. */
const HOMEWIZARD_2: Table = {
  ...Object.fromEntries(
    Object.entries(HOMEWIZARD).map(([key, meaning]) => [
      key.replace(/^total_power_(import|export)/, 'energy_$1').replace(/^active_/, ''),
      meaning,
    ]),
  ),
  // of a battery that is plugged in
  state_of_charge_pct: { property: 'battery_level', unit: '%' },
}

/** Version 2 of HomeWizard dates its messages, in local time without an offset. */
export function readHomeWizard2(json: JsonObject, base: Base, input: Input, out: Collector): void {
  const stated = isoOf(json, 'timestamp', input, out)
  if (stated === 'none') return
  const dated: Base = { ...base, ...stated }
  readTable(
    HOMEWIZARD_2,
    (key) => own(json, key),
    () => undefined,
    { base: dated, out },
  )
  readExternal(json, dated, input, out)
  reportOthers(json, HOMEWIZARD_2, base, out)
}

/** HomeWizard sends no time except that of the gas meter; negative power is export. */
export function readHomeWizard(json: JsonObject, base: Base, input: Input, out: Collector): void {
  const gasTime = readStamp(own(json, 'gas_timestamp'), input, 'hourly')
  readTable(
    HOMEWIZARD,
    (key) => own(json, key),
    (meaning) => (meaning === GAS ? gasTime : undefined),
    { base, out },
  )
  readExternal(json, base, input, out)
  reportOthers(json, HOMEWIZARD, base, out)
}

const EXTERNAL: ReadonlyMap<string, Meaning> = new Map([
  ['gas_meter', GAS],
  ['water_meter', { property: 'water_volume', unit: 'm3' }],
  ['warm_water_meter', { property: 'water_volume', unit: 'm3', channel: 'warm' }],
  ['heat_meter', { property: 'thermal_energy', unit: 'GJ' }],
])

const OF_A_METER: ReadonlySet<string> = new Set(['value', 'unit', 'type', 'timestamp', 'unique_id'])

/** Meters behind the smart meter, each with a time of its own; gas is repeated from `total_gas_m3`. */
function readExternal(json: JsonObject, base: Base, input: Input, out: Collector): void {
  const list = own(json, 'external')
  const isRepeated = own(json, 'total_gas_m3') !== undefined
  for (const [index, meter] of (Array.isArray(list) ? list.filter(isObject) : []).slice(0, 20).entries()) {
    const path = `external[${index}]`
    for (const [key, value] of Object.entries(meter))
      if (!OF_A_METER.has(key)) unmapped(out, `${path}.${key}`, key, value, base.device)
    const meaning = EXTERNAL.get(String(own(meter, 'type')))
    if (own(meter, 'value') !== undefined && !(meaning === GAS && isRepeated))
      readExternalMeter(meter, meaning, `${path}.value`, base, input, out)
  }
}

function readExternalMeter(
  meter: JsonObject,
  meaning: Meaning | undefined,
  field: string,
  base: Base,
  arrival: Arrival,
  out: Collector,
): void {
  const value = own(meter, 'value')
  if (!meaning) {
    unmapped(out, field, 'value', value, base.device)
    return
  }
  const stamp = own(meter, 'timestamp')
  const time =
    readStamp(stamp, arrival, 'hourly') ??
    (typeof stamp === 'string' ? readStated(stamp, arrival, 'hourly') : undefined)
  const unit = own(meter, 'unit')
  const stated = typeof unit === 'string' ? { ...meaning, unit } : meaning
  if (time) addReading(out, { device: base.device, ...time }, stated, value, field)
  else out.problem(field, 'bad_time', `${show(stamp)} is not a time`)
}

/** States of meter and Wi-Fi, counts of power failures and sags, and times. */
const NOT_MEASURED =
  /^(wifi_strength|protocol_version|total_liter_offset_m3|smr_version|(active_)?tariff|gas_timestamp|voltage_(sag|swell)_l\d_count|(any|long)_power_fail_count|external|month?ly_power_peak_timestamp|.*unique_id|meter_model)/

function reportOthers(json: JsonObject, table: Table, base: Base, out: Collector): void {
  for (const [path, value] of numbersIn(json))
    if (!Object.hasOwn(table, path) && !NOT_MEASURED.test(path)) unmapped(out, path, path, value, base.device)
}
