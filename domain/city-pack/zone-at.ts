import booleanPointInPolygon from '@turf/boolean-point-in-polygon'
import type { Area, Place, Position } from '#model/basics/geo.ts'
import { boxOf, isInBox } from './geometry/box.ts'

/** A point that stands for a place: itself, or the vertex in the middle of a line. */
export function pointOf(place: Place): Position {
  if (place.type === 'Point') return place.coordinates
  const middle = place.coordinates[Math.floor(place.coordinates.length / 2)]
  if (!middle) throw new Error('unreachable: a line has two positions')
  return middle
}

/** The zone that holds a point, or undefined outside all of them. */
export function zoneAt<Z extends { geometry: Area }>(point: Position, zones: readonly Z[]): Z | undefined {
  const [lon, lat] = point
  return zones.find(
    ({ geometry }) => isInBox(point, boxOf(geometry)) && booleanPointInPolygon([lon, lat], geometry as never),
  )
}
