import { HOUR_MS, MINUTE_MS } from '../basics/durations.ts'
import type { Reading } from './reading.ts'

/** Readings within this time of a reading show the meter's rate around it. Ours. */
const AROUND_MS = 36 * HOUR_MS
/** Rates over less say more of the resolution than of the rate. */
const SHORTEST_MS = 5 * MINUTE_MS

export const hoursBetween = (a: Reading, b: Reading): number => (b.at - a.at) / HOUR_MS
const rateOf = (a: Reading, b: Reading): number => (b.value - a.value) / (Math.max(b.at - a.at, SHORTEST_MS) / HOUR_MS)

/**
 * Rates per hour between neighbouring readings around the one at `index`, without steps back; pairs with a reading in `skip`
 * are left out.
 */
export function ratesAround(readings: readonly Reading[], index: number, skip: ReadonlySet<number>): number[] {
  const at = readings[index]?.at ?? 0
  const rates: number[] = []
  const take = (i: number): boolean => {
    const [a, b] = [readings[i - 1], readings[i]]
    if (!a || !b || Math.abs(b.at - at) > AROUND_MS) return false
    if (!skip.has(i) && !skip.has(i - 1) && b.value >= a.value) rates.push(rateOf(a, b))
    return true
  }
  for (let i = index; take(i); ) i -= 1
  for (let i = index + 1; take(i); ) i += 1
  return rates
}

/** Quantile of rates, 0 to 1, the value at the rank below; undefined without any. */
export function quantileOf(rates: readonly number[], share: number): number | undefined {
  const sorted = rates.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}
