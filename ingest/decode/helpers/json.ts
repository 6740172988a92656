import type { Position } from '#model/basics/geo.ts'

export type JsonObject = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An own field of the object; inherited ones (constructor, toString) are not data. */
export const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined)
export const ownObject = (object: JsonObject, key: string): JsonObject | undefined => {
  const value = own(object, key)
  return isObject(value) ? value : undefined
}
export const ownString = (object: JsonObject, key: string): string | undefined => {
  const value = own(object, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

const coordinate = (value: unknown): number => {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}
/** A position as sent, to be checked by normalise; anything that is not a number becomes NaN. */
export const positionOf = (lon: unknown, lat: unknown): Position => [coordinate(lon), coordinate(lat)]
