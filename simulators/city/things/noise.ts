import type { Random } from '../../random/random.ts'
import { distance, type Point, walk } from '../geometry/geometry.ts'
import type { Building, CityPlan, Street } from '../plan/city-plan.ts'
import { districtAt, type NewThing, numbered, spreadOut } from './placement.ts'

/** Sound level meters: half at the kerb of main streets, half on houses behind the first row. */
export function noiseThings(plan: CityPlan, random: Random): NewThing[] {
  const main = plan.streets
    .filter((s) => s.class !== 'local')
    .flatMap((street) => walk(street.line, 60, 30).map(({ at }): Spot => ({ at, street })))
    .filter(({ at }) => plan.terrain.land(at) > 15)
  const draw = () => random.next()
  const kerbs = spreadOut(main, ({ at }) => at, 6, draw).map(({ at, street }) => meter(at, street, 12, false))
  const houses = plan.buildings.filter((b) => b.use !== 'works' && plan.urban.at(b.centre) > 0.3)
  const behind = spreadOut(
    houses.flatMap((house) => behindMain(house, main)),
    ({ at }) => at,
    6,
    draw,
  ).map(({ at, street, away }) => meter(at, street, Math.round(away), true))
  return [...kerbs, ...behind].map((one, i) => ({
    ...one,
    key: numbered('noise', i + 1),
    name: `${districtAt(plan, one.at)?.name ?? 'Bridge'} sound level meter ${i + 1}`,
    device: `things-stack/noise-${String(i + 1).padStart(2, '0')}`,
  }))
}

type Spot = { readonly at: Point; readonly street: Street }

/** The nearest main street makes most of the noise of a house, if it is not at the kerb and not out of earshot. */
function behindMain({ centre }: Building, main: readonly Spot[]): (Spot & { away: number })[] {
  let street: Street | undefined
  let away = Number.POSITIVE_INFINITY
  for (const spot of main) {
    const d = distance(centre, spot.at)
    if (d >= away) continue
    away = d
    street = spot.street
  }
  return street && away > 50 && away < 220 ? [{ at: centre, street, away }] : []
}

const meter = (at: Point, street: Street, distanceM: number, screened: boolean) => ({
  domain: 'noise' as const,
  kind: 'sound_meter',
  grade: 'indicative' as const,
  at,
  interval: 900,
  attributes: { streetClass: street.class, distanceM, screened },
})
