import type { Bounds, Position } from '#model/basics/geo.ts'
import { contains, join, type Line, signedArea } from './rings.ts'

/** `incomplete`: the extract ends where the coast goes on. */
export type Land = { readonly polygons: Line[][]; readonly isSeaOutside: boolean } | 'incomplete' | 'none'

/**
 * The land in a box of which the coast is known. Coastlines have the land on their left
 * (https://wiki.openstreetmap.org/wiki/Tag:natural=coastline), so land is found by going along the coast, and from where
 * the coast leaves the box counter-clockwise along its edge to where the next coast enters.
 */
export function landWithin(bounds: Bounds, lines: readonly Line[]): Land {
  const { closed, open } = join(lines, 'kept')
  const islands = closed.filter((ring) => isWithin(ring, bounds))
  const pieces = [...open, ...closed.filter((ring) => !isWithin(ring, bounds))].flatMap((line) => clip(line, bounds))
  const borders = pieces.filter(({ length }) => length > 1)
  if (borders.length === 0 && islands.length === 0) return 'none'
  if (borders.some((line) => !onEdge(line[0], bounds) || !onEdge(line.at(-1), bounds))) return 'incomplete'
  const outlines = outlinesOf(borders, bounds)
  const land = [...outlines, ...islands.filter((ring) => signedArea(ring) > 0)].map((ring) => [ring])
  // a coast that runs clockwise has the land outside: the box is land, and the ring is water
  const lagoons = islands.filter((ring) => signedArea(ring) < 0)
  if (borders.length === 0 && land.length === 0) return { polygons: [[boxOf(bounds), ...lagoons]], isSeaOutside: true }
  for (const lagoon of lagoons) land.find(([ring]) => ring && contains(ring, lagoon[0] as Position))?.push(lagoon)
  return { polygons: land, isSeaOutside: true }
}

const isWithin = (line: Line, [west, south, east, north]: Bounds): boolean =>
  line.every(([x, y]) => x > west && x < east && y > south && y < north)

const boxOf = ([west, south, east, north]: Bounds): Line => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]

/** The pieces of a line within a box; each begins and ends at the edge, except where the line itself does. */
function clip(line: Line, bounds: Bounds): Line[] {
  const pieces: Position[][] = []
  let piece: Position[] | undefined
  for (let at = 1; at < line.length; at++) {
    const segment = clipSegment(line[at - 1] as Position, line[at] as Position, bounds)
    if (!segment) {
      piece = undefined
      continue
    }
    const [from, to] = segment
    const last = piece?.at(-1)
    if (piece && last && last[0] === from[0] && last[1] === from[1]) piece.push(to)
    else {
      piece = [from, to]
      pieces.push(piece)
    }
    if (to !== line[at]) piece = undefined
  }
  return pieces
}

/** Liang and Barsky. A corner of the segment that lies within stays the same object. */
function clipSegment(a: Position, b: Position, [west, south, east, north]: Bounds): [Position, Position] | undefined {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  let [from, to] = [0, 1]
  for (const [direction, distance] of [
    [-dx, a[0] - west],
    [dx, east - a[0]],
    [-dy, a[1] - south],
    [dy, north - a[1]],
  ] as const) {
    if (direction === 0 && distance < 0) return undefined
    const ratio = distance / direction
    if (direction < 0) from = Math.max(from, ratio)
    if (direction > 0) to = Math.min(to, ratio)
  }
  if (from >= to) return undefined
  const at = (share: number): Position => [clamp(a[0] + dx * share, west, east), clamp(a[1] + dy * share, south, north)]
  return [from === 0 ? a : at(from), to === 1 ? b : at(to)]
}

const EDGE_DEGREES = 1e-9
const clamp = (value: number, low: number, high: number): number => {
  if (Math.abs(value - low) < EDGE_DEGREES) return low
  return Math.abs(value - high) < EDGE_DEGREES ? high : Math.min(high, Math.max(low, value))
}

const onEdge = (position: Position | undefined, bounds: Bounds): boolean =>
  position !== undefined && Number.isFinite(aroundEdge(position, bounds))

/** How far along the edge a position is, counter-clockwise from the south-west corner, 0 to 4; NaN when it is not on it. */
function aroundEdge([x, y]: Position, [west, south, east, north]: Bounds): number {
  if (y === south) return (x - west) / (east - west)
  if (x === east) return 1 + (y - south) / (north - south)
  if (y === north) return 2 + (east - x) / (east - west)
  return x === west ? 3 + (north - y) / (north - south) : Number.NaN
}

function outlinesOf(borders: readonly Line[], bounds: Bounds): Line[] {
  const corners = boxOf(bounds)
  const entries = borders
    .map((line) => ({ line, at: aroundEdge(line[0] as Position, bounds) }))
    .toSorted((a, b) => a.at - b.at)
  const unused = new Set(borders)
  const rings: Line[] = []
  for (const border of borders) {
    if (!unused.has(border)) continue
    const ring: Position[] = []
    let line: Line | undefined = border
    while (line && unused.delete(line)) {
      ring.push(...line)
      const leaves = aroundEdge(line.at(-1) as Position, bounds)
      const next: { line: Line; at: number } | undefined = entries.find(({ at }) => at >= leaves) ?? entries[0]
      const until = next ? (next.at >= leaves ? next.at : next.at + 4) : leaves
      for (let corner = Math.floor(leaves) + 1; corner < until; corner++) ring.push(corners[corner % 4] as Position)
      line = next?.line
    }
    rings.push([...ring, ring[0] as Position])
  }
  return rings
}
