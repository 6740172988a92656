import booleanPointInPolygon from '@turf/boolean-point-in-polygon'
import type { Area, Position } from '#model/basics/geo.ts'
import { type Box, boxOf, isInBox } from './box.ts'

/** Boundaries of two surveys differ; more than this share of a district in another one is a mistake. */
const TOLERATED = 0.1
/** Points to each side of the box around a district. */
const GRID = 12

type District = { readonly geometry: Area; readonly from: string; readonly to: string }
type Overlap = { readonly one: number; readonly other: number; readonly share: number }

/**
 * Districts that share more of their area than different surveys explain, each pair once, with the share of `one` that lies in
 * `other`. By points inside each district, so that the cost does not depend on how finely boundaries are drawn. `from` and `to`
 * are dates: districts of different times may overlap.
 */
export function overlaps(districts: readonly District[]): Overlap[] {
  const found: Overlap[] = []
  districts.forEach((one, at) => {
    const points = pointsIn(one.geometry)
    districts.forEach((other, index) => {
      if (index === at || !(one.from < other.to && other.from < one.to)) return
      if (!meet(boxOf(one.geometry), boxOf(other.geometry))) return
      const shared = points.filter((point) => isIn(point, other.geometry)).length
      const share = shared / points.length
      const known = found.some((pair) => pair.one === index && pair.other === at)
      if (share > TOLERATED && !known) found.push({ one: at, other: index, share })
    })
  })
  return found
}

const meet = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]

const isIn = (point: Position, geometry: Area): boolean =>
  isInBox(point, boxOf(geometry)) && booleanPointInPolygon(point as [number, number], geometry as never)

function pointsIn(geometry: Area): Position[] {
  const [west, south, east, north] = boxOf(geometry)
  const steps = Array.from({ length: GRID }, (_, at) => (at + 0.5) / GRID)
  const points = steps.flatMap((x) =>
    steps.map((y): Position => [west + x * (east - west), south + y * (north - south)]),
  )
  return points.filter((point) => isIn(point, geometry))
}
