import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { fullHourAfter, fullHourBefore, hasQuarterHours, type Period } from '#model/basics/period.ts'

/** The whole hours of the city's clock in a period that have passed: what a period can be expected to hold by now. */
export type Hours = {
  readonly from: Date
  readonly to: Date
  readonly count: number
  /** the clock is off UTC by part of an hour: its hours are made of quarters (api/measurements/clock-hours.ts) */
  readonly hasQuarters?: boolean
}

/**
 * Hours that lie wholly inside the period and are over. A day, month or year begins with a full hour of the city's clock; a
 * rolling period that begins within an hour begins with the next one.
 */
export function hoursOf(period: Period, now: Date, timeZone: string): Hours {
  const from = fullHourAfter(period.from, timeZone)
  const end = fullHourBefore(new Date(Math.min(period.to.getTime(), now.getTime())), timeZone)
  const to = end > from ? end : from
  return { from, to, count: (to.getTime() - from.getTime()) / HOUR_MS, hasQuarters: hasQuarterHours(timeZone) }
}

/** A period cut at UTC midnights: [from, firstDay) and [lastDay, to) are read by the hour, what lies between by the day. */
export type Cut = { readonly from: Date; readonly firstDay: Date; readonly lastDay: Date; readonly to: Date }

/** Below it the rows of hours are few, and late data shows in them a little sooner. */
const MIN_DAYS = 10

/**
 * Where daily rows can stand for hours. Days of the rollup are UTC, so a local year has some hours over at both ends; the
 * sums over hours and days are the same as over all hours. Short periods have no days, nor has a clock whose hours lie
 * across those of UTC.
 */
export function cutOf({ from, to, hasQuarters = false }: Pick<Hours, 'from' | 'to'> & Partial<Hours>): Cut {
  const firstDay = Math.ceil(from.getTime() / DAY_MS) * DAY_MS
  const lastDay = Math.floor(to.getTime() / DAY_MS) * DAY_MS
  if (hasQuarters || lastDay - firstDay < MIN_DAYS * DAY_MS) return { from, firstDay: to, lastDay: to, to }
  return { from, firstDay: new Date(firstDay), lastDay: new Date(lastDay), to }
}
