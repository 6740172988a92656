import type { Area, Position } from '#model/basics/geo.ts'

/** The polygons of an area, each a list of rings. */
export const ringsOf = (area: Area): readonly (readonly (readonly Position[])[])[] =>
  area.type === 'Polygon' ? [area.coordinates] : area.coordinates

const METERS_PER_DEGREE = 111_320

/**
 * Diagonal lines inside an area, `spacingMeters` apart: the area is turned by 45 degrees, cut by horizontal lines
 * (even-odd rule, so holes stay empty), and the cuts are turned back.
 */
export function hatch(area: Area, spacingMeters: number): [number, number][][] {
  return ringsOf(area).flatMap((rings) => hatchPolygon(rings, spacingMeters))
}

function hatchPolygon(rings: readonly (readonly Position[])[], spacing: number): [number, number][][] {
  const latitude = rings[0]?.[0]?.[1] ?? 0
  const east = METERS_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)
  const turned = rings.map((ring) =>
    ring.map(([longitude, lat]): [number, number] => {
      const x = longitude * east
      const y = lat * METERS_PER_DEGREE
      return [(x + y) * Math.SQRT1_2, (y - x) * Math.SQRT1_2]
    }),
  )
  const heights = turned.flat().map(([, v]) => v)
  const top = Math.max(...heights)
  const lines: [number, number][][] = []
  // lines lie on whole multiples of the spacing, so that neighbours continue each other
  for (let v = Math.ceil(Math.min(...heights) / spacing) * spacing; v < top; v += spacing) {
    const cuts = turned.flatMap((ring) => cutsOf(ring, v)).toSorted((a, b) => a - b)
    for (let index = 0; index + 1 < cuts.length; index += 2) {
      lines.push([back(cuts[index] ?? 0, v, east), back(cuts[index + 1] ?? 0, v, east)])
    }
  }
  return lines
}

/** Where the ring crosses the line at height v. Half-open, so that a shared corner counts once. */
function cutsOf(ring: readonly (readonly [number, number])[], v: number): number[] {
  const cuts: number[] = []
  for (let index = 1; index < ring.length; index += 1) {
    const [u1, v1] = ring[index - 1] ?? [0, 0]
    const [u2, v2] = ring[index] ?? [0, 0]
    if (v1 <= v === v2 <= v) continue
    cuts.push(u1 + ((v - v1) / (v2 - v1)) * (u2 - u1))
  }
  return cuts
}

const back = (u: number, v: number, east: number): [number, number] => [
  ((u - v) * Math.SQRT1_2) / east,
  ((u + v) * Math.SQRT1_2) / METERS_PER_DEGREE,
]
