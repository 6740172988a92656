import { distance, type Point } from '../geometry/geometry.ts'
import type { CityPlan } from '../plan/city-plan.ts'
import { districtAt } from './placement.ts'

/** A place on dry land: metres to the next water, and the label of its district. */
export type Spot = { readonly at: Point; readonly shore: number; readonly district: number }

const STEP = 25
/** A building keeps this distance: half of a house and a path. */
const CLEAR = 22

/** Places on a lattice that lie in a district. */
export function spotsOnLand(plan: CityPlan): Spot[] {
  const out: Spot[] = []
  for (let x = -plan.terrain.halfWidth; x < plan.terrain.halfWidth; x += STEP) {
    for (let y = -plan.terrain.halfHeight; y < plan.terrain.halfHeight; y += STEP) {
      const at: Point = [x, y]
      const shore = plan.terrain.land(at)
      const district = shore > 6 ? districtAt(plan, at)?.label : undefined
      if (district !== undefined && isInside(plan, at, district)) out.push({ at, shore, district })
    }
  }
  return out
}

/** Borders are drawn smoother than the cells they come from; what stands at one could end up on its other side. */
const isInside = (plan: CityPlan, [x, y]: Point, district: number): boolean =>
  [-STEP, STEP].every((d) =>
    [districtAt(plan, [x + d, y]), districtAt(plan, [x, y + d])].every(
      (other) => (other?.label ?? district) === district,
    ),
  )

/** The spot nearest to a place where nothing is built. */
export function openSpot(plan: CityPlan, spots: readonly Spot[], to: Point): Spot {
  const open = [...spots]
    .sort((a, b) => distance(a.at, to) - distance(b.at, to))
    .find(({ at }) => plan.buildings.every(({ centre }) => distance(centre, at) > CLEAR))
  const spot = open ?? spots[0]
  if (!spot) throw new Error(`no spot to choose from near ${to}`)
  return spot
}
