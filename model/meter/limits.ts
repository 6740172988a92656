import { DAY_MS } from '../basics/durations.ts'
import type { Grade } from '../things/grade.ts'

/**
 * The most that a meter counts in an hour, in the canonical unit of its property. Where the Thing states a rating it is that,
 * with the overload that meters must endure; otherwise the larger of what the largest directly connected meter of its class
 * can count and ten times what this meter itself counts on its busiest days around.
 */
type Limit = {
  /** by grade of the Thing; `other` where the grade has no number of its own */
  readonly perHour: Readonly<Partial<Record<Grade, number>>> & { readonly other: number }
  /** attributes of the Thing that state its rating, per hour in the canonical unit */
  readonly ratings: readonly string[]
  readonly source: string
}

const ELECTRICITY: Limit = {
  perHour: { low_cost: 28, other: 69 },
  ratings: ['ratedPowerKw', 'peakKw'],
  source:
    'three phases of 230 V and 100 A, the usual Imax of directly connected meters (EN 50470-3); one clamp of 120 A (Shelly 3EM user guide)',
}
const LIMITS: Readonly<Record<string, Limit>> = {
  energy: ELECTRICITY,
  energy_export: ELECTRICITY,
  energy_produced: ELECTRICITY,
  thermal_energy: {
    perHour: { other: 175 },
    ratings: ['ratedPowerKw', 'peakKw'],
    source: 'qp 2.5 m3/h (EN 1434-1) at 60 K and 1.163 kWh/(m3.K)',
  },
  water_volume: {
    perHour: { low_cost: 5, other: 20 },
    ratings: ['ratedFlowM3h'],
    source: 'ISO 4064-1: Q4 = 1.25 Q3, of Q3 4 m3/h (a dwelling) and 16 m3/h (DN 40)',
  },
  gas_volume: {
    perHour: { low_cost: 10, other: 40 },
    ratings: ['ratedFlowM3h'],
    source: 'EN 1359: Qmax of G6 (a dwelling) and G25',
  },
  precipitation_total: {
    perHour: { other: 76 },
    ratings: ['ratedRainMmh'],
    source: 'WMO: 1825 mm in 24 hours at Foc-Foc, 1966, the most ever measured in a day',
  },
}
/** Short overloads are part of a rating: ISO 4064-1 has Q4 = 1.25 Q3, EN 50470-3 Imax well above the reference current. */
const OVERLOAD = 1.25
/** Ours: no meter counts ten times what it counts on its busiest days around. */
const ABOVE_USUAL = 10

export type Rated = {
  readonly property: string
  readonly grade: Grade
  readonly attributes: Readonly<Record<string, unknown>>
}

/** What the Thing states as its rating, per hour; undefined where it states none. */
export function ratingOf({ property, attributes }: Rated): number | undefined {
  const stated = (LIMITS[property]?.ratings ?? []).map((name) => Number(attributes[name]))
  const rating = stated.find((number) => number > 0 && Number.isFinite(number))
  return rating === undefined ? undefined : rating * OVERLOAD
}

/** What a meter of this class counts in an hour at most, when nothing is known of the installation. */
export function directLimit({ property, grade }: Rated): number {
  const limit = LIMITS[property]
  return limit ? (limit.perHour[grade] ?? limit.perHour.other) : Number.POSITIVE_INFINITY
}

/** What a meter counted in a day of UTC, from the last reading before it to its own last. */
export type DayRise = { readonly day: number; readonly perHour: number }

const AROUND_MS = 7 * DAY_MS

/**
 * The most a meter can count in an hour, day by day (ms of its beginning): by its rating, else by its class and its own week
 * before and after. Of these days the second highest counts, so that one wrong day lifts no limit.
 */
export function limitByDay(meter: Rated, rises: readonly DayRise[]): (day: number) => number {
  const rating = ratingOf(meter)
  if (rating !== undefined) return () => rating
  const direct = directLimit(meter)
  const known = new Map<number, number>()
  return (day) => {
    let limit = known.get(day)
    if (limit === undefined) {
      const around = rises.filter((rise) => rise.day !== day && Math.abs(rise.day - day) <= AROUND_MS)
      limit = Math.max(direct, ABOVE_USUAL * secondHighest(around.map(({ perHour }) => perHour)))
      known.set(day, limit)
    }
    return limit
  }
}

/** With fewer than three days it is unknown which one is wrong: 0. */
function secondHighest(rates: readonly number[]): number {
  const rising = rates.filter((rate) => rate > 0).sort((a, b) => b - a)
  return rising.length < 3 ? 0 : (rising[1] ?? 0)
}
