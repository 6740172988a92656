import { walk } from '../geometry/geometry.ts'
import type { CityPlan } from '../plan/city-plan.ts'
import { districtAt } from './placement.ts'

const STEP = 20

/** Kilometres of streets in each district, by its key; pipes follow streets. */
export function streetKm(plan: CityPlan): ReadonlyMap<string, number> {
  const km = new Map<string, number>()
  for (const { line } of plan.streets) {
    for (const { at } of walk(line, STEP, STEP / 2)) {
      const key = districtAt(plan, at)?.key
      if (key !== undefined) km.set(key, (km.get(key) ?? 0) + STEP / 1000)
    }
  }
  return km
}
