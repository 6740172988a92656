import { fractal2 } from '../../random/noise.ts'
import { createRandom } from '../../random/random.ts'
import { distance, type Point } from '../geometry/geometry.ts'
import { sampled } from '../geometry/sampled-field.ts'
import type { Terrain } from './terrain.ts'

/** How built-up a place is: about 1 in the two centres, below 0.2 in fields and woods. */
export type Urban = { at(p: Point): number; readonly villages: readonly Point[] }

export function createUrban(seed: number, terrain: Terrain): Urban {
  const villages = findVillages(seed, terrain)
  const at = sampled(terrain.halfWidth, terrain.halfHeight, 40, (p) => {
    const first = 1.05 * Math.exp(-((distance(p, terrain.centre) / 1750) ** 2))
    const second = 0.75 * Math.exp(-((distance(p, terrain.secondCentre) / 1250) ** 2))
    let outer = 0
    for (const v of villages) outer = Math.max(outer, 0.62 * Math.exp(-((distance(p, v) / 520) ** 2)))
    const patchy = 0.16 * fractal2(seed + 81, p[0] / 900, p[1] / 900, 2)
    return Math.max(first, second, outer) + 0.12 * Math.min(first, second) + patchy
  })
  return { villages, at }
}

/** Two outlying settlements, away from the centres and from one another. */
function findVillages(seed: number, terrain: Terrain): Point[] {
  const random = createRandom(seed, 82)
  const found: Point[] = []
  for (let tries = 0; tries < 4000 && found.length < 2; tries++) {
    const p: Point = [random.between(-3600, 3600), random.between(-2700, 2700)]
    const far = distance(p, terrain.centre) > 2500 && distance(p, terrain.secondCentre) > 2000
    if (far && terrain.land(p) > 420 && found.every((q) => distance(p, q) > 1900)) found.push(p)
  }
  return found
}
