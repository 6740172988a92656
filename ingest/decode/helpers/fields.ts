import type { Position } from '#model/basics/geo.ts'
import type { Source } from '#model/city/city-pack.ts'
import { type Meaning, suggestionFor } from '../names/meaning.ts'
import { clip } from './input.ts'
import { type JsonObject, own, positionOf } from './json.ts'
import type { Collector } from './result.ts'
import type { Sample } from './types.ts'

/** Properties shared by all fields of one object. */
export type Base = Pick<Sample, 'device'> & Partial<Pick<Sample, 'time' | 'end' | 'location' | 'flags'>>

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

/** Adds one value with its meaning. */
export function addReading(out: Collector, base: Base, meaning: Meaning, value: unknown, field: string): void {
  out.add(sampleOf(base, meaning, value, field))
}

/** A value with its meaning, for `addNamed`. */
export function sampleOf(base: Base, meaning: Meaning, value: unknown, field: string): Sample {
  const sample: Sample = { ...base, property: meaning.property, channel: meaning.channel ?? '', value, field }
  if (meaning.unit !== undefined) sample.unit = meaning.unit
  return sample
}

export const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' ||
  (typeof value === 'string' && value.length < 32 && /^\s*[<>]?\s*[+-]?\d+(?:[.,]\d+)?\s*$/.test(value))

/** An unmapped number is recorded as a problem, so that it can be mapped and replayed; an unmapped text is ignored. */
export function unmapped(
  out: Collector,
  field: string,
  key: string,
  value: unknown,
  device = '',
  doubt?: string | undefined,
): void {
  if (!isNumeric(value)) return
  const text = clip(String(value), 24)
  const suggestion = suggestionFor(key)
  const detail = `"${clip(key)}" = ${text} is not mapped to a property${doubt === undefined ? '' : `: ${doubt}`}`
  out.problem(
    field,
    'unknown_property',
    suggestion === undefined ? detail : `${detail}; map it to ${suggestion}`,
    device || undefined,
  )
  out.keepUnmapped({ field: clip(field, 200), name: clip(key, 200), device, value: text })
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
