import type { Point } from '../geometry/geometry.ts'
import type { CityPlan, District } from '../plan/city-plan.ts'

/** A Thing as it goes into things.csv. `geometry` is a line in metres for what watches a stretch of street. */
export type NewThing = {
  key: string
  name: string
  domain: 'air' | 'weather' | 'energy' | 'mobility' | 'connectivity' | 'noise' | 'water'
  kind: string
  grade: 'reference' | 'indicative' | 'low_cost' | 'unknown'
  device?: string
  at?: Point
  line?: Point[]
  interval: number
  attributes: Record<string, string | number | boolean>
}

export const numbered = (prefix: string, n: number): string => `${prefix}-${String(n).padStart(3, '0')}`

/** The district a place lies in; on a street at its border, whichever cell it falls into. */
export function districtAt(plan: CityPlan, [x, y]: Point): District | undefined {
  const { grid, labels } = plan.division
  const i = Math.floor((x - grid.left) / grid.cell)
  const j = Math.floor((y - grid.bottom) / grid.cell)
  return plan.districts[(labels[j * grid.width + i] ?? 0) - 1]
}

/** Picks places one by one, each as far as can be from those before among a few candidates (Mitchell, 1991). */
export function spreadOut<T>(candidates: readonly T[], at: (c: T) => Point, count: number, draw: () => number): T[] {
  const chosen: T[] = []
  if (candidates.length === 0) return chosen
  while (chosen.length < Math.min(count, candidates.length)) {
    let best: T | undefined
    let most = -1
    for (let k = 0; k < 24; k++) {
      const c = candidates[Math.floor(draw() * candidates.length)] as T
      if (chosen.includes(c)) continue
      const [x, y] = at(c)
      const d = chosen.reduce((least, other) => Math.min(least, Math.hypot(at(other)[0] - x, at(other)[1] - y)), 1e9)
      if (d > most) {
        most = d
        best = c
      }
    }
    if (best !== undefined) chosen.push(best)
  }
  return chosen
}
