import { MINUTE_MS } from '#model/basics/durations.ts'
import { hashGauss } from '../random/random.ts'
import type { SimThing } from '../world/world.ts'
import type { Clock } from './clock.ts'
import type { Traffic } from './traffic.ts'

/** Heavy vehicles, per cent of all: the simulated streets are those of a town. */
const HEAVY = 5
/** What a row of houses takes away between a street and what lies behind. */
const SCREEN_DB = 8
/** LAeq of road traffic is about 3 dB below its L10. */
const L10_ABOVE_LAEQ = 3

/**
 * L10 over an hour at 13.5 m from the source line, dB(A): Calculation of Road Traffic Noise (UK Department of Transport, 1988),
 * charts 3 and 4: 42.2 + 10 lg q, corrected for mean speed and heavy vehicles.
 */
export const trafficL10 = (flow: number, speedKmh: number, heavyPercent: number): number =>
  42.2 +
  10 * Math.log10(flow) +
  33 * Math.log10(speedKmh + 40 + 500 / speedKmh) +
  10 * Math.log10(1 + (5 * heavyPercent) / speedKmh) -
  68.8

export type Sound = {
  /** LAeq in dB(A) */
  level(thing: SimThing, ms: number): number
}

/** Traffic spreads as a line source, 10 lg of the distance; voices, wind and the sea are there without it. */
export function createSound(clock: Clock, traffic: Traffic): Sound {
  return {
    level: (thing, ms) => {
      const { flow, delay } = traffic.at(thing, ms)
      const speed = (thing.attributes['streetClass'] === 'arterial' ? 50 : 40) / delay
      const away = Math.max(4, Number(thing.attributes['distanceM'] || 20))
      const screen = thing.attributes['screened'] === 'true' ? SCREEN_DB : 0
      const road = trafficL10(Math.max(1, flow), speed, HEAVY) - L10_ABOVE_LAEQ - 10 * Math.log10(away / 13.5) - screen
      const { hour } = clock(ms)
      const other = hour >= 7 && hour < 23 ? 43 : 35
      const energy = 10 ** (road / 10) + 10 ** (other / 10)
      return 10 * Math.log10(energy) + 0.8 * hashGauss(thing.seed, 91, Math.floor(ms / MINUTE_MS))
    },
  }
}
