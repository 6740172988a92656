import type { Area, Position } from '#model/basics/geo.ts'

export type Box = readonly [west: number, south: number, east: number, north: number]

const known = new WeakMap<Area, Box>()

/** The box around an area, computed once. */
export function boxOf(area: Area): Box {
  const found = known.get(area)
  if (found) return found
  let [west, south, east, north] = [180, 90, -180, -90]
  const rings = area.type === 'Polygon' ? area.coordinates : area.coordinates.flat()
  for (const [lon, lat] of rings.flat() as Position[]) {
    ;[west, east] = [Math.min(west, lon), Math.max(east, lon)]
    ;[south, north] = [Math.min(south, lat), Math.max(north, lat)]
  }
  const box: Box = [west, south, east, north]
  known.set(area, box)
  return box
}

/** Whether a point lies in a box or on its border: what lies outside needs no look at the boundary. */
export const isInBox = ([lon, lat]: Position, [west, south, east, north]: Box): boolean =>
  lon >= west && lon <= east && lat >= south && lat <= north
