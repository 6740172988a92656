import { HOUR_MS } from '#model/basics/durations.ts'
import type { SimThing } from '../world/world.ts'

/**
 * A rate is defined at knots an hour apart and linear between them; a meter's reading is its integral from a fixed day on,
 * so that rate and reading always agree, at any time and after any restart, and what holds for rates holds for readings.
 */
export type Meter = {
  /** thousandths of the reading's unit an hour: W for kWh, L/h for m3 */
  rate(ms: number): number
  /** counted since METER_EPOCH: kWh, m3 */
  count(ms: number): number
}
/** The rate at an instant, in thousandths of the reading's unit an hour. */
export type Source = (ms: number) => number

/** Meters were installed on this day; before it they stand still. */
export const METER_EPOCH = Date.UTC(2026, 0, 1)

const KNOT = HOUR_MS
const KNOTS_A_DAY = 24
const PER_UNIT = 1000

export function createMeter(source: Source): Meter {
  /** counted up to the start of each day since the epoch */
  const days: number[] = [0]
  const knots = new Map<number, Float64Array>()
  const dayKnots = (day: number): Float64Array => {
    let row = knots.get(day)
    if (!row) {
      row = new Float64Array(KNOTS_A_DAY + 1)
      for (let k = 0; k <= KNOTS_A_DAY; k++) row[k] = source(METER_EPOCH + (day * KNOTS_A_DAY + k) * KNOT)
      if (knots.size > 4) knots.delete(knots.keys().next().value as number)
      knots.set(day, row)
    }
    return row
  }
  const wholeDay = (day: number): number => {
    const first = METER_EPOCH + day * KNOTS_A_DAY * KNOT
    let sum = (source(first) + source(first + KNOTS_A_DAY * KNOT)) / 2
    for (let k = 1; k < KNOTS_A_DAY; k++) sum += source(first + k * KNOT)
    return sum / PER_UNIT
  }
  const upTo = (row: Float64Array, x: number): number => {
    const whole = Math.floor(x)
    let sum = 0
    for (let k = 0; k < whole; k++) sum += ((row[k] as number) + (row[k + 1] as number)) / 2
    const rest = x - whole
    if (rest > 0) {
      const [a, b] = [row[whole] as number, row[whole + 1] as number]
      sum += rest * (a + (rest * (b - a)) / 2)
    }
    return sum / PER_UNIT
  }
  const place = (ms: number): [day: number, x: number] => {
    const at = (ms - METER_EPOCH) / KNOT
    const day = Math.floor(at / KNOTS_A_DAY)
    return [day, at - day * KNOTS_A_DAY]
  }
  return {
    rate: (ms) => {
      const [day, x] = place(ms)
      const row = dayKnots(day)
      const k = Math.min(KNOTS_A_DAY - 1, Math.floor(x))
      return (row[k] as number) + (x - k) * ((row[k + 1] as number) - (row[k] as number))
    },
    count: (ms) => {
      const [day, x] = place(ms)
      if (day < 0) return 0
      for (let d = days.length; d <= day; d++) days.push((days[d - 1] as number) + wholeDay(d - 1))
      return (days[day] as number) + upTo(dayKnots(day), x)
    },
  }
}

/** The meter of each Thing, made when it is first asked for and kept: a meter adds up the days since the epoch. */
export function meterOfEach(make: (thing: SimThing) => Meter): (thing: SimThing) => Meter {
  const made = new Map<string, Meter>()
  return (thing) => {
    const meter = made.get(thing.key) ?? make(thing)
    made.set(thing.key, meter)
    return meter
  }
}

/** A meter behind which others lie: what they count, added and subtracted, in a share of it. */
export const summed = (plus: readonly Meter[], minus: readonly Meter[] = [], share = 1): Meter => {
  const balance = (read: (meter: Meter) => number): number =>
    share * (plus.reduce((sum, meter) => sum + read(meter), 0) - minus.reduce((sum, meter) => sum + read(meter), 0))
  return { rate: (ms) => balance((meter) => meter.rate(ms)), count: (ms) => balance((meter) => meter.count(ms)) }
}

/** Part of what a meter would have counted is cut off for a while. */
export type Cut = { readonly from: number; readonly to: number /** 0 to 1 */; readonly share: number }

/**
 * A meter behind which supply is cut off now and then. `cutsUntil` gives at least the cuts that began by an instant, always
 * the same objects; none of them overlap.
 */
export function interrupted(meter: Meter, cutsUntil: (ms: number) => readonly Cut[]): Meter {
  const missed = new Map<Cut, number>()
  const whole = (cut: Cut): number => {
    let amount = missed.get(cut)
    if (amount === undefined) {
      amount = cut.share * (meter.count(cut.to) - meter.count(cut.from))
      missed.set(cut, amount)
    }
    return amount
  }
  return {
    rate: (ms) => {
      const now = cutsUntil(ms).find(({ from, to }) => from <= ms && ms < to)
      return meter.rate(ms) * (1 - (now?.share ?? 0))
    },
    count: (ms) => {
      const counted = meter.count(ms)
      return cutsUntil(ms).reduce(
        (left, cut) =>
          left - (cut.to <= ms ? whole(cut) : cut.from < ms ? cut.share * (counted - meter.count(cut.from)) : 0),
        counted,
      )
    },
  }
}
