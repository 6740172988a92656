import { type FieldRead, meaningInPath, within } from '../names/context.ts'
import { type Meaning, squeeze } from '../names/meaning.ts'
import { type Base, isNumeric, type MappedSource, mappingOf, sampleOf, unmapped } from './fields.ts'
import { isObject, type JsonObject, own } from './json.ts'
import type { Collector } from './result.ts'

const DEPTH_LIMIT = 5

/** A format's own meaning of a field: null excludes it, 'uncertain' leaves it to a person whatever its name. */
export type Own = Meaning | 'uncertain' | null | undefined

export type Reading = {
  source: MappedSource
  base: Base
  out: Collector
  /** before the general names */
  own?: (key: string, value: unknown, path: string) => Own
  /** squeezed names of all fields of the message, collected when first needed */
  siblings?: () => ReadonlySet<string>
}

/** Where a field is: its path, and the keys of the objects around it that tell sensors apart. */
type At = {
  readonly path: string
  readonly parents: readonly string[]
  readonly depth: number
  readonly list?: boolean
}
const TOP: At = { path: '', parents: [], depth: 0 }

/** An object inside a message, whose key is the channel of what lies in it. */
export const inObject = (key: string): At => ({ path: key, parents: [key], depth: 0 })
/** An object inside a message that is a device of its own. */
export const inDevice = (key: string): At => ({ path: key, parents: [], depth: 0 })

/**
 * Reads a free-form object: every field by the source's mapping, the format's own table, then by names that are certain
 * (names/vocabulary.ts). The keys of nested objects are the channel of the values in them, whatever else the message has.
 * Numbers in lists of objects are reported as unmapped: whether they are other sensors or other times, nobody knows.
 */
export function readFields(object: JsonObject, reading: Reading, at: At = TOP): void {
  const { out } = reading
  const siblings = reading.siblings ?? lazyNames(object)
  const within: Reading = { ...reading, siblings }
  for (const key of Object.keys(object)) {
    if (out.full) return
    const value = object[key]
    const path = at.path === '' ? key : `${at.path}.${key}`
    if (isObject(value)) readObject(key, value, within, { ...at, path })
    else readField(key, value, within, { ...at, path })
  }
}

function readObject(key: string, value: JsonObject, reading: Reading, at: At): void {
  const unit = unitBeside(value)
  if (unit !== undefined) readField(key, value.value, reading, at, unit)
  else if (at.depth >= DEPTH_LIMIT)
    reading.out.problem(at.path, 'too_large', `nested deeper than ${DEPTH_LIMIT} objects`)
  else readFields(value, reading, { ...at, parents: [...at.parents, key], depth: at.depth + 1 })
}

const UNIT_KEYS = ['unit', 'units', 'uom']
/** The unit of `{ "value": 31, "unit": "ppb" }`. */
function unitBeside(object: JsonObject): string | undefined {
  if (!isNumeric(own(object, 'value'))) return undefined
  const unit = UNIT_KEYS.map((key) => own(object, key)).find((found) => typeof found === 'string')
  return typeof unit === 'string' && unit.trim() !== '' ? unit.trim() : undefined
}

function readField(key: string, value: unknown, reading: Reading, at: At, unit?: string): void {
  const { source, base, out } = reading
  const mapped = mappingOf(source, at.path, key, base.device)
  if (Array.isArray(value)) {
    readArray(key, value, reading, at, mapped)
    return
  }
  if (mapped) {
    out.addNamed(
      sampleOf(base, placed(mapped, at, source), typeof value === 'boolean' ? Number(value) : value, at.path),
    )
    return
  }
  const { meaning, doubt } = meaningOfField(key, value, reading, at, unit)
  if (meaning === 'housekeeping') return
  if (meaning === undefined) unmapped(out, at.path, key, value, base.device, doubt)
  else if (typeof value !== 'boolean') out.addNamed(sampleOf(base, meaning, value, at.path))
  else if (meaning.property === 'online') out.addNamed(sampleOf(base, meaning, Number(value), at.path))
}

/** A mapping by full path says everything; one by key applies to every sensor that has it. */
function placed(mapped: Meaning, { path, parents }: At, { fields }: MappedSource): Meaning {
  if (mapped.channel !== undefined || parents.length === 0 || (fields && Object.hasOwn(fields, path))) return mapped
  return within(mapped, parents)
}

function meaningOfField(key: string, value: unknown, reading: Reading, at: At, unit?: string): FieldRead {
  const special = reading.own?.(key, value, at.path)
  if (special === null) return { meaning: 'housekeeping' }
  if (special === 'uncertain') return { meaning: undefined, doubt: 'it may not be that of the air' }
  if (special && !at.list) return { meaning: special.channel === undefined ? within(special, at.parents) : special }
  const siblings = reading.siblings ?? (() => new Set<string>())
  const read = meaningInPath({ key, parents: at.parents, unit, siblings })
  return at.list && read.meaning !== 'housekeeping' ? { meaning: undefined } : read
}

/**
 * A list of numbers under a known name has a channel per element (phases, relays, probes), counted from 1. Other numbers
 * in lists are reported as unmapped, each with its path.
 */
function readArray(
  key: string,
  values: readonly unknown[],
  reading: Reading,
  at: At,
  mapped: Meaning | undefined,
): void {
  const { base, out } = reading
  const read = mapped ? { meaning: placed(mapped, at, reading.source) } : meaningOfField(key, values, reading, at)
  const { meaning } = read
  for (const [index, value] of values.entries()) {
    if (out.full) return
    const element: At = { ...at, path: `${at.path}[${index}]`, list: true }
    const inElement = mappingOf(reading.source, element.path, element.path, base.device)
    if (isObject(value)) readElement(`${key}[${index}]`, value, reading, element)
    else if (Array.isArray(value)) readElement(`${key}[${index}]`, { ...value }, reading, element)
    else if (inElement) out.addNamed(sampleOf(base, inElement, value, element.path))
    else if (meaning === 'housekeeping') continue
    else if (meaning) {
      const channel = [meaning.channel, String(index + 1)].filter(Boolean).join('.')
      out.addNamed(sampleOf(base, { ...meaning, channel }, value, element.path))
    } else unmapped(out, element.path, key, value, base.device)
  }
}

function readElement(key: string, value: JsonObject, reading: Reading, at: At): void {
  if (at.depth >= DEPTH_LIMIT) reading.out.problem(at.path, 'too_large', `nested deeper than ${DEPTH_LIMIT} objects`)
  else readFields(value, reading, { ...at, parents: [...at.parents, key], depth: at.depth + 1 })
}

const LEAVES_LIMIT = 2_000

/** Every number of an object with its path (`a.b[0]`), up to the depth that is read. */
export function numbersIn(object: JsonObject): [path: string, value: unknown][] {
  const found: [string, unknown][] = []
  const visit = (value: unknown, path: string, depth: number): void => {
    if (found.length >= LEAVES_LIMIT || depth > DEPTH_LIMIT + 1) return
    if (typeof value !== 'object' || value === null) {
      if (isNumeric(value)) found.push([path, value])
      return
    }
    for (const [key, each] of Object.entries(value))
      visit(each, Array.isArray(value) ? `${path}[${key}]` : [path, key].filter(Boolean).join('.'), depth + 1)
  }
  visit(object, '', 0)
  return found
}

const NAMES_LIMIT = 200
function lazyNames(object: JsonObject): () => ReadonlySet<string> {
  let names: Set<string> | undefined
  return () => {
    if (!names) {
      names = new Set()
      collectNames(object, names, 0)
    }
    return names
  }
}
function collectNames(object: JsonObject, names: Set<string>, depth: number): void {
  for (const key of Object.keys(object)) {
    if (names.size >= NAMES_LIMIT) return
    names.add(squeeze(key))
    const value = object[key]
    if (isObject(value) && depth < DEPTH_LIMIT) collectNames(value, names, depth + 1)
  }
}
