import { fractal2 } from '../../random/noise.ts'
import { createRandom } from '../../random/random.ts'
import { distance, type Point, walk } from '../geometry/geometry.ts'
import { slopeAngle, type Way } from './arterials.ts'
import type { Terrain } from './terrain.ts'

/**
 * The direction streets want to run at any place: a tensor field (Chen et al., "Interactive procedural street modeling",
 * SIGGRAPH 2008). Directions are kept as double angles, so that north and south are the same direction and sums work.
 */
export type Field = { angleAt(p: Point): number }

const CELL = 40

export function createField(seed: number, terrain: Terrain, ways: readonly Way[]): Field {
  const width = Math.ceil((2 * terrain.halfWidth) / CELL) + 1
  const height = Math.ceil((2 * terrain.halfHeight) / CELL) + 1
  const cos = new Float64Array(width * height)
  const sin = new Float64Array(width * height)
  const base = createBase(seed, terrain)
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const [c, s] = base([i * CELL - terrain.halfWidth, j * CELL - terrain.halfHeight])
      cos[j * width + i] = c
      sin[j * width + i] = s
    }
  }
  followRoads(ways, terrain, width, height, cos, sin)
  return {
    angleAt: ([x, y]) => {
      const u = (x + terrain.halfWidth) / CELL
      const v = (y + terrain.halfHeight) / CELL
      const at = Math.floor(v) * width + Math.floor(u)
      const [fu, fv] = [u - Math.floor(u), v - Math.floor(v)]
      const mix = (f: Float64Array) =>
        ((f[at] ?? 1) * (1 - fu) + (f[at + 1] ?? 1) * fu) * (1 - fv) +
        ((f[at + width] ?? 1) * (1 - fu) + (f[at + width + 1] ?? 1) * fu) * fv
      return Math.atan2(mix(sin), mix(cos)) / 2
    },
  }
}

/** Quarters with grids of their own, rings around the founding place, and streets along the shore. */
function createBase(seed: number, terrain: Terrain): (p: Point) => [number, number] {
  const random = createRandom(seed, 51)
  const quarters = Array.from({ length: 9 }, () => ({
    at: [random.between(-3000, 3000), random.between(-2200, 2200)] as Point,
    angle: random.between(0, Math.PI / 2),
    reach: random.between(600, 1000),
  }))
  return (p) => {
    let c = 0
    let s = 0
    const add = (angle: number, weight: number) => {
      c += weight * Math.cos(2 * angle)
      s += weight * Math.sin(2 * angle)
    }
    add(0.3 + 0.9 * fractal2(seed + 52, p[0] / 2400, p[1] / 2400, 1), 0.15)
    for (const q of quarters) add(q.angle, Math.exp(-((distance(p, q.at) / q.reach) ** 2)))
    const d = distance(p, terrain.centre)
    add(Math.atan2(p[1] - terrain.centre[1], p[0] - terrain.centre[0]), 2.2 * Math.exp(-((d / 700) ** 2)))
    add(slopeAngle(terrain.land, p), 1.6 * Math.exp(-Math.max(0, terrain.land(p)) / 170))
    return [c, s]
  }
}

/** Near an arterial, streets run along it or square to it. */
function followRoads(
  ways: readonly Way[],
  terrain: Terrain,
  width: number,
  height: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const turn = (i: number, j: number, heading: number, weight: number) => {
    if (i < 0 || j < 0 || i >= width || j >= height) return
    // whichever of the two families is nearer to the road turns to it
    const k = j * width + i
    const base = Math.atan2(sin[k] ?? 0, cos[k] ?? 1) / 2
    const square = Math.abs(Math.cos(heading - base)) < Math.SQRT1_2 ? heading + Math.PI / 2 : heading
    cos[k] = (cos[k] ?? 0) + weight * Math.cos(2 * square)
    sin[k] = (sin[k] ?? 0) + weight * Math.sin(2 * square)
  }
  const reach = 4
  for (const { at, heading } of ways.flatMap((way) => walk(way.line, CELL))) {
    const i0 = Math.round((at[0] + terrain.halfWidth) / CELL)
    const j0 = Math.round((at[1] + terrain.halfHeight) / CELL)
    for (let dj = -reach; dj <= reach; dj++) {
      for (let di = -reach; di <= reach; di++) turn(i0 + di, j0 + dj, heading, 1.3 * Math.exp(-(di * di + dj * dj) / 5))
    }
  }
}
