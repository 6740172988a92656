import { fractal2 } from '../../random/noise.ts'
import { distance } from '../geometry/geometry.ts'
import type { District } from './city-plan.ts'
import type { Block } from './districts.ts'
import type { NamedDistrict } from './naming.ts'
import type { Terrain } from './terrain.ts'

export const POPULATION = 60_480

/**
 * People by block (density follows how built-up it is), summed to districts; household size and income by district.
 * Income is smooth in space: higher by the sea and on the near hills, lower by the works and at the far end.
 */
export function assignPeople(
  seed: number,
  named: readonly NamedDistrict[],
  blocks: readonly Block[],
  terrain: Terrain,
): { districts: District[]; blocks: (Block & { population: number })[] } {
  const weights = blocks.map((b) =>
    b.urban < 0.16 ? b.areaM2 * 0.0006 : Math.min(b.areaM2, 45_000) * Math.min(1.15, b.urban) ** 1.55 * 0.02,
  )
  const people = share(POPULATION, weights)
  const peopled = blocks.map((block, i) => ({ ...block, population: people[i] as number }))
  const far = [...named].sort((a, b) => distance(b.centre, terrain.centre) - distance(a.centre, terrain.centre))[0]
  const wealthRaw = named.map((d) => {
    const seaside = Math.exp(-Math.max(0, terrain.land(d.centre)) / 500)
    const smooth = fractal2(seed + 111, d.centre[0] / 2600, d.centre[1] / 2600, 2)
    return 0.5 + 0.16 * seaside + 0.75 * smooth + (d === far ? -0.9 : 0) + (d.character === 'second' ? -0.22 : 0)
  })
  const [low, high] = [Math.min(...wealthRaw), Math.max(...wealthRaw)]
  const districts = named.map((d, i) => {
    const wealth = Math.round((((wealthRaw[i] as number) - low) / (high - low)) * 1000) / 1000
    const population = peopled.filter((b) => b.district === d.label).reduce((sum, b) => sum + b.population, 0)
    const size = 2.05 + 0.55 * (d.character === 'outer' ? 1 : d.character === 'inland' ? 0.7 : 0.25) - 0.1 * wealth
    return {
      ...d,
      wealth,
      population,
      households: Math.round(population / size),
      income: Math.round((11_400 + 13_800 * wealth ** 1.15) / 10) * 10,
    }
  })
  return { districts, blocks: peopled }
}

/** Whole numbers in proportion to the weights that sum to the total (largest remainders). */
export function share(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  const exact = weights.map((w) => (total * w) / sum)
  const out = exact.map(Math.floor)
  const rest = total - out.reduce((a, b) => a + b, 0)
  const order = exact.map((e, i) => ({ i, r: e - Math.floor(e) })).sort((a, b) => b.r - a.r || a.i - b.i)
  for (const { i } of order.slice(0, rest)) out[i] = (out[i] as number) + 1
  return out
}
