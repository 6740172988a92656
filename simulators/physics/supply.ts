import { DAY_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { hash01, hashGauss } from '../random/random.ts'
import { type SimThing, turnOf } from '../world/world.ts'
import { type Cut, METER_EPOCH } from './meter.ts'
import type { WeatherAt } from './weather.ts'

/** When customers of a feeder are without electricity. */
export type Supply = {
  /** customers without supply at an instant */
  off(feeder: SimThing, ms: number): number
  /** the instants in [from, to) at which that number changes */
  changes(feeder: SimThing, from: number, to: number): number[]
  /** the share of customers cut off, for each stretch of all days up to that of an instant or later, oldest first */
  cuts(feeder: SimThing, ms: number): readonly Cut[]
}

/** Faults of a feeder on a calm day; about five a year with the wind of the island. */
const DAILY = 0.012
/** One fault in four clears itself: the breaker closes again within two minutes. */
const SHORT = 0.25

/**
 * Faults strike a part of a feeder, in a storm more often (overhead lines: with the cube of the wind). After half an hour
 * about, switching brings back six in ten of those cut off; the others wait for the repair, whose time is log-normal.
 * State is known to the minute in which the feeder speaks, so history and live tell the same instants.
 */
export function createSupply(weather: WeatherAt): Supply {
  const known = new Map<string, { cuts: Cut[]; days: number }>()
  const cuts = (feeder: SimThing, ms: number): readonly Cut[] => {
    let entry = known.get(feeder.key)
    if (!entry) {
      entry = { cuts: [], days: 0 }
      known.set(feeder.key, entry)
    }
    for (const today = Math.floor((ms - METER_EPOCH) / DAY_MS); entry.days <= today; entry.days++)
      entry.cuts.push(...faultOf(feeder, METER_EPOCH + entry.days * DAY_MS, weather))
    return entry.cuts
  }
  const customers = (feeder: SimThing): number => Number(feeder.attributes['customers'] || 0)
  return {
    cuts,
    off: (feeder, ms) => {
      const now = cuts(feeder, ms).find(({ from, to }) => from <= ms && ms < to)
      return Math.round((now?.share ?? 0) * customers(feeder))
    },
    changes: (feeder, from, to) =>
      [...new Set(cuts(feeder, to).flatMap((cut) => [cut.from, cut.to]))].filter((at) => at >= from && at < to),
  }
}

/** The stretches of the fault that begins on a day, if there is one. Never two days in a row: stretches do not overlap. */
function faultOf(feeder: SimThing, day: number, weather: WeatherAt): Cut[] {
  const n = Math.floor(day / DAY_MS)
  const strikes = (date: number): boolean => {
    const storm = 1 + (weather(date + DAY_MS / 2).windSpeed / 9) ** 3
    return hash01(feeder.seed, 601, Math.floor(date / DAY_MS)) < DAILY * storm
  }
  if (!strikes(day) || strikes(day - DAY_MS)) return []
  const minute = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS + turnOf(feeder) * 1000
  const customers = Math.max(1, Number(feeder.attributes['customers'] || 1))
  const hit = Math.max(1, Math.round(customers * (0.05 + 0.6 * hash01(feeder.seed, 602, n) ** 2)))
  const from = minute(day + DAY_MS * hash01(feeder.seed, 603, n))
  if (hash01(feeder.seed, 604, n) < SHORT)
    return [{ from, to: from + (1 + Math.round(hash01(feeder.seed, 605, n))) * MINUTE_MS, share: hit / customers }]
  const switched = minute(from + (15 + 30 * hash01(feeder.seed, 606, n)) * MINUTE_MS)
  const repair = Math.min(600, 75 * Math.exp(0.6 * hashGauss(feeder.seed, 607, n)))
  const repaired = minute(switched + Math.max(5, repair) * MINUTE_MS)
  const left = Math.max(1, Math.round(0.4 * hit))
  return [
    { from, to: switched, share: hit / customers },
    { from: switched, to: repaired, share: left / customers },
  ]
}
