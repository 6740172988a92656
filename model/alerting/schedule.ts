import { z } from 'zod'
import { DAY_MS, MINUTE_MS } from '../basics/durations.ts'
import { offsetMs } from '../basics/period.ts'

/** As `Date.getUTCDay` counts: 0 is Sunday. */
export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, as 22:00')

/**
 * Weekly windows in the city's local time in which a rule is evaluated. A window begins on each of `days`; when `to` is not
 * after `from` it ends on the next day: 22:00 to 06:00. 00:00 to 00:00 is the whole day.
 */
export const scheduleSchema = z.strictObject({
  windows: z
    .array(
      z.strictObject({
        days: z
          .array(z.enum(WEEKDAYS))
          .min(1)
          .max(7)
          .default([...WEEKDAYS]),
        from: clockTime,
        to: clockTime,
      }),
    )
    .min(1)
    .max(20),
})
export type Schedule = z.infer<typeof scheduleSchema>

/** A schedule on the time axis. Instants are Unix milliseconds. */
export type Windows = {
  isOpen(at: number): boolean
  /** the first opening or closing after `at`; undefined when the windows never open or never close */
  nextChange(after: number): number | undefined
}

type Interval = readonly [from: number, to: number]
/** A week, and a day on either side for windows that cross midnight. */
const DAYS_AHEAD = 9

export function windowsOf({ windows }: Schedule, timeZone: string): Windows {
  let cached: { from: number; to: number; intervals: Interval[] } | undefined
  const intervalsAt = (at: number): Interval[] => {
    if (cached && at >= cached.from && at < cached.to) return cached.intervals
    const day = Math.floor((at + offsetMs(new Date(at), timeZone)) / DAY_MS)
    const intervals = merged(
      Array.from({ length: DAYS_AHEAD + 2 }, (_, ahead) => day - 2 + ahead).flatMap((each) =>
        windows.flatMap((window) => intervalOn(each, window, timeZone)),
      ),
    )
    cached = { from: at, to: at + DAY_MS, intervals }
    return intervals
  }
  return {
    isOpen: (at) => intervalsAt(at).some(([from, to]) => at >= from && at < to),
    nextChange: (after) => {
      const limit = after + (DAYS_AHEAD - 2) * DAY_MS
      const next = intervalsAt(after)
        .flat()
        .find((at) => at > after)
      return next !== undefined && next <= limit ? next : undefined
    },
  }
}

type Window = Schedule['windows'][number]

/** @param day local days since 1970-01-01 */
function intervalOn(day: number, { days, from, to }: Window, timeZone: string): Interval[] {
  if (!days.includes(WEEKDAYS[new Date(day * DAY_MS).getUTCDay()] ?? 'sunday')) return []
  const [start, end] = [minutesOf(from), minutesOf(to)]
  const length = end > start ? end : end + DAY_MS / MINUTE_MS
  return [[instantOf(day, start, timeZone), instantOf(day, length, timeZone)]]
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** The first instant at which the local clock shows a time; where the clock skips it, the instant of the change. */
function instantOf(day: number, minutes: number, timeZone: string): number {
  const local = day * DAY_MS + minutes * MINUTE_MS
  const before = offsetMs(new Date(local - DAY_MS), timeZone)
  const after = offsetMs(new Date(local + DAY_MS), timeZone)
  for (const offset of [before, after])
    if (offsetMs(new Date(local - offset), timeZone) === offset) return local - offset
  // Skipped: in a gap of `after - before`, the clock jumps from its beginning to its end.
  const [low, high] = [local - after, local - before]
  return changeBetween(low, high, timeZone)
}

function changeBetween(low: number, high: number, timeZone: string): number {
  const offset = offsetMs(new Date(low), timeZone)
  let [last, first] = [low, high]
  while (first - last > MINUTE_MS) {
    const middle = Math.floor((last + first) / 2 / MINUTE_MS) * MINUTE_MS
    if (middle <= last) break
    if (offsetMs(new Date(middle), timeZone) === offset) last = middle
    else first = middle
  }
  return first
}

function merged(intervals: readonly Interval[]): Interval[] {
  const out: [number, number][] = []
  for (const [from, to] of intervals.toSorted(([a], [b]) => a - b)) {
    const last = out.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else out.push([from, to])
  }
  return out
}
