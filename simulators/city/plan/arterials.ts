import { fractal1 } from '../../random/noise.ts'
import { createRandom } from '../../random/random.ts'
import { distance, type Line, type Point } from '../geometry/geometry.ts'
import type { Terrain } from './terrain.ts'

export type StreetClass = 'arterial' | 'collector' | 'local'
export type Way = { line: Line; class: StreetClass; role: string; bridge: boolean }

/** The old roads of the city: two rings, radials out of the founding place, and a boulevard along the harbour. */
export function createArterials(seed: number, terrain: Terrain): Way[] {
  const ways: Way[] = []
  const add = (role: string, line: Line) => {
    for (const run of dryRuns(terrain, line))
      ways.push({ line: run, class: 'arterial', role, bridge: crosses(terrain, run) })
  }
  add('inner ring', ring(seed + 31, terrain.centre, 640, 0.16))
  add('outer ring', ring(seed + 32, [terrain.centre[0] * 0.3, terrain.centre[1] * 0.3], 1780, 0.14))
  for (const [i, angle] of radialAngles(seed).entries()) add('radial', radial(seed + 40 + i, terrain, angle))
  add('link', link(seed, terrain))
  for (const side of [1, -1]) add('boulevard', boulevard(terrain, side))
  return ways
}

function radialAngles(seed: number): number[] {
  const random = createRandom(seed, 33)
  const count = 7
  const first = random.between(0, Math.PI)
  return Array.from({ length: count }, (_, i) => first + ((i + random.between(-0.22, 0.22)) * 2 * Math.PI) / count)
}

function ring(seed: number, centre: Point, radius: number, wobble: number): Line {
  const n = Math.round((2 * Math.PI * radius) / 30)
  return Array.from({ length: n + 1 }, (_, k) => {
    const angle = (2 * Math.PI * (k % n)) / n
    // noise read along a circle, so that the ring closes
    const r =
      radius *
      (1 + wobble * (fractal1(seed, 2 * Math.cos(angle) + 9, 2) + fractal1(seed + 5, 2 * Math.sin(angle) + 9, 2)))
    return [centre[0] + r * Math.cos(angle), centre[1] + r * Math.sin(angle)] as Point
  })
}

/** Walks outwards from the centre; crosses the river square to it, bends with the land, ends before the shore. */
function radial(seed: number, terrain: Terrain, angle: number): Line {
  const step = 25
  let at: Point = [terrain.centre[0] + 110 * Math.cos(angle), terrain.centre[1] + 110 * Math.sin(angle)]
  const line: Line = [at]
  for (let k = 0; k < 220; k++) {
    const bend = 0.55 * fractal1(seed, k / 30, 2)
    const heading = steerAtRiver(terrain, at, angle + bend)
    const next: Point = [at[0] + step * Math.cos(heading), at[1] + step * Math.sin(heading)]
    if (terrain.shore(next) < 85) break
    line.push(next)
    at = next
  }
  return line
}
function steerAtRiver(terrain: Terrain, at: Point, heading: number): number {
  const bank = terrain.bank(at)
  if (bank > 140) return heading
  const across = slopeAngle(terrain.bank, at)
  const off = Math.cos(heading - across)
  // nearly along the river: keep to the bank; otherwise straight over
  if (Math.abs(off) < 0.55 && bank > 30) return across + (Math.sin(heading - across) > 0 ? 1 : -1) * 1.45
  return off >= 0 ? across : across + Math.PI
}
/** Direction in which a field rises, in radians. */
export function slopeAngle(field: (p: Point) => number, [x, y]: Point): number {
  const h = 6
  return Math.atan2(field([x, y + h]) - field([x, y - h]), field([x + h, y]) - field([x - h, y]))
}

/** From the founding place over the old bridge to the other bank's centre and on towards the far shore. */
function link(seed: number, terrain: Terrain): Line {
  const [a, b] = [terrain.centre, terrain.secondCentre]
  const heading = Math.atan2(b[1] - a[1], b[0] - a[0])
  const line: Line = []
  for (let s = 0; s < 4200; s += 25) {
    const sway = s < distance(a, b) ? 0 : 260 * fractal1(seed + 77, (s - distance(a, b)) / 700, 2)
    const p: Point = [
      a[0] + s * Math.cos(heading) - sway * Math.sin(heading),
      a[1] + s * Math.sin(heading) + sway * Math.cos(heading),
    ]
    if (s > 900 && terrain.shore(p) < 85) break
    line.push(p)
  }
  return line
}

/** Follows the shore of the harbour at 75 m from the quay, away from the founding place. */
function boulevard(terrain: Terrain, side: number): Line {
  let at = terrain.centre
  for (let k = 0; k < 400 && terrain.land(at) > 75; k++) {
    const down = slopeAngle(terrain.shore, at) + Math.PI
    at = [at[0] + 10 * Math.cos(down), at[1] + 10 * Math.sin(down)]
  }
  const line: Line = [at]
  for (let k = 0; k < 130; k++) {
    const up = slopeAngle(terrain.land, at)
    const drift = Math.max(-0.6, Math.min(0.6, (75 - terrain.land(at)) / 60))
    const heading = up + side * (Math.PI / 2 - drift)
    at = [at[0] + 20 * Math.cos(heading), at[1] + 20 * Math.sin(heading)]
    if (terrain.bank(at) < 70 && k > 5) break
    line.push(at)
  }
  return line
}

/** Cuts a road where it would run through water for longer than a bridge of 280 m. */
function dryRuns(terrain: Terrain, line: Line): Line[] {
  const runs: Line[] = []
  let run: Line = []
  let wet: Line = []
  const finish = () => {
    if (run.length > 8) runs.push(run)
    run = []
    wet = []
  }
  for (const p of line) {
    if (terrain.land(p) > 12) {
      if (run.length > 0) run.push(...wet)
      wet = []
      run.push(p)
    } else {
      wet.push(p)
      if (wet.length * 25 > 280 || terrain.shore(p) < 10) finish()
    }
  }
  finish()
  return runs
}
const crosses = (terrain: Terrain, line: Line): boolean => line.some((p) => terrain.bank(p) < 0)
