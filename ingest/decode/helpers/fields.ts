import type { Position } from '#model/basics/geo.ts'
import type { Source } from '#model/city/city-pack.ts'
import { clip } from './input.ts'
import { isObject, type JsonObject, own, positionOf } from './json.ts'
import type { Collector } from './result.ts'
import { type Lookup, type Meaning, meaningOf, suggestionFor } from './synonyms.ts'
import type { Sample } from './types.ts'

/** Properties shared by all fields of one object. */
export type Base = Pick<Sample, 'device'> & Partial<Pick<Sample, 'time' | 'end' | 'location' | 'flags'>>

const DEPTH_LIMIT = 5

/** Field mappings of the registry, kept current by ingest/observe/field-mappings.ts. */
export type FieldMappings = { find(device: string, path: string, name: string): Meaning | undefined }
/** A source of the pack with the field mappings of the registry. */
export type MappedSource = Source & { readonly mappings?: FieldMappings }

/**
 * The mapping of a field, by its full path (ANALOG.A0) or its last key: from the registry, else from the source. Without
 * `device` only mappings that apply to every device are found.
 */
export function mappingOf(source: MappedSource, path: string, key: string, device = ''): Meaning | undefined {
  const registered = source.mappings?.find(device, path, key)
  if (registered) return registered
  const { fields } = source
  if (!fields) return undefined
  const found = Object.hasOwn(fields, path) ? fields[path] : Object.hasOwn(fields, key) ? fields[key] : undefined
  return found as Meaning | undefined
}

/** Adds one value with its meaning; `origin` becomes the channel when two sensors measure the same property. */
export function addReading(
  out: Collector,
  base: Base,
  meaning: Meaning,
  value: unknown,
  field: string,
  origin = '',
): void {
  const sample: Sample = { ...base, property: meaning.property, channel: meaning.channel ?? '', value, field }
  if (meaning.unit !== undefined) sample.unit = meaning.unit
  out.add(sample, origin)
}

export const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' ||
  (typeof value === 'string' && value.length < 32 && /^\s*[<>]?\s*[+-]?\d+(?:[.,]\d+)?\s*$/.test(value))

/** An unmapped number is recorded as a problem, so that it can be mapped and replayed; an unmapped text is ignored. */
export function unmapped(out: Collector, field: string, key: string, value: unknown, device = ''): void {
  if (!isNumeric(value)) return
  const text = clip(String(value), 24)
  const suggestion = suggestionFor(key)
  const detail = `"${clip(key)}" = ${text} is not mapped to a property`
  out.problem(
    field,
    'unknown_property',
    suggestion === undefined ? detail : `${detail}; map it to ${suggestion}`,
    device || undefined,
  )
  out.keepUnmapped({ field: clip(field, 200), name: clip(key, 200), device, value: text })
}

export type Reading = {
  source: MappedSource
  base: Base
  out: Collector
  /** the format's own meaning of a field, before the general synonyms; null excludes the field */
  own?: (key: string, value: unknown, path: string) => Meaning | null | undefined
}

/**
 * Reads a free-form object: every field by the source's mapping, the format's own table, then the synonyms. Nested
 * objects are read the same way under their key, which distinguishes equal properties.
 */
export function readFields(object: JsonObject, reading: Reading, path = '', depth = 0): void {
  const { out } = reading
  for (const key of Object.keys(object)) {
    if (out.full) return
    const value = object[key]
    const field = path === '' ? key : `${path}.${key}`
    if (isObject(value)) {
      if (depth < DEPTH_LIMIT) readFields(value, reading, field, depth + 1)
      else out.problem(field, 'too_large', `nested deeper than ${DEPTH_LIMIT} objects`)
    } else readField(key, value, field, path, reading)
  }
}

function readField(key: string, value: unknown, field: string, origin: string, reading: Reading): void {
  const { source, base, out } = reading
  const mapped = mappingOf(source, field, key, base.device)
  if (mapped) {
    addReading(out, base, mapped, typeof value === 'boolean' ? Number(value) : value, field, origin)
    return
  }
  const meaning = meaningOfField(key, value, field, reading)
  if (meaning === 'housekeeping') return
  if (Array.isArray(value)) {
    if (meaning) readArray(value, meaning, field, reading)
    return
  }
  if (meaning === undefined) unmapped(out, field, key, value, base.device)
  else if (typeof value !== 'boolean') addReading(out, base, meaning, value, field, origin)
  else if (meaning.property === 'online') addReading(out, base, meaning, Number(value), field, origin)
}

function meaningOfField(key: string, value: unknown, field: string, reading: Reading): Lookup {
  const special = reading.own?.(key, value, field)
  if (special === null) return 'housekeeping'
  return special ?? meaningOf(key)
}

/** Each element of an array is a channel (phases, relays, probes), counted from 1. */
function readArray(values: readonly unknown[], meaning: Meaning, field: string, { base, out }: Reading): void {
  for (const [index, value] of values.entries()) {
    if (out.full) return
    const channel = meaning.channel ? `${meaning.channel}.${index + 1}` : String(index + 1)
    addReading(out, base, { ...meaning, channel }, value, `${field}[${index}]`)
  }
}

const LONGITUDE = ['longitude', 'lon', 'lng', 'long', 'Longitude', 'gps_lon', 'GPS_lon']
const LATITUDE = ['latitude', 'lat', 'Latitude', 'gps_lat', 'GPS_lat']
const POSITION_KEYS: ReadonlySet<string> = new Set([...LONGITUDE, ...LATITUDE])
export const isPositionKey = (key: string): boolean => POSITION_KEYS.has(key)

/** The position of an object, under one of the common names. */
export function locationIn(object: JsonObject): Position | undefined {
  const lon = firstOf(object, LONGITUDE)
  const lat = firstOf(object, LATITUDE)
  return lon === undefined || lat === undefined || lon === null || lat === null ? undefined : positionOf(lon, lat)
}
const firstOf = (object: JsonObject, keys: readonly string[]): unknown => {
  for (const key of keys) {
    const value = own(object, key)
    if (value !== undefined) return value
  }
  return undefined
}
