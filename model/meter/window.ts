import { type MeterCount, type Point, pointAt } from './count.ts'
import type { MeterEvent, Reading } from './reading.ts'

/** What a meter counted from one instant to another, with what that rests on. */
export type MeterWindow = {
  /**
   * the last reading at or before the beginning, or where there is none the first one after it; and the last at or before the
   * end. The amount lies between these two.
   */
  readonly opening: Point
  readonly closing: Point
  readonly counted: number
  readonly events: readonly MeterEvent[]
  readonly outliers: readonly Reading[]
  readonly unconfirmed: Reading | undefined
}

/**
 * The part of a count in (from, to]; undefined without a reading in it. An amount belongs to the reading that shows it, so
 * parts of a window add up to the whole, and what was counted over a silence is in the part in which the silence ends.
 */
export function windowOf(
  { points, events, outliers, unconfirmed }: MeterCount,
  from: number,
  to: number,
): MeterWindow | undefined {
  const closing = pointAt(points, to)
  if (!closing || closing.at <= from) return undefined
  const opening = pointAt(points, from) ?? points[0]
  if (!opening) return undefined
  const isInside = ({ at }: Reading | MeterEvent): boolean => at > from && at <= to
  return {
    ...{ opening, closing, counted: tidy(closing.counted - opening.counted) },
    events: events.filter(isInside),
    outliers: outliers.filter(isInside),
    unconfirmed: unconfirmed && isInside(unconfirmed) ? unconfirmed : undefined,
  }
}

/** The same amount alone, for many windows of one count. */
export function countedIn({ points }: MeterCount, from: number, to: number): number | null {
  const closing = pointAt(points, to)
  const opening = pointAt(points, from) ?? points[0]
  return closing && opening && closing.at > from ? tidy(closing.counted - opening.counted) : null
}

/** Differences of decimal numbers without the noise of binary ones: 120.6 - 120.3 is 0.3. No register shows 1e-9. */
const tidy = (amount: number): number => Math.round(amount * 1e9) / 1e9 || 0
