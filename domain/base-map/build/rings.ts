import type { Position } from '#model/basics/geo.ts'

export type Line = readonly Position[]

const keyOf = ([lon, lat]: Position): string => `${lon} ${lat}`
const isClosed = (line: Line): boolean =>
  line.length > 3 && keyOf(line[0] as Position) === keyOf(line.at(-1) as Position)

/**
 * Lines joined where one ends and another begins. `direction`: "kept" joins ends to beginnings only, as coasts need it;
 * "free" turns lines around, as rings of areas need it.
 */
export function join(lines: readonly Line[], direction: 'kept' | 'free'): { closed: Line[]; open: Line[] } {
  const waiting = new Map<string, Set<Line>>()
  const ends = (line: Line): string[] => {
    const [first, last] = [keyOf(line[0] as Position), keyOf(line.at(-1) as Position)]
    return direction === 'kept' ? [first] : [first, last]
  }
  const all = lines.filter(({ length }) => length > 1)
  const unused = new Set(all)
  for (const line of all)
    for (const end of ends(line)) waiting.set(end, (waiting.get(end) ?? new Set<Line>()).add(line))
  const take = (at: Position): Line | undefined => {
    const next = [...(waiting.get(keyOf(at)) ?? [])].find((line) => unused.has(line))
    if (!next) return undefined
    unused.delete(next)
    return keyOf(next[0] as Position) === keyOf(at) ? next : next.toReversed()
  }
  const result: { closed: Line[]; open: Line[] } = { closed: [], open: [] }
  for (const line of startsFirst(all, direction)) {
    if (!unused.delete(line)) continue
    const joined = [...line]
    while (!isClosed(joined)) {
      const next = take(joined.at(-1) as Position)
      if (!next) break
      joined.push(...next.slice(1))
    }
    ;(isClosed(joined) ? result.closed : result.open).push(joined)
  }
  return result
}

/** Lines with a direction begin where none ends, so that a chain is found from its beginning. */
function startsFirst(lines: readonly Line[], direction: 'kept' | 'free'): readonly Line[] {
  if (direction === 'free') return lines
  const endings = new Set(lines.map((line) => keyOf(line.at(-1) as Position)))
  const begins = (line: Line): boolean => !endings.has(keyOf(line[0] as Position))
  return [...lines.filter(begins), ...lines.filter((line) => !begins(line))]
}

/** Twice the area of a ring in square degrees; positive when it runs counter-clockwise. */
export const signedArea = (ring: Line): number =>
  ring.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length] as Position
    return sum + x * nextY - nextX * y
  }, 0)

export function contains(ring: Line, [x, y]: Position): boolean {
  let inside = false
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
    const [ax, ay] = ring[at] as Position
    const [bx, by] = ring[before] as Position
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

/** Polygons of a multipolygon: each outer ring with the holes in it. Holes in no outer ring are left out. */
export function polygonsOf(outer: readonly Line[], inner: readonly Line[]): Line[][] {
  const polygons = outer.map((ring) => [ring])
  for (const hole of inner) {
    const around = polygons
      .filter(([ring]) => ring && contains(ring, hole[0] as Position))
      .toSorted(([a = []], [b = []]) => Math.abs(signedArea(a)) - Math.abs(signedArea(b)))[0]
    around?.push(hole)
  }
  return polygons
}
