import { addReading, type Base } from '../../helpers/fields.ts'
import { show } from '../../helpers/input.ts'
import { type JsonObject, own } from '../../helpers/json.ts'
import { type Arrival, readStated, type Stated } from '../../helpers/local-time.ts'
import type { Collector } from '../../helpers/result.ts'
import type { Meaning } from '../../names/meaning.ts'

export const KWH = (property: string, channel: string): Meaning => ({ property, unit: 'kW.h', channel })
export const KW = (channel: string): Meaning => ({ property: 'active_power', unit: 'kW', channel })
export const GAS: Meaning = { property: 'gas_volume', unit: 'm3' }

/** The same for each phase; `name` contains the phase. */
export const phases = (name: string, meaning: (phase: string) => Meaning): [string, Meaning][] =>
  ['l1', 'l2', 'l3'].map((phase) => [name.replace('{}', phase), meaning(phase)])
export const volts = (channel: string): Meaning => ({ property: 'voltage', unit: 'V', channel })
export const amperes = (channel: string): Meaning => ({ property: 'current', unit: 'A', channel })
export const exported = (phase: string): Meaning => KW(`${phase}.export`)

export type Table = Readonly<Record<string, Meaning>>

export function readTable(
  table: Table,
  value: (key: string) => unknown,
  time: (meaning: Meaning) => Stated | undefined,
  { base, out }: { base: Base; out: Collector },
): void {
  for (const [key, meaning] of Object.entries(table)) {
    const found = value(key)
    if (found !== undefined && found !== null) addReading(out, { ...base, ...time(meaning) }, meaning, found, key)
  }
}

/** 'none': a time that cannot be read; the values are then rejected rather than given another time. */
export function isoOf(json: JsonObject, key: string, arrival: Arrival, out: Collector): Stated | 'none' | undefined {
  const stamp = own(json, key)
  if (stamp === undefined || stamp === null) return undefined
  const time = typeof stamp === 'string' ? readStated(stamp, arrival) : undefined
  if (!time) out.problem(key, 'bad_time', `${show(stamp)} is not a time`)
  return time ?? 'none'
}
