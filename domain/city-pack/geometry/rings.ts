import type { Position } from '#model/basics/geo.ts'

export type Ring = readonly Position[]
/** A loop shorter than this, about 10 m, comes from rounding and changes no map and no figure. */
const NOISE_DEGREES = 0.0001

/** What is wrong with a ring of a polygon, in words; undefined when nothing is. */
export function ringProblem(ring: Ring): string | undefined {
  const [first, last] = [ring[0], ring.at(-1)]
  if (!first || !last) return 'a ring has no positions'
  if (first[0] !== last[0] || first[1] !== last[1])
    return `a ring is not closed: it begins at ${point(first)} and ends at ${point(last)}; repeat the first position at its end`
  if (ring.length < 4) return `a ring has ${ring.length} positions; valid: at least 4, the first and the last the same`
  const crossing = selfCrossing(ring)
  return crossing && `a ring crosses itself near ${point(crossing)}`
}

const point = ([lon, lat]: Position): string => `[${Number(lon.toFixed(6))}, ${Number(lat.toFixed(6))}]`

type Segment = {
  readonly at: number
  readonly a: Position
  readonly b: Position
  readonly west: number
  readonly east: number
}

/**
 * Where two edges of a ring cross, leaving out loops of rounding. Edges that only touch do not cross.
 * Edges are swept from west to east, so only those with a common longitude are compared.
 */
function selfCrossing(ring: Ring): Position | undefined {
  const segments = ring
    .slice(1)
    .map((b, at): Segment => {
      const a = ring[at] ?? b
      return { at, a, b, west: Math.min(a[0], b[0]), east: Math.max(a[0], b[0]) }
    })
    .sort((one, other) => one.west - other.west)
  let open: Segment[] = []
  for (const segment of segments) {
    open = open.filter(({ east }) => east >= segment.west)
    for (const other of open)
      if (cross(segment, other) && loopSize(ring, segment.at, other.at) > NOISE_DEGREES) return segment.a
    open.push(segment)
  }
  return undefined
}

const side = (a: Position, b: Position, c: Position): number =>
  Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

const cross = (one: Segment, other: Segment): boolean =>
  side(one.a, one.b, other.a) * side(one.a, one.b, other.b) < 0 &&
  side(other.a, other.b, one.a) * side(other.a, other.b, one.b) < 0

/** Extent of the smaller of the two loops into which a crossing of two edges divides a ring. */
function loopSize(ring: Ring, first: number, second: number): number {
  const [from, to] = [Math.min(first, second), Math.max(first, second)]
  const inner = ring.slice(from + 1, to + 1)
  const outer = [...ring.slice(0, from + 1), ...ring.slice(to + 1)]
  return Math.min(extent(inner), extent(outer))
}

function extent(positions: Ring): number {
  const span = (axis: 0 | 1): number => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const position of positions) [low, high] = [Math.min(low, position[axis]), Math.max(high, position[axis])]
    return Math.max(0, high - low)
  }
  return Math.max(span(0), span(1))
}
