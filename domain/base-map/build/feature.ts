import type { Bounds, Position } from '#model/basics/geo.ts'
import type { Layer } from './classify.ts'
import type { Line } from './rings.ts'

/** Something that is drawn on the map. */
export type MapFeature = {
  readonly layer: Layer
  readonly class?: string
  readonly minZoom: number
  readonly names: Readonly<Record<string, string>>
  readonly geometry:
    | { readonly type: 'LineString'; readonly coordinates: Line }
    | { readonly type: 'Polygon'; readonly coordinates: readonly Line[] }
    | { readonly type: 'Point'; readonly coordinates: Position }
}
export type AddFeature = (feature: MapFeature) => void

/** Pixels across below which an area is left out of a zoom. */
const SMALLEST_PX = 3
const TILE_PX = 512

/** From which zoom an area can be seen, at least `minZoom`. */
export function zoomOfArea(outer: Line, minZoom: number): number {
  const [west, south, east, north] = boundsOf(outer)
  const across = Math.max((east - west) / 360, (north - south) / 170)
  return Math.max(minZoom, Math.ceil(Math.log2(SMALLEST_PX / (TILE_PX * Math.max(across, 1e-9)))))
}

/** Places of a feature, of an area those of its outline. */
export const outlineOf = ({ geometry }: MapFeature): Line => {
  if (geometry.type === 'Point') return [geometry.coordinates]
  return geometry.type === 'Polygon' ? (geometry.coordinates[0] ?? []) : geometry.coordinates
}

/**
 * Adds an area, and its name at one place within it: in tiles an area is in pieces, of which each would be named.
 */
export function addNamedArea(feature: MapFeature, rings: readonly Line[], add: AddFeature): void {
  const { names, layer, minZoom } = feature
  add({ ...feature, names: {} })
  if (!names['name']) return
  const coordinates = placeWithin(rings)
  if (coordinates) add({ layer: 'label', class: layer, minZoom, names, geometry: { type: 'Point', coordinates } })
}

/** The middle of the widest part of an area at half its height. */
export function placeWithin(rings: readonly Line[]): Position | undefined {
  const [, south, , north] = boundsOf(rings[0] ?? [])
  const lat = (south + north) / 2
  const crossings = rings
    .flatMap((ring) =>
      ring.flatMap(([x, y], index) => {
        const [nextX, nextY] = ring[(index + 1) % ring.length] as Position
        return y > lat === nextY > lat ? [] : [x + ((lat - y) / (nextY - y)) * (nextX - x)]
      }),
    )
    .toSorted((a, b) => a - b)
  let widest: [from: number, to: number] | undefined
  for (let at = 0; at + 1 < crossings.length; at += 2) {
    const [from, to] = [crossings[at] as number, crossings[at + 1] as number]
    if (!widest || to - from > widest[1] - widest[0]) widest = [from, to]
  }
  return widest && [(widest[0] + widest[1]) / 2, lat]
}

export function boundsOf(line: readonly Position[]): Bounds {
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const [lon, lat] of line) {
    if (lon < west) west = lon
    if (lon > east) east = lon
    if (lat < south) south = lat
    if (lat > north) north = lat
  }
  return [west, south, east, north]
}

export const overlaps = (a: Bounds, b: Bounds): boolean => a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1]
