import { turn } from '#model/observation/directions.ts'
import type { NeighbourRule } from './rules.ts'

/** With fewer neighbours the test is not evaluated. */
export const MIN_NEIGHBOURS = 4
/** Converts a median absolute deviation to a standard deviation of a normal distribution: 1 / 0.6745. */
const ROBUST = 1.4826
const KM_PER_DEGREE = 111.2

/** A station that measures a property: `hours` are its good hourly means (model/observation/averages.ts), NaN where missing. */
export type Station = {
  readonly thing: number
  /** whether others are compared with it: anybody who can publish can register a Thing */
  readonly confirmed: boolean
  readonly lon: number
  readonly lat: number
  readonly hours: Float64Array
}

/**
 * QARTOD test 11, neighbours: whether a result disagrees with those around it in the same hour. Suspect at most, because it
 * is unknown which is right. Undefined with fewer than MIN_NEIGHBOURS.
 */
export function disagrees(
  value: number,
  others: readonly number[],
  rule: NeighbourRule,
  isDirection = false,
): boolean | undefined {
  if (others.length < MIN_NEIGHBOURS) return undefined
  const neighbours = isDirection ? others.map((other) => value + turn(value, other)) : others
  const centre = median(neighbours)
  const spread = ROBUST * median(neighbours.map((other) => Math.abs(other - centre)))
  const limit = Math.max(rule.deviations * spread, rule.minimum, rule.minimumShare * Math.abs(centre))
  return Math.abs(value - centre) > limit
}

/** The hours (by index) in which each station disagrees with its neighbours; stations that never do are omitted. */
export function disagreements<Key>(
  stations: ReadonlyMap<Key, Station>,
  rule: NeighbourRule,
  isDirection = false,
): Map<Key, Set<number>> {
  const found = new Map<Key, Set<number>>()
  const all = [...stations.values()]
  for (const [key, station] of stations) {
    const around = all.filter(
      (other) => other.confirmed && other.thing !== station.thing && isNear(station, other, rule.kilometres),
    )
    if (around.length < MIN_NEIGHBOURS) continue
    for (const [hour, value] of station.hours.entries()) {
      if (Number.isNaN(value)) continue
      const values = around.map((other) => other.hours[hour] ?? Number.NaN).filter((other) => !Number.isNaN(other))
      if (disagrees(value, values, rule, isDirection) !== true) continue
      const hours = found.get(key)
      if (hours) hours.add(hour)
      else found.set(key, new Set([hour]))
    }
  }
  return found
}

/** Planar distance, accurate to one percent over the few kilometres of a rule. */
function isNear(a: Station, b: Station, kilometres: number): boolean {
  const north = (a.lat - b.lat) * KM_PER_DEGREE
  if (Math.abs(north) > kilometres) return false
  const east = (a.lon - b.lon) * KM_PER_DEGREE * Math.cos((a.lat * Math.PI) / 180)
  return Math.hypot(north, east) <= kilometres
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
