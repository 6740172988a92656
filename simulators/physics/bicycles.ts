import { noise1 } from '../random/noise.ts'
import { hash01, hashGauss } from '../random/random.ts'
import type { SimThing } from '../world/world.ts'
import { bump, type Clock } from './clock.ts'
import type { WeatherAt } from './weather.ts'

export type Bicycles = {
  dock(thing: SimThing, ms: number): { bikes_available: number; docks_available: number }
  /** bicycles an hour past a counter */
  flow(thing: SimThing, ms: number): number
}

/**
 * Shared bicycles move to the centre in the morning and home in the evening: a dock fills or empties with the tide of
 * commuting, by how central it is. Tides are taken about their mean over all docks, so bicycles are nearly conserved.
 */
export function createBicycles(things: readonly SimThing[], clock: Clock, weather: WeatherAt): Bicycles {
  const docks = things.filter((t) => t.kind === 'bike_dock')
  const pull = new Map(
    docks.map((t) => [
      t.key,
      Math.exp(-((Math.hypot(t.at[0], t.at[1]) / 1500) ** 2)) + 0.25 * (hash01(t.seed, 31) - 0.5),
    ]),
  )
  const capacity = (t: SimThing) => Number(t.attributes['capacity'] || 20)
  const places = docks.reduce((sum, t) => sum + capacity(t), 0)
  const mean = docks.reduce((sum, t) => sum + (pull.get(t.key) ?? 0) * capacity(t), 0) / Math.max(1, places)
  return {
    dock: (thing, ms) => {
      const { hour, working, day } = clock(ms)
      const work = bump(hour, 12.8, 3.1) * (working === 1 ? 1 : 0.35)
      const fine = 1 - 0.4 * Math.min(1, weather(ms).rain)
      const tide = ((pull.get(thing.key) ?? mean) - mean) * (1.5 * work - 0.35) * fine
      const wander = 0.15 * noise1(thing.seed, ms / 5_400_000) + 0.06 * noise1(thing.seed + 1, ms / 1_100_000)
      const size = capacity(thing)
      const broken = hash01(thing.seed, 32, day) < 0.08 ? 1 : 0
      const bikes = Math.round(Math.min(size - broken, Math.max(0, size * (0.5 + tide + wander))))
      return { bikes_available: bikes, docks_available: size - broken - bikes }
    },
    flow: (thing, ms) => {
      const { hour, weekday } = clock(ms)
      const w = weather(ms)
      const weekend = weekday === 0 || weekday === 6
      const shape = weekend
        ? 0.04 + 0.75 * bump(hour, 12, 2.8) + 0.4 * bump(hour, 17.5, 2)
        : 0.03 + bump(hour, 8.2, 0.8) + 0.35 * bump(hour, 13, 2) + 0.9 * bump(hour, 17.8, 1.2)
      const fair =
        Math.max(0.15, 1 - 0.6 * Math.min(1, w.rain) - 0.03 * Math.max(0, w.windSpeed - 7)) *
        Math.min(1.15, 0.55 + w.temperature / 32)
      return (70 + 260 * hash01(thing.seed, 33)) * shape * fair
    },
  }
}

/** A whole number of passers-by: the mean with the scatter of a Poisson count. */
export function count(mean: number, ...noise: number[]): number {
  return Math.max(0, Math.round(mean + Math.sqrt(Math.max(0, mean)) * hashGauss(...noise)))
}
