import type { Area, Position } from './geo.ts'

/** Lines that a zone is cut into; the error of a share falls with their square. */
const LINES = 200
type Ring = readonly Position[]
type Interval = readonly [from: number, to: number]

/**
 * The share of a zone's area, 0 to 1, that lies inside a ring, by the even-odd rule: a ring that crosses itself has an inside, too.
 * Lengths along parallels, summed; areas on the sphere, so a degree of longitude counts by the cosine of the latitude.
 */
export function shareInside(zone: Area, ring: Ring): number {
  const rings = zone.type === 'Polygon' ? zone.coordinates : zone.coordinates.flat()
  const latitudes = rings.flat().map(([, lat]) => lat)
  const south = latitudes.reduce((a, b) => Math.min(a, b), 90)
  const height = latitudes.reduce((a, b) => Math.max(a, b), -90) - south
  let [whole, inside] = [0, 0]
  for (let line = 0; line < LINES; line++) {
    const latitude = south + (height * (line + 0.5)) / LINES
    const own = crossed(rings, latitude)
    const width = Math.cos((latitude * Math.PI) / 180)
    whole += width * lengthOf(own)
    inside += width * lengthOf(common(own, crossed([ring], latitude)))
  }
  return whole === 0 ? 0 : inside / whole
}

/** What a parallel has in common with the inside of rings: disjoint intervals of longitude from west to east. */
function crossed(rings: readonly Ring[], latitude: number): Interval[] {
  const crossings = rings
    .flatMap((ring) => ring.flatMap((point, k) => crossingOf(point, ring[(k + 1) % ring.length] ?? point, latitude)))
    .sort((a, b) => a - b)
  return Array.from({ length: crossings.length >> 1 }, (_, k) => [crossings[2 * k] ?? 0, crossings[2 * k + 1] ?? 0])
}

function crossingOf([x0, y0]: Position, [x1, y1]: Position, latitude: number): number[] {
  if (y0 <= latitude === y1 <= latitude) return []
  return [x0 + ((latitude - y0) / (y1 - y0)) * (x1 - x0)]
}

const common = (some: readonly Interval[], others: readonly Interval[]): Interval[] =>
  some.flatMap(([from, to]) =>
    others.flatMap(([start, end]): Interval[] => {
      const both: Interval = [Math.max(from, start), Math.min(to, end)]
      return both[0] < both[1] ? [both] : []
    }),
  )

const lengthOf = (intervals: readonly Interval[]): number => intervals.reduce((sum, [from, to]) => sum + to - from, 0)

/** Whether a point lies inside a ring, by the same rule. */
export const isInside = ([longitude, latitude]: Position, ring: Ring): boolean =>
  crossed([ring], latitude).some(([from, to]) => from <= longitude && longitude < to)
