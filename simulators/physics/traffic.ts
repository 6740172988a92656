import { distance, type Point } from '../city/geometry/geometry.ts'
import { noise1 } from '../random/noise.ts'
import { hash01 } from '../random/random.ts'
import type { SimThing } from '../world/world.ts'
import { bump, type Clock, type LocalTime } from './clock.ts'
import type { WeatherAt } from './weather.ts'

/**
 * Traffic on a street: demand by hour and weekday against capacity; travel time by the BPR function
 * t = t0 (1 + 0.15 (v/c)^4) (Bureau of Public Roads, Traffic Assignment Manual, 1964).
 */
export const bpr = (volumeOverCapacity: number): number => 1 + 0.15 * volumeOverCapacity ** 4

export type StreetState = {
  /** vehicles an hour that pass */
  flow: number
  /** demand over capacity */
  ratio: number
  /** travel time over free-flow travel time, 1 or more */
  delay: number
}
export type Traffic = {
  at(thing: SimThing, ms: number): StreetState
  /** city-wide level of traffic, 0 to about 1 */
  level(ms: number): number
}

const CLASSES: Readonly<Record<string, { capacity: number; busy: number }>> = {
  arterial: { capacity: 1650, busy: 1.42 },
  collector: { capacity: 850, busy: 1.02 },
  local: { capacity: 450, busy: 0.5 },
}

/** Share of the peak-hour demand: two rushes on working days, one long noon at the weekend, little at night. */
export function profile({ hour, weekday }: LocalTime): number {
  if (weekday === 0 || weekday === 6) {
    const scale = weekday === 0 ? 0.62 : 0.74
    return 0.06 + scale * (0.9 * bump(hour, 12.6, 3) + 0.45 * bump(hour, 19, 2.4))
  }
  const friday = weekday === 5 ? 0.08 : 0
  return (
    0.05 +
    0.86 * bump(hour, 8.3, 0.95) +
    0.5 * bump(hour, 12.9, 2.6) +
    (0.85 + friday) * bump(hour, 17.9, 1.35) +
    0.16 * bump(hour, 21, 2)
  )
}

export function createTraffic(seed: number, clock: Clock, weather: WeatherAt): Traffic {
  const level = (ms: number) => profile(clock(ms))
  return {
    level,
    at: (thing, ms) => {
      const local = clock(ms)
      const { capacity, busy } = CLASSES[thing.attributes['streetClass'] ?? ''] ?? { capacity: 850, busy: 1.02 }
      const centre = 0.78 + 0.3 * Math.exp(-((Math.hypot(thing.at[0], thing.at[1]) / 1900) ** 2))
      const own = 0.72 + 0.5 * hash01(thing.seed, 1)
      const wave = 1 + 0.07 * noise1(thing.seed, local.day + 0.5) + 0.07 * noise1(thing.seed + 1, ms / 1_500_000)
      const rain = weather(ms).rain > 0.3 ? 1.05 : 1
      const demand = profile(local) * busy * centre * own * wave * rain + eventDemand(seed, thing.at, local)
      const open = incident(thing.seed, local) ? 0.62 : 1
      const ratio = demand / open
      return { flow: capacity * Math.min(demand, open * 1.08), ratio, delay: bpr(Math.min(ratio, 1.9)) }
    },
  }
}

/** About one evening in eight something is on somewhere: a match, a market, a concert. */
function eventDemand(seed: number, at: Point, { day, hour }: LocalTime): number {
  if (hash01(seed, 401, day) > 0.125) return 0
  const place: Point = [4200 * (hash01(seed, 402, day) - 0.5), 3000 * (hash01(seed, 403, day) - 0.5)]
  return 0.45 * Math.exp(-((distance(at, place) / 900) ** 2)) * (bump(hour, 19.2, 0.5) + bump(hour, 21.9, 0.5))
}

/** One street in sixty loses part of its capacity for an hour or so: roadworks, a breakdown. */
function incident(thingSeed: number, { day, hour, working }: LocalTime): boolean {
  if (hash01(thingSeed, 404, day) > working / 60) return false
  const start = 7 + 11 * hash01(thingSeed, 405, day)
  return hour >= start && hour < start + 0.7 + hash01(thingSeed, 406, day)
}
