import { z } from 'zod'
import type { Position } from '#model/basics/geo.ts'
import { shown } from '../problems/describe-issue.ts'
import type { PackProblems } from '../problems/pack-problems.ts'
import { type Crs, distanceDegrees, guessCrs, readCrs } from './crs.ts'

/** Farther from the centre than any city reaches, about 220 km. */
const FAR_DEGREES = 2
/** Wider than any city: a map of a country or of the world. */
const WORLD_DEGREES = 10

export type Geometry = { readonly type: string; readonly coordinates: unknown }
export type Feature = {
  readonly type: 'Feature'
  readonly geometry: Geometry | null
  readonly properties: Record<string, unknown> | null
}
export type Collection = { readonly type: 'FeatureCollection'; readonly features: Feature[] }

/** What is known of all places of the pack. */
export type Places = {
  /** where the city lies in WGS 84: the middle of its zones, before that the centre in city.json */
  readonly reference: Position | undefined
  /** `crs` of city.json */
  readonly crs: Crs | undefined
  /** how to name the system of the coordinates; left out: `"crs"` in city.json */
  readonly howToName?: string
}

const collectionSchema = z.looseObject({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.looseObject({
      type: z.literal('Feature'),
      geometry: z.looseObject({ type: z.string() }).nullable(),
      properties: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
})
const crsMember = z.object({ crs: z.object({ properties: z.object({ name: z.string() }) }) })

/**
 * A GeoJSON file of the pack in WGS 84, without altitudes. Coordinates in another system are transformed when the file
 * or city.json names the system; else the problem names systems that fit.
 */
export async function readCollection(
  file: string,
  json: unknown,
  places: Places,
  problems: PackProblems,
): Promise<Collection | undefined> {
  const read = collectionSchema.safeParse(json)
  if (!read.success) {
    const type = (json as { type?: unknown } | null)?.type
    if (type !== 'FeatureCollection')
      problems.add(file, 'type', `${shown(type)} is not valid; a GeoJSON "FeatureCollection" is needed`)
    else problems.addIssues(file, '', read.error.issues, json)
    return undefined
  }
  const collection = read.data as unknown as Collection
  if (collection.features.length === 0) {
    problems.add(file, 'features', 'the collection is empty')
    return undefined
  }
  const bad = collection.features.findIndex(
    ({ geometry }) => geometry && !eachPosition(geometry.coordinates, () => true),
  )
  if (bad >= 0) {
    problems.add(file, `features[${bad}].geometry.coordinates`, 'holds something other than lists of numbers')
    return undefined
  }
  const declared = crsMember.safeParse(json).data?.crs.properties.name
  const own = declared === undefined ? undefined : await readCrs(declared)
  if (declared !== undefined && !own) {
    problems.add(file, 'crs', `"${declared}" is not a system that can be transformed; ${CRS_VALID}`)
    return undefined
  }
  const of = { ...places, crs: own ?? places.crs }
  const transform = await transformOf({ file, where: '' }, positionsOf(collection), of, problems)
  return transform && mapPositions(collection, transform)
}

/** False, after a problem, for a collection that lies elsewhere than the city. A map of the whole world lies everywhere. */
export function liesInCity(
  file: string,
  collection: Collection,
  reference: Position | undefined,
  problems: PackProblems,
): boolean {
  const positions = positionsOf(collection) as unknown as Position[]
  const { middle, extent } = middleOf(positions)
  const wrong = reference && positions.length > 0 && extent <= WORLD_DEGREES && misplaced(middle, reference)
  if (!wrong) return true
  const what =
    wrong === 'swapped'
      ? swappedText(positions[0] ?? middle)
      : `lies around ${placeText(middle)}, far from the city at ${placeText(reference)}`
  problems.add(file, '', what)
  return false
}

export const CRS_VALID =
  'valid: a code of the EPSG registry, as "EPSG:25831"; a file in any other system must be exported as WGS 84 (EPSG:4326)'

type Transform = (position: readonly number[]) => Position
const withoutAltitude: Transform = ([lon = 0, lat = 0]) => [lon, lat]

/**
 * How positions of a file become WGS 84; undefined after a problem. Positions that can all be degrees are taken for degrees
 * unless the declared system is one of degrees itself.
 */
export async function transformOf(
  at: { readonly file: string; readonly where: string },
  positions: readonly (readonly number[])[],
  { reference, crs, howToName }: Places,
  problems: PackProblems,
): Promise<Transform | undefined> {
  const liesWithin = (lon: 0 | 1, lat: 0 | 1): boolean =>
    positions.every((position) => Math.abs(position[lon] ?? 0) <= 180 && Math.abs(position[lat] ?? 0) <= 90)
  const areDegrees = liesWithin(0, 1)
  if (crs && (crs.isGeographic || !areDegrees)) return ([x = 0, y = 0]) => crs.toWgs84([x, y])
  if (areDegrees) return withoutAltitude
  const [x = 0, y = 0] = positions.find(([lon = 0, lat = 0]) => Math.abs(lon) > 180 || Math.abs(lat) > 90) ?? []
  const isBeyond = positions.every(([lon = 0, lat = 0]) => Math.abs(lon) <= 360 && Math.abs(lat) <= 90)
  if (liesWithin(1, 0)) problems.add(at.file, at.where, swappedText([x, y]))
  else if (isBeyond) problems.add(at.file, at.where, `[${x}, ${y}] is no place; valid: longitudes from -180 to 180`)
  else problems.add(at.file, at.where, await notDegreesText([x, y], reference, howToName))
  return undefined
}

export const swappedText = ([x, y]: Position): string =>
  `coordinates such as [${x}, ${y}] are [latitude, longitude]; valid: longitude first`

async function notDegreesText(
  [x, y]: Position,
  reference: Position | undefined,
  howToName = 'in city.json, as "crs": "EPSG:25831"',
): Promise<string> {
  const guesses = reference ? await guessCrs([x, y], reference) : []
  const [best] = guesses
  const names = guesses.map(({ code, name }) => `${code} (${name})`).join(' or ')
  const what = best
    ? `these look like ${names}; if so, write "crs": "${best.code}" in city.json`
    : `name the system of the coordinates ${howToName}`
  return `coordinates such as [${x}, ${y}] are not degrees of longitude and latitude; ${what}`
}

/** Whether a place is too far from the city, or would not be with latitude and longitude exchanged. */
export function misplaced([lon, lat]: Position, reference: Position): 'swapped' | 'far' | undefined {
  if (distanceDegrees([lon, lat], reference) <= FAR_DEGREES) return undefined
  return distanceDegrees([lat, lon], reference) <= FAR_DEGREES ? 'swapped' : 'far'
}

export const placeText = ([lon, lat]: Position): string => `[${Number(lon.toFixed(3))}, ${Number(lat.toFixed(3))}]`

/** The middle of the box around positions, and its longer side. */
export function middleOf(positions: readonly Position[]): { middle: Position; extent: number } {
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const [lon, lat] of positions) {
    ;[west, east] = [Math.min(west, lon), Math.max(east, lon)]
    ;[south, north] = [Math.min(south, lat), Math.max(north, lat)]
  }
  return { middle: [(west + east) / 2, (south + north) / 2], extent: Math.max(east - west, north - south) }
}

/** The middle of each feature that has a place. */
export const middlesOf = (collection: Collection): Position[] =>
  collection.features.flatMap((feature) => {
    const positions = positionsOf({ ...collection, features: [feature] }) as unknown as Position[]
    return positions.length === 0 ? [] : [middleOf(positions).middle]
  })

/** A place among most of the others: single ones that lie elsewhere do not move it. */
export function medianOf(places: readonly Position[]): Position {
  const middle = (axis: 0 | 1): number => {
    const sorted = places.map((place) => place[axis]).sort((a, b) => a - b)
    return sorted[sorted.length >> 1] ?? 0
  }
  return [middle(0), middle(1)]
}

export function positionsOf(collection: Collection): number[][] {
  const positions: number[][] = []
  for (const { geometry } of collection.features)
    eachPosition(geometry?.coordinates, (position) => {
      positions.push(position)
      return true
    })
  return positions
}

/** False when something is neither a position nor a list of such, or when `visit` says so. */
function eachPosition(coordinates: unknown, visit: (position: number[]) => boolean): boolean {
  if (coordinates === undefined) return true
  if (!Array.isArray(coordinates)) return false
  if (typeof coordinates[0] !== 'number') return coordinates.every((part) => eachPosition(part, visit))
  return coordinates.length >= 2 && coordinates.every((part) => Number.isFinite(part)) && visit(coordinates)
}

function mapPositions(collection: Collection, transform: Transform): Collection {
  const mapped = (coordinates: unknown): unknown =>
    Array.isArray(coordinates) && typeof coordinates[0] === 'number'
      ? transform(coordinates as number[])
      : Array.isArray(coordinates)
        ? coordinates.map(mapped)
        : coordinates
  return {
    type: collection.type,
    features: collection.features.map((feature) => ({
      ...feature,
      geometry: feature.geometry && { ...feature.geometry, coordinates: mapped(feature.geometry.coordinates) },
    })),
  }
}
