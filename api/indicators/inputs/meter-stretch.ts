/**
 * What a meter did over a stretch of time, from what it did in shorter ones: an hour, a day, a month. Plain JSON, so that
 * months can be kept.
 */
export type Stretch = {
  /** Datastream */
  readonly id: number
  /** its first hour or day: where the reading before it is compared with, when a stretch before is put in front */
  readonly opening: Opening
  /** beginning of its last hour or day, ms since 1970, and the last reading of it */
  readonly end: { readonly at: number; readonly last: number }
  /** what the difference of readings misses because the meter began again at zero */
  readonly correction: number
  readonly resets: number
  /** hours with a good reading */
  readonly hours: number
  readonly n: number
  readonly good: number
  readonly suspect: number
}
type Opening = { readonly at: number; readonly first: number; readonly last: number; readonly high: number }

/**
 * Two stretches of one meter as one; `before` is the earlier.
 *
 * A reading below half of the one before is a restart from zero: what was counted up to the restart and after it both
 * count. A smaller step back is a corrected reading and is taken as it is.
 */
export function joined(before: Stretch, after: Stretch): Stretch {
  const { last } = before.end
  const { opening } = after
  const restart = opening.last < last / 2
  const swallowed = restart ? last + (opening.first >= last ? opening.high - last : 0) : 0
  return {
    ...{ id: before.id, opening: before.opening, end: after.end },
    correction: before.correction + after.correction + swallowed,
    resets: before.resets + after.resets + (restart ? 1 : 0),
    hours: before.hours + after.hours,
    n: before.n + after.n,
    good: before.good + after.good,
    suspect: before.suspect + after.suspect,
  }
}

/** Any number of stretches, in any order, as one for each meter. */
export function joinedByMeter(stretches: readonly Stretch[]): Stretch[] {
  const inTime = stretches.toSorted((a, b) => a.opening.at - b.opening.at)
  return [...Map.groupBy(inTime, ({ id }) => id).values()].map((own) => own.reduce(joined))
}
