import { DAY_MS, HOUR_MS } from './durations.ts'
import { AppError } from './errors.ts'

/** A stretch of time: from inclusive, to exclusive, both instants; days and years are local to the city. */
export type Period = {
  readonly label: string
  readonly from: Date
  readonly to: Date
  /** it has not ended yet: whatever is computed over it is partial */
  readonly partial: boolean
}

const CALENDAR = /^([12]\d{3})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?$/
const ROLLING: ReadonlyMap<string, number> = new Map([
  ['last-24h', 1],
  ['last-7d', 7],
  ['last-30d', 30],
  ['last-365d', 365],
])

/**
 * Reads 2026, 2026-Q2, 2026-05, 2026-05-31 (in the city's local time) or last-24h, last-7d, last-30d, last-365d.
 * @throws AppError PERIOD_INVALID
 */
export function parsePeriod(label: string, timeZone: string, now: Date): Period {
  const days = ROLLING.get(label)
  if (days !== undefined) return { label, from: new Date(now.getTime() - days * DAY_MS), to: now, partial: false }
  const match = CALENDAR.exec(label)
  if (!match) throw new AppError('PERIOD_INVALID', label)
  const [from, to] = calendarBounds(match, label)
  const period = { label, from: localMidnight(from, timeZone), to: localMidnight(to, timeZone) }
  return { ...period, partial: period.to > now }
}

type Day = readonly [year: number, month: number, day: number]

function calendarBounds(match: RegExpExecArray, label: string): [Day, Day] {
  const year = Number(match[1])
  if (match[2]) {
    const first = (Number(match[2]) - 1) * 3 + 1
    return [
      [year, first, 1],
      [year, first + 3, 1],
    ]
  }
  if (!match[3])
    return [
      [year, 1, 1],
      [year + 1, 1, 1],
    ]
  const month = Number(match[3])
  if (month < 1 || month > 12) throw new AppError('PERIOD_INVALID', label)
  if (!match[4])
    return [
      [year, month, 1],
      [year, month + 1, 1],
    ]
  const day = Number(match[4])
  const check = new Date(Date.UTC(year, month - 1, day))
  if (check.getUTCMonth() !== month - 1 || day < 1) throw new AppError('PERIOD_INVALID', label)
  return [
    [year, month, day],
    [year, month, day + 1],
  ]
}

/**
 * The first instant of a local day. Of two midnights (clocks go back across midnight) the first; where midnight is skipped,
 * the instant of the change. A day that a zone skipped (Apia, 30 December 2011) begins, and ends, when the next one does.
 * The same as `startOfDay` of ECMAScript Temporal.
 */
export function localMidnight([year, month, day]: Day, timeZone: string): Date {
  const midnight = Date.UTC(year, month - 1, day)
  // Zones lie within UTC-16 and UTC+16, so a day on either side has the offsets before and after any change near midnight.
  const before = offsetMs(new Date(midnight - DAY_MS), timeZone)
  const after = offsetMs(new Date(midnight + DAY_MS), timeZone)
  if (before === after) return new Date(midnight - before)
  for (const offset of [before, after]) {
    const instant = new Date(midnight - offset)
    if (offsetMs(instant, timeZone) === offset) return instant
  }
  return new Date(changeBetween(midnight - after, midnight - before, timeZone))
}

/** The instant, to the second, at which the offset of a zone changes: it is one at `low`, another at `high`. */
function changeBetween(low: number, high: number, timeZone: string): number {
  const offset = offsetMs(new Date(low), timeZone)
  let [last, first] = [low, high]
  while (first - last > 1000) {
    const middle = Math.floor((last + first) / 2000) * 1000
    if (offsetMs(new Date(middle), timeZone) === offset) last = middle
    else first = middle
  }
  return first
}

/** The offsets of a zone in a stretch of time, each with the instant from which on it holds: the first with `from`. */
export function offsetsBetween(from: Date, to: Date, timeZone: string): { at: number; offsetMs: number }[] {
  const offsets = [{ at: from.getTime(), offsetMs: offsetMs(from, timeZone) }]
  // no zone changes its clock twice within a day
  for (let at = from.getTime(); at < to.getTime(); at += DAY_MS) {
    const next = Math.min(at + DAY_MS, to.getTime())
    const offset = offsetMs(new Date(next), timeZone)
    if (offset !== offsets.at(-1)?.offsetMs) offsets.push({ at: changeBetween(at, next, timeZone), offsetMs: offset })
  }
  return offsets
}

/** Local wall-clock time minus UTC, in milliseconds, at an instant. */
export function offsetMs(instant: Date, timeZone: string): number {
  const parts = formatter(timeZone).formatToParts(instant)
  const get = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
  const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'))
  return local - Math.floor(instant.getTime() / 1000) * 1000
}

const formatters = new Map<string, Intl.DateTimeFormat>()
function formatter(timeZone: string): Intl.DateTimeFormat {
  let found = formatters.get(timeZone)
  if (!found) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(timeZone, found)
  }
  return found
}

/** The year and the month (1 to 12) that the calendar of a zone shows at an instant. */
export function localMonth(at: Date, timeZone: string): { readonly year: number; readonly month: number } {
  const local = new Date(at.getTime() + offsetMs(at, timeZone))
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1 }
}

const fractional = new Map<string, boolean>()

/**
 * Whether the clock of a zone is off UTC by part of an hour, at times at least (Kolkata, Kathmandu, Adelaide, St John's, Lord
 * Howe): its hours lie across those of UTC. Looked at month by month from 2000 to 2030, as in migration 022.
 */
export function hasQuarterHours(timeZone: string): boolean {
  let found = fractional.get(timeZone)
  if (found === undefined) {
    const months = Array.from({ length: 361 }, (_, month) => new Date(Date.UTC(2000, month, 15)))
    found = months.some((at) => offsetMs(at, timeZone) % HOUR_MS !== 0)
    fractional.set(timeZone, found)
  }
  return found
}

/** How far the full hours of a zone's clock lie after those of UTC at an instant, in milliseconds: Kolkata 1,800,000. */
const hourShift = (at: number, timeZone: string): number =>
  hasQuarterHours(timeZone) ? -offsetMs(new Date(at), timeZone) % HOUR_MS : 0

/** The last instant up to `at`, and the first from it on, at which a clock of the zone shows a full hour. */
export function fullHourBefore(at: Date, timeZone: string): Date {
  const shift = hourShift(at.getTime(), timeZone)
  return new Date(Math.floor((at.getTime() - shift) / HOUR_MS) * HOUR_MS + shift)
}
export function fullHourAfter(at: Date, timeZone: string): Date {
  const shift = hourShift(at.getTime(), timeZone)
  return new Date(Math.ceil((at.getTime() - shift) / HOUR_MS) * HOUR_MS + shift)
}
