import { noise1 } from '../random/noise.ts'
import type { SimThing } from '../world/world.ts'
import { bump, type Clock } from './clock.ts'
import type { WeatherAt } from './weather.ts'

export type CarSharing = {
  /** vehicles that stand at a station */
  available(station: SimThing, ms: number): number
}

/**
 * Cars are brought back to where they were taken. They are out for errands after work and for trips at the weekend, more so
 * when it rains, and nearly all of them stand at night.
 */
export const createCarSharing = (clock: Clock, weather: WeatherAt): CarSharing => ({
  available: (station, ms) => {
    const { hour, weekday } = clock(ms)
    const trips =
      weekday === 0 || weekday === 6
        ? 0.75 * bump(hour, 14, 3.6)
        : 0.35 * bump(hour, 10.5, 2.4) + 0.5 * bump(hour, 18, 1.9)
    const out = trips * (1 + 0.2 * Math.min(1, weather(ms).rain)) + 0.14 * noise1(station.seed, ms / 5_400_000)
    const capacity = Number(station.attributes['capacity'] || 4)
    return Math.round(capacity * Math.min(1, Math.max(0, 1 - out)))
  },
})
