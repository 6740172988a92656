/**
 * Windows of the week in the local time of the city: quiet hours and maintenance.
 *
 * A window is the time between two instants, not a comparison of wall clocks: on the night on which clocks go forward,
 * 22:00–06:00 lasts 7 hours, on the night on which they go back 9. A local time that is skipped means the instant that the
 * clock would have shown it without the change; of two the earlier (`compatible` of ECMAScript Temporal).
 */
import { z } from 'zod'
import { DAY_MS, MINUTE_MS } from '../basics/durations.ts'
import { offsetMs } from '../basics/period.ts'

const LOCAL_TIME = /^([01]\d|2[0-3]):[0-5]\d$/
const localTime = z
  .string()
  .regex(LOCAL_TIME, 'must be a local time from 00:00 to 23:59')
  .meta({ pattern: LOCAL_TIME.source, description: 'local time of the city, e.g. 22:00' })

export const weeklyWindow = z.strictObject({
  /** ISO 8601 weekdays, 1 Monday to 7 Sunday, on which the window begins */
  days: z.array(z.int().min(1).max(7)).min(1).max(7),
  from: localTime,
  /** not after `from`: on the next day */
  to: localTime,
})
export type WeeklyWindow = z.infer<typeof weeklyWindow>

type Interval = { readonly fromMs: number; readonly toMs: number }
const DAYS_IN_WEEK = 7

/** The first instant outside the windows from `at` on; undefined when `at` is outside, or when the windows never end. */
export function windowEnd(windows: readonly WeeklyWindow[], at: Date, timeZone: string): Date | undefined {
  const intervals = intervalsAround(windows, at, timeZone)
  let end: number | undefined
  const limitMs = at.getTime() + DAYS_IN_WEEK * DAY_MS
  for (let position = at.getTime(); position < limitMs; position = end) {
    const within = intervals.filter(({ fromMs, toMs }) => fromMs <= position && position < toMs)
    if (within.length === 0) return end === undefined ? undefined : new Date(end)
    end = Math.max(...within.map(({ toMs }) => toMs))
  }
  // Windows that cover the whole week: looked at again later.
  return new Date(limitMs)
}

export const isInWindows = (windows: readonly WeeklyWindow[], at: Date, timeZone: string): boolean =>
  windowEnd(windows, at, timeZone) !== undefined

/** Every window that begins between the day before and a week after `at`. */
function intervalsAround(windows: readonly WeeklyWindow[], at: Date, timeZone: string): Interval[] {
  const local = new Date(at.getTime() + offsetMs(at, timeZone))
  const today = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate())
  const dates = Array.from({ length: DAYS_IN_WEEK + 3 }, (_, i) => today + (i - 1) * DAY_MS)
  return dates.flatMap((date) => {
    const weekday = new Date(date).getUTCDay() || DAYS_IN_WEEK
    return windows
      .filter(({ days }) => days.includes(weekday))
      .map(({ from, to }) => {
        const [start, end] = [minutesOf(from), minutesOf(to)]
        const endDate = end > start ? date : date + DAY_MS
        return {
          fromMs: instantOf(date + start * MINUTE_MS, timeZone),
          toMs: instantOf(endDate + end * MINUTE_MS, timeZone),
        }
      })
  })
}

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** @param wallMs a local time, as if it were UTC */
function instantOf(wallMs: number, timeZone: string): number {
  const before = offsetMs(new Date(wallMs - DAY_MS), timeZone)
  const after = offsetMs(new Date(wallMs + DAY_MS), timeZone)
  for (const offset of [before, after]) {
    const instant = wallMs - offset
    if (offsetMs(new Date(instant), timeZone) === offset) return instant
  }
  return wallMs - before
}
