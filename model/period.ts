import { AppError } from './errors.ts'

/** A stretch of time: from inclusive, to exclusive, both instants; days and years are local to the city. */
export type Period = {
  readonly label: string
  readonly from: Date
  readonly to: Date
  /** it has not ended yet: whatever is computed over it is partial */
  readonly partial: boolean
}

const CALENDAR = /^(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?$/
const ROLLING: Readonly<Record<string, number>> = { 'last-24h': 1, 'last-7d': 7, 'last-30d': 30, 'last-365d': 365 }

/**
 * Reads 2026, 2026-Q2, 2026-05, 2026-05-31 (in the city's local time) or last-24h, last-7d, last-30d, last-365d.
 * @throws AppError PERIOD_INVALID
 */
export function parsePeriod(label: string, timeZone: string, now: Date): Period {
  const days = ROLLING[label]
  if (days !== undefined) return { label, from: new Date(now.getTime() - days * 86_400_000), to: now, partial: false }
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

/** The instant at which a local day begins. Where midnight is skipped by DST, the first instant after it. */
export function localMidnight([year, month, day]: Day, timeZone: string): Date {
  const wanted = Date.UTC(year, month - 1, day)
  // Two rounds: the offset at the first guess may be that of the other side of a DST change.
  let guess = wanted - offsetMs(new Date(wanted), timeZone)
  guess = wanted - offsetMs(new Date(guess), timeZone)
  return new Date(guess)
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
