import type { Position } from '#model/basics/geo.ts'
import { REASONS } from '#model/observation/quality.ts'
import { addReading, type Base, mappingOf, sampleOf, unmapped } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import { Collector, MAX_SAMPLES, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { isQuantity, type Meaning, meaningOf } from '../../names/meaning.ts'
import { ipsoValue } from './ipso.ts'

/** Versions of SenML up to this are read; a sender that needs a later one states it in `bver` (RFC 8428, section 4.4). */
const VERSION = 10
/** Times below are relative to now (RFC 8428, section 4.5.3). */
const RELATIVE_LIMIT = 2 ** 28

/**
 * Units of the SenML registry (RFC 8428 table 1, RFC 8798 table 1) that are written differently in UCUM, and the
 * property implied by a unit alone, for records without a quantity (RFC 8428, section 5.1.3, has examples of these).
 */
const UNIT_CODES: Readonly<Record<string, string>> = {
  '%RH': '%',
  '%EL': '%',
  VA: 'V.A',
  l: 'L',
  'l/s': 'L/s',
  '/': '1',
}
const BY_UNIT: ReadonlyMap<string, string> = new Map([
  ['%RH', 'relative_humidity'],
  ['%EL', 'battery_level'],
  ['Cel', 'temperature'],
  ['K', 'temperature'],
  ['A', 'current'],
  ['mA', 'current'],
  ['V', 'voltage'],
  ['mV', 'voltage'],
  ['W', 'active_power'],
  ['kW', 'active_power'],
  ['VA', 'apparent_power'],
  ['kVA', 'apparent_power'],
  ['var', 'reactive_power'],
  ['kvar', 'reactive_power'],
  ['J', 'energy'],
  ['Wh', 'energy'],
  ['kWh', 'energy'],
  ['Pa', 'pressure'],
  ['hPa', 'pressure'],
  ['lx', 'illuminance'],
  ['W/m2', 'solar_irradiance'],
])
/** A sum is in the unit times seconds (RFC 8428, section 4.3). */
const SUM_UNITS: ReadonlyMap<string, Meaning> = new Map([
  ['W', { property: 'energy', unit: 'J' }],
  ['kW', { property: 'energy', unit: 'kJ' }],
])

const NAME = /^[A-Za-z0-9][A-Za-z0-9:./_-]*$/
const BASE_FIELDS = ['bn', 'bt', 'bu', 'bv', 'bs'] as const
const NUMERIC_FIELDS = ['bt', 'bv', 'bs', 't', 'ut', 'v', 's'] as const

/** RFC 8428 JSON packs; senml-cbor.ts reads the same packs in CBOR. */
export const senml: Format = {
  name: 'senml',
  claims: ({ json }) => {
    if (!Array.isArray(json)) return false
    const first: unknown = json[0]
    return (
      isObject(first) &&
      (typeof own(first, 'bn') === 'string' || (typeof own(first, 'n') === 'string' && hasValue(first)))
    )
  },
  decode,
}

const hasValue = (record: JsonObject): boolean =>
  ['v', 'vs', 'vb', 'vd', 's'].some((key) => own(record, key) !== undefined)

/** A record with its base fields applied. `time` is as sent: seconds, 0 for now. */
type Resolved = {
  base: string
  name: string
  unit: string
  time: number
  value: number | boolean | undefined
  sum: number | undefined
}
type Bases = { bn: string; bt: number; bu: string; bv: number; bs: number }

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  return decodePack(json, input)
}

/** A pack with the names of the JSON form, whatever its encoding. */
export function decodePack(pack: unknown, input: Input): Decoded {
  if (!Array.isArray(pack)) return reject('wrong_shape', 'a SenML pack is an array of records')
  if (pack.length > MAX_SAMPLES) return reject('too_large', `more than ${MAX_SAMPLES} records in one pack`)
  const out = new Collector()
  const resolved: Resolved[] = []
  const bases: Bases = { bn: '', bt: 0, bu: '', bv: 0, bs: 0 }
  for (const [index, record] of pack.entries()) {
    const refusal = checkRecord(record)
    if (refusal) return reject(refusal.reason, `record ${index}: ${refusal.detail}`)
    const read = resolve(record as JsonObject, bases, index, out)
    if (read) resolved.push(read)
  }
  const places = new Places(resolved)
  for (const record of resolved) readRecord(record, places, input, out)
  return out.finish('the pack has no number')
}

/** Why the entire pack must be rejected by the RFC: an unsupported version or must-understand field. */
function checkRecord(record: unknown): { reason: 'wrong_shape' | 'unsupported_version'; detail: string } | undefined {
  if (!isObject(record)) return { reason: 'wrong_shape', detail: 'a SenML record is an object' }
  const version = own(record, 'bver')
  if (version !== undefined && (typeof version !== 'number' || !Number.isInteger(version) || version < 1))
    return { reason: 'wrong_shape', detail: 'bver must be a positive integer' }
  if (typeof version === 'number' && version > VERSION)
    return { reason: 'unsupported_version', detail: `SenML version ${version}; versions up to ${VERSION} are read` }
  for (const must in record)
    if (must.endsWith('_') && Object.hasOwn(record, must))
      return { reason: 'unsupported_version', detail: `the field "${clip(must)}" must be understood and is not` }
  return undefined
}

function resolve(record: JsonObject, bases: Bases, index: number, out: Collector): Resolved | undefined {
  const wrong = NUMERIC_FIELDS.find((key) => !isNumberOrAbsent(own(record, key)))
  if (wrong !== undefined) {
    // Base fields apply to all records that follow: an invalid one affects this record only, the previous one stays in force.
    out.problem(`[${index}].${wrong}`, 'bad_value', `${show(own(record, wrong))} is not a number`)
    return undefined
  }
  keepBases(record, bases)
  const value = numberOf(record, bases)
  const sum = own(record, 's')
  const total =
    typeof sum === 'number' || (bases.bs !== 0 && hasValue(record)) ? Number(sum ?? 0) + bases.bs : undefined
  if (value === undefined && total === undefined) return undefined
  const name = String(own(record, 'n') ?? '')
  const full = bases.bn + name
  // LwM2M begins the path of a resource with a slash (OMA-TS-LightweightM2M_Core 1.1, 7.4.4)
  if (!NAME.test(full.replace(/^\/(?=\d)/, ''))) {
    const detail = full === '' ? 'the record has no name' : `"${clip(full)}" is not a SenML name`
    out.problem(`[${index}].n`, 'wrong_shape', detail)
    return undefined
  }
  const unit = String(own(record, 'u') ?? bases.bu)
  return { base: bases.bn, name, unit, time: bases.bt + Number(own(record, 't') ?? 0), value, sum: total }
}

const isNumberOrAbsent = (value: unknown): boolean => typeof value === 'number' || value === undefined

function keepBases(record: JsonObject, bases: Bases): void {
  for (const key of BASE_FIELDS) {
    const value = own(record, key)
    if (value === undefined) continue
    if (key === 'bn' || key === 'bu') bases[key] = String(value)
    else bases[key] = value as number
  }
}

/** A number with the base value added, or a boolean; text and data are not measurements. */
function numberOf(record: JsonObject, { bv }: Bases): number | boolean | undefined {
  const number = own(record, 'v')
  if (typeof number === 'number') return number + bv
  const flag = own(record, 'vb')
  if (typeof flag === 'boolean') return flag
  // A record without a value has the base value, except the one that only sets it.
  const bare = bv !== 0 && !hasValue(record) && own(record, 'bv') === undefined
  return bare ? bv : undefined
}

const EDGES = ':/._-'
function trim(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && EDGES.includes(text[from] ?? ' ')) from += 1
  while (to > from && EDGES.includes(text[to - 1] ?? ' ')) to -= 1
  return text.slice(from, to)
}

/**
 * Splits a name into device and quantity: base name and name where both exist; else at the last separator, if a known
 * quantity follows; else the entire name is the device, and the unit implies the quantity.
 */
function split({ base, name }: Resolved): { device: string; quantity: string } {
  const resource = ipsoValue(base + name, undefined)
  if (resource) return { device: trim(resource.device), quantity: resource.path }
  if (base !== '' && name !== '') return { device: trim(base), quantity: trim(name) }
  const full = base + name
  const cut = Math.max(full.lastIndexOf(':'), full.lastIndexOf('/'))
  const tail = full.slice(cut + 1)
  const known = cut > 0 && isQuantity(tail)
  return known ? { device: trim(full.slice(0, cut)), quantity: tail } : { device: trim(full), quantity: '' }
}

function readRecord(record: Resolved, places: Places, input: Input, out: Collector): void {
  if (record.unit === 'lon' || record.unit === 'lat') return
  const { device, quantity } = split(record)
  const location = places.of(device, record.time)
  const when = timeOf(record.time, input.receivedAt)
  const base: Base = { device: `senml/${device || input.topic}`, ...when, ...(location && { location }) }
  const mapped = mappingOf(input.source, record.base + record.name, quantity, base.device)
  readValue(record, base, quantity, mapped, out)
  readSum(record, base, quantity, out)
}

function readValue(record: Resolved, base: Base, quantity: string, mapped: Meaning | undefined, out: Collector): void {
  if (record.value === undefined) return
  const field = record.base + record.name
  const meaning = mapped ?? (ipsoOf(record, field) ?? { meaning: meaningIn(quantity, record.unit) }).meaning
  const value = typeof record.value === 'boolean' && mapped ? Number(record.value) : record.value
  if (!meaning || typeof value === 'boolean') {
    unmapped(out, field, quantity || field, value, base.device)
    return
  }
  const unit = mapped?.unit ?? UNIT_CODES[record.unit] ?? record.unit
  out.addNamed(sampleOf(base, unit === '' ? meaning : { ...meaning, unit }, value, field))
}

function readSum({ base: bn, name, unit, sum }: Resolved, base: Base, quantity: string, out: Collector): void {
  if (sum === undefined) return
  const field = `${bn}${name} (sum)`
  const total = SUM_UNITS.get(unit)
  if (total) addReading(out, base, total, sum, field)
  else unmapped(out, field, quantity || field, sum, base.device)
}

const ipsoOf = ({ unit }: Resolved, field: string): ReturnType<typeof ipsoValue> =>
  ipsoValue(field, unit === '' ? undefined : (UNIT_CODES[unit] ?? unit))

/** By name and unit; by the unit alone where the record has no name of a quantity. */
function meaningIn(quantity: string, unit: string): Meaning | undefined {
  const named = quantity === '' ? undefined : meaningOf(quantity, unit === '' ? undefined : (UNIT_CODES[unit] ?? unit))
  if (typeof named === 'object') return named
  const property = quantity === '' ? BY_UNIT.get(unit) : undefined
  return property === undefined ? undefined : { property }
}

function timeOf(time: number, receivedAt: Date): { time?: Date; flags?: number } {
  // No time, or exactly now: normalise uses the time of arrival, and flags it.
  if (time === 0) return {}
  if (Math.abs(time) < RELATIVE_LIMIT)
    return { time: new Date(receivedAt.getTime() + Math.round(time * 1000)), flags: REASONS.time_of_arrival }
  return { time: new Date(Math.round(time * 1000)) }
}

/** Positions in a pack, as records in lon and lat: of the same time, or the only one of the device. */
class Places {
  readonly #at = new Map<string, { lon?: number; lat?: number }>()
  readonly #positions = new Map<string, Position>()
  readonly #only = new Map<string, Position | null>()

  constructor(records: readonly Resolved[]) {
    for (const record of records) this.#note(record)
    for (const [key, { lon, lat }] of this.#at) {
      if (lon === undefined || lat === undefined) continue
      const device = key.slice(0, key.lastIndexOf('\n'))
      const position: Position = [lon, lat]
      this.#positions.set(key, position)
      this.#only.set(device, this.#only.has(device) ? null : position)
    }
  }

  #note(record: Resolved): void {
    const { unit, value } = record
    if ((unit !== 'lon' && unit !== 'lat') || typeof value !== 'number') return
    const key = `${split(record).device}\n${record.time}`
    const pair = this.#at.get(key) ?? {}
    pair[unit] = value
    this.#at.set(key, pair)
  }

  of(device: string, time: number): Position | undefined {
    if (this.#at.size === 0) return undefined
    return this.#positions.get(`${device}\n${time}`) ?? this.#only.get(device) ?? undefined
  }
}
