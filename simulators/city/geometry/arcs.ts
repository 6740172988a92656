import { areaOf, contains, type Line, type Point, simplify } from './geometry.ts'
import type { Grid } from './raster.ts'

/**
 * Areas out of a raster of labels, without gaps or overlaps: the borders between labels are traced once as arcs
 * (from junction to junction), smoothed once, and shared by the areas on both sides.
 */
export type Arc = { left: number; right: number; line: Line; from: number; to: number }
/** Rings in metres, not closed: outer first, holes after it. */
export type Polygon = Line[]

export type Shaper = (line: Line, left: number, right: number) => Line

export function traceArcs(g: Grid, labels: Int32Array, shape: Shaper): Arc[] {
  cutDiagonals(g, labels)
  const w = g.width + 1
  const label = (i: number, j: number) =>
    i < 0 || j < 0 || i >= g.width || j >= g.height ? 0 : (labels[j * g.width + i] as number)
  const corner = (k: number): Point => [g.left + (k % w) * g.cell, g.bottom + Math.floor(k / w) * g.cell]
  // from a corner one can go east, north, west, south: the cells to the left and right of that step
  const sides = (k: number, d: number): [number, number] => {
    const [i, j] = [k % w, Math.floor(k / w)]
    if (d === 0) return [label(i, j), label(i, j - 1)]
    if (d === 1) return [label(i - 1, j), label(i, j)]
    if (d === 2) return [label(i - 1, j - 1), label(i - 1, j)]
    return [label(i, j - 1), label(i - 1, j - 1)]
  }
  const steps = [1, w, -1, -w]
  const exits = (k: number) =>
    [0, 1, 2, 3].filter((d) => {
      const [l, r] = sides(k, d)
      return l !== r
    })
  // most corners lie inside an area: looked at quickly, they need no list of exits
  const plain = (k: number): boolean => {
    const [i, j] = [k % w, Math.floor(k / w)]
    if (i === 0 || j === 0 || i === g.width || j === g.height) return false
    const at = j * g.width + i
    const a = labels[at]
    return a === labels[at - 1] && a === labels[at - g.width] && a === labels[at - g.width - 1]
  }
  const seen = new Set<number>()
  const arcs: Arc[] = []
  const follow = (start: number, first: number) => {
    let at = start
    let d = first
    const [left, right] = sides(start, first)
    const line: Line = [corner(start)]
    for (;;) {
      seen.add(at * 4 + d)
      at += steps[d] as number
      seen.add(at * 4 + ((d + 2) % 4))
      line.push(corner(at))
      const out = exits(at)
      if (out.length !== 2 || at === start) break
      d = out.find((x) => x !== (d + 2) % 4) as number
    }
    arcs.push({ left, right, from: start, to: at, line: shape(line, left, right) })
  }
  const total = w * (g.height + 1)
  for (const junctionsOnly of [true, false]) {
    for (let k = 0; k < total; k++) {
      if (plain(k)) continue
      const out = exits(k)
      if (out.length === 0 || (junctionsOnly && out.length === 2)) continue
      for (const d of out) if (!seen.has(k * 4 + d)) follow(k, d)
    }
  }
  return arcs
}

/** Two cells that touch only at a corner would make an area that touches itself: one of them changes its label. */
function cutDiagonals(g: Grid, labels: Int32Array): void {
  for (let pass = 0; pass < 6; pass++) {
    let changed = 0
    for (let j = 0; j + 1 < g.height; j++) {
      for (let i = 0; i + 1 < g.width; i++) {
        const k = j * g.width + i
        const [a, b, c, d] = [labels[k], labels[k + 1], labels[k + g.width], labels[k + g.width + 1]] as [
          number,
          number,
          number,
          number,
        ]
        if (a === d && b !== a && c !== a) {
          labels[k + 1] = a
          changed++
        } else if (b === c && a !== b && d !== b) {
          labels[k] = b
          changed++
        }
      }
    }
    if (changed === 0) return
  }
}

/** The polygons of the cells whose label `inside` admits, largest first. */
export function assemble(arcs: readonly Arc[], inside: (label: number) => boolean): Polygon[] {
  const starts = new Map<number, Arc[]>()
  for (const arc of arcs) {
    const [l, r] = [inside(arc.left), inside(arc.right)]
    if (l === r) continue
    const directed = l
      ? arc
      : { ...arc, line: [...arc.line].reverse(), from: arc.to, to: arc.from, left: arc.right, right: arc.left }
    const list = starts.get(directed.from)
    if (list) list.push(directed)
    else starts.set(directed.from, [directed])
  }
  const rings: Line[] = []
  for (const list of starts.values()) {
    for (let first = list.pop(); first; first = list.pop()) rings.push(closeRing(starts, first))
  }
  return nest(rings)
}
function closeRing(starts: Map<number, Arc[]>, first: Arc): Line {
  const ring: Line = first.line.slice(0, -1)
  let at = first.to
  while (at !== first.from) {
    const next = starts.get(at)?.pop()
    if (!next) break
    ring.push(...next.line.slice(0, -1))
    at = next.to
  }
  return ring
}
function nest(rings: readonly Line[]): Polygon[] {
  const outer = rings.filter((ring) => ring.length > 2 && areaOf(ring) > 0).sort((a, b) => areaOf(b) - areaOf(a))
  const polygons: Polygon[] = outer.map((ring) => [ring])
  for (const hole of rings) {
    if (hole.length < 3 || areaOf(hole) >= 0) continue
    // the smallest outer ring around it owns the hole
    const owner = polygons.filter((p) => contains([p[0] as Line], hole[0] as Point)).at(-1)
    owner?.push(hole)
  }
  return polygons
}

/** Pixel steps made into a line a person could have drawn: averaged, then thinned. */
export function smooth(line: Line, passes: number, tolerance: number): Line {
  const closed = line.length > 3 && samePoint(line[0] as Point, line.at(-1) as Point)
  let at = line
  for (let pass = 0; pass < passes; pass++) at = average(at, closed)
  if (!closed) return simplify(at, tolerance)
  // a loop has no ends to hold: thin its two halves
  const middle = Math.floor(at.length / 2)
  return [...simplify(at.slice(0, middle + 1), tolerance).slice(0, -1), ...simplify(at.slice(middle), tolerance)]
}
const samePoint = (a: Point, b: Point): boolean => a[0] === b[0] && a[1] === b[1]
function average(line: Line, closed: boolean): Line {
  const n = line.length
  const at = (i: number) => line[closed ? (i + n - 1) % (n - 1) : i] as Point
  const out: Line = line.map((p, i) => {
    if (!closed && (i === 0 || i === n - 1)) return p
    const [a, b] = [at(i - 1), at(i + 1)]
    return [(a[0] + 2 * p[0] + b[0]) / 4, (a[1] + 2 * p[1] + b[1]) / 4]
  })
  if (closed) out[n - 1] = out[0] as Point
  return out
}
