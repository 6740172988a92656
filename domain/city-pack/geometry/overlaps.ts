import booleanPointInPolygon from '@turf/boolean-point-in-polygon'
import type { Area, Position } from '#model/basics/geo.ts'
import { type Box, boxOf, isInBox } from './box.ts'

/** Boundaries of two surveys differ; more than this share of a district in another one is a mistake. */
const TOLERATED = 0.1
/** Points to each side of the box around a district. */
const GRID = 12

/** More are not looked for: each of thousands of districts may lie over each other one. */
const MAX_FOUND = 1_000

type District = { readonly geometry: Area; readonly from: string; readonly to: string }
type Overlap = { readonly one: number; readonly other: number; readonly share: number }

/**
 * Districts that share more of their area than different surveys explain, each pair once, with the share of `one` that lies in
 * `other`. By points inside each district, so that the cost does not depend on how finely boundaries are drawn. `from` and `to`
 * are dates: districts of different times may overlap.
 */
export function overlaps(districts: readonly District[]): Overlap[] {
  const found: Overlap[] = []
  const known = new Set<string>()
  const boxes = districts.map(({ geometry }) => boxOf(geometry))
  for (const [at, one] of districts.entries()) {
    const points = pointsIn(one.geometry)
    for (const [index, other] of districts.entries()) {
      if (index === at || !(one.from < other.to && other.from < one.to)) continue
      if (known.has(`${index} ${at}`) || !meet(boxes[at] as Box, boxes[index] as Box)) continue
      const share = points.filter((point) => isIn(point, other.geometry)).length / points.length
      if (share <= TOLERATED) continue
      known.add(`${at} ${index}`)
      found.push({ one: at, other: index, share })
      if (found.length >= MAX_FOUND) return found
    }
  }
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
