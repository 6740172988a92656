import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'
import { type Bounds, positionSchema } from '#model/basics/geo.ts'
import { parseShallow } from '#model/text/nesting.ts'
import { areaKind, classify, isCoast, namesOf } from './classify.ts'
import { landWithin } from './coast.ts'
import type { Tags } from './elements.ts'
import { type AddFeature, addNamedArea, boundsOf, type MapFeature, outlineOf, overlaps, zoomOfArea } from './feature.ts'
import type { Found } from './osm-features.ts'
import type { Line } from './rings.ts'

/** The file is held in memory as a whole. */
const MAX_BYTES = 400 * 1024 * 1024

const line = z.array(positionSchema.or(z.tuple([z.number(), z.number()]).rest(z.number())))
const geometrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('LineString'), coordinates: line }),
  z.object({ type: z.literal('MultiLineString'), coordinates: z.array(line) }),
  z.object({ type: z.literal('Polygon'), coordinates: z.array(line).min(1) }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(line).min(1)) }),
])

/**
 * What the map of a city shows of an extract in GeoJSON, as Overpass and osmium write it: tags are properties, or in `tags`.
 * @throws AppError EXTRACT_INVALID when it is none, is too large, or holds nothing of the city
 */
export async function readGeoJsonFeatures(path: string, bounds: Bounds, add: AddFeature): Promise<Found> {
  const coast: Line[] = []
  let used = 0
  const within: AddFeature = (feature) => {
    const outline = outlineOf(feature)
    if (outline.length === 0 || !overlaps(boundsOf(outline), bounds)) return
    used += 1
    add(feature)
  }
  for (const feature of await readFeatures(path)) {
    const { geometry, properties } = feature as { geometry?: unknown; properties?: Record<string, unknown> | null }
    const read = geometrySchema.safeParse(geometry)
    if (!read.success) continue
    const tags = tagsOf(properties ?? {})
    for (const part of partsOf(read.data)) addPart(part, tags, { coast, add: within })
  }
  if (used === 0) throw new AppError('EXTRACT_INVALID', `${path} holds nothing within the districts of the city`)
  const land = landWithin(bounds, coast)
  if (land === 'none' || land === 'incomplete') return { hasSea: false, notes: [] }
  for (const coordinates of land.polygons)
    add({ layer: 'land', minZoom: 0, names: {}, geometry: { type: 'Polygon', coordinates } })
  return { hasSea: land.isSeaOutside, notes: [] }
}

async function readFeatures(path: string): Promise<readonly unknown[]> {
  const { size } = await stat(path)
  if (size > MAX_BYTES)
    throw new AppError('EXTRACT_INVALID', `${path} has ${size} bytes; GeoJSON up to ${MAX_BYTES} is read, use .osm.pbf`)
  try {
    const { features } = parseShallow(await readFile(path, 'utf8')) as { features?: unknown }
    if (Array.isArray(features)) return features
  } catch (error) {
    throw new AppError('EXTRACT_INVALID', `${path} is not JSON: ${(error as Error).message}`)
  }
  throw new AppError('EXTRACT_INVALID', `${path} is no GeoJSON FeatureCollection`)
}

function tagsOf(properties: Record<string, unknown>): Tags {
  const inner = properties['tags']
  const all = typeof inner === 'object' && inner !== null ? { ...properties, ...inner } : properties
  const texts = Object.entries(all).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(texts) as Tags
}

type Part = MapFeature['geometry']

function partsOf(geometry: z.infer<typeof geometrySchema>): Part[] {
  const plain = (positions: readonly (readonly number[])[]): Line => positions.map(([x = 0, y = 0]) => [x, y])
  if (geometry.type === 'LineString') return [{ type: 'LineString', coordinates: plain(geometry.coordinates) }]
  if (geometry.type === 'MultiLineString')
    return geometry.coordinates.map((coordinates) => ({ type: 'LineString', coordinates: plain(coordinates) }))
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  return polygons.map((rings) => ({ type: 'Polygon', coordinates: rings.map(plain) }))
}

function addPart(part: Part, tags: Tags, { coast, add }: { coast: Line[]; add: AddFeature }): void {
  if (part.type === 'LineString' && isCoast(tags)) coast.push(part.coordinates)
  const kind = part.type === 'Polygon' ? areaKind(tags) : classify(tags, false)
  if (!kind) return
  const outer = part.type === 'Polygon' ? part.coordinates[0] : undefined
  const minZoom = outer ? zoomOfArea(outer, kind.minZoom) : kind.minZoom
  const { layer, class: rank } = kind
  const feature = { layer, ...(rank !== undefined && { class: rank }), minZoom, names: namesOf(tags), geometry: part }
  if (part.type === 'Polygon') addNamedArea(feature, part.coordinates, add)
  else add(feature)
}
