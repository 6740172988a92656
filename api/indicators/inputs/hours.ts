import type { Period } from '#model/period.ts'

const HOUR_MS = 3_600_000

/** The whole UTC hours of a period that have passed: what a period can be expected to hold by now. */
export type Hours = { readonly from: Date; readonly to: Date; readonly count: number }

/**
 * Hours that lie wholly inside the period and are over. A period that begins within an hour (rolling ones; local
 * midnights of clocks that are off by part of an hour) begins with the next whole hour.
 */
export function hoursOf(period: Period, now: Date): Hours {
  const from = new Date(Math.ceil(period.from.getTime() / HOUR_MS) * HOUR_MS)
  const end = Math.min(period.to.getTime(), now.getTime())
  const to = new Date(Math.max(from.getTime(), Math.floor(end / HOUR_MS) * HOUR_MS))
  return { from, to, count: (to.getTime() - from.getTime()) / HOUR_MS }
}

/** A period cut at UTC midnights: [from, firstDay) and [lastDay, to) are read by the hour, what lies between by the day. */
export type Cut = { readonly from: Date; readonly firstDay: Date; readonly lastDay: Date; readonly to: Date }

const DAY_MS = 24 * HOUR_MS
/** Below it the rows of hours are few, and late data shows in them a little sooner. */
const LEAST_DAYS = 10

/**
 * Where daily rows can stand for hours. Days of the rollup are UTC, so a local year has some hours over at both ends; the
 * sums over hours and days are the same as over all hours. Short periods have no days.
 */
export function cutOf({ from, to }: Pick<Hours, 'from' | 'to'>): Cut {
  const firstDay = Math.ceil(from.getTime() / DAY_MS) * DAY_MS
  const lastDay = Math.floor(to.getTime() / DAY_MS) * DAY_MS
  if (lastDay - firstDay < LEAST_DAYS * DAY_MS) return { from, firstDay: to, lastDay: to, to }
  return { from, firstDay: new Date(firstDay), lastDay: new Date(lastDay), to }
}
