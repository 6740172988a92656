import { HOUR_SECONDS } from '#model/basics/durations.ts'
import { createRandom } from '../../random/random.ts'
import type { CityPlan } from '../plan/city-plan.ts'
import { airThings, weatherThings } from './air.ts'
import { connectivityThings, fieldProbes } from './connectivity.ts'
import { energyThings } from './energy.ts'
import { carStations, mobilityThings } from './mobility.ts'
import { noiseThings } from './noise.ts'
import type { NewThing } from './placement.ts'
import { waterThings } from './water.ts'

export function createThings(plan: CityPlan): NewThing[] {
  const random = createRandom(plan.seed, 201)
  const things = [
    ...airThings(plan, random),
    ...weatherThings(plan, random),
    ...energyThings(plan, random),
    ...mobilityThings(plan, random),
    ...connectivityThings(plan, random),
    ...noiseThings(plan, createRandom(plan.seed, 202)),
    ...waterThings(plan),
    ...carStations(plan, createRandom(plan.seed, 203)),
  ]
  return [...things, ...fieldProbes(things)].map((thing) => ({
    ...thing,
    interval: SLOW[thing.kind] ?? thing.interval,
  }))
}

/** Seconds between readings of what changes slowly; the others promise a reading every quarter of an hour. */
const SLOW: Readonly<Record<string, number>> = {
  building: 1800,
  bike_dock: 1800,
  car_station: 1800,
  bike_counter: HOUR_SECONDS,
  mast: HOUR_SECONDS,
  wifi_hotspot: HOUR_SECONDS,
  field_probe: HOUR_SECONDS,
}
