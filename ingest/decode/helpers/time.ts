import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS } from '#model/basics/durations.ts'
import { offsetMs } from '#model/basics/period.ts'

const ISO =
  /^([+-]?\d{4,6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?$/

/**
 * Reads ISO 8601 as devices write it: any number of decimals, an offset with or without colon, a lower-case z. Without
 * an offset the time is local to `zone`; without a zone it cannot be read. Undefined when it is not a time.
 * `near` (the time of arrival) decides between the two instants of a repeated hour.
 */
export function readIso(text: string, zone?: string, near?: Date): Date | undefined {
  const parsed = parseIso(text)
  if (parsed === undefined) return undefined
  if ('instant' in parsed) return valid(parsed.instant)
  return zone === undefined ? undefined : valid(localInstant(parsed.wall, zone, near?.getTime()))
}

/** ISO 8601 as an instant or, without an offset, as the local wall clock; in ms. */
export function parseIso(text: string): { readonly instant: number } | { readonly wall: number } | undefined {
  const common = readCommonForm(text)
  if (common !== undefined) return { instant: common }
  const match = ISO.exec(text.trim())
  const wall = match ? wallClock(match) : undefined
  if (wall === undefined) return undefined
  const zone = match?.[8]
  if (zone === undefined) return { wall }
  const offset = offsetOf(zone)
  return offset === undefined ? undefined : { instant: wall - offset }
}

/**
 * 2026-05-31T12:00:00Z with optional decimals, the most common form, parsed digit by digit in a tenth of the time of the
 * regular expression. Anything else, including the last days of a month, is left to that.
 */
function readCommonForm(text: string): number | undefined {
  const last = text.length - 1
  if (last < 19 || last > 31 || text[last] !== 'Z' || text[4] !== '-' || text[7] !== '-') return undefined
  if (text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return undefined
  const year = pairAt(text, 0) * 100 + pairAt(text, 2)
  const [month, day] = [pairAt(text, 5), pairAt(text, 8)]
  const [hour, minute, second] = [pairAt(text, 11), pairAt(text, 14), pairAt(text, 17)]
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return undefined
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined
  const ms = last === 19 ? 0 : millisAt(text, 19, last)
  return ms === undefined ? undefined : Date.UTC(year, month - 1, day, hour, minute, second, ms)
}

const ZERO = 48
const digitAt = (text: string, at: number): number => {
  const digit = text.charCodeAt(at) - ZERO
  return digit >= 0 && digit <= 9 ? digit : Number.NaN
}
const pairAt = (text: string, at: number): number => digitAt(text, at) * 10 + digitAt(text, at + 1)

/** Decimals of a second between the point and the Z, truncated after the third. */
function millisAt(text: string, point: number, end: number): number | undefined {
  if (text[point] !== '.' || end === point + 1) return undefined
  let [ms, unit] = [0, 100]
  for (let at = point + 1; at < end; at += 1) {
    const digit = digitAt(text, at)
    if (Number.isNaN(digit)) return undefined
    ms += digit * Math.floor(unit)
    unit /= 10
  }
  return ms
}

/** The fields of a matched time as if it were UTC, in ms; undefined for a 31st of February or for 24:30. */
function wallClock(match: RegExpExecArray): number | undefined {
  const [, year, month, day, hour = 0, minute = 0, second = 0] = match
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined
  if (Number(hour) === 24 && (Number(minute) > 0 || Number(second) > 0)) return undefined
  const at = new Date(0)
  // not Date.UTC, which takes the years 0 to 99 for 1900 to 1999
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(day)) return undefined
  const decimals = match[7]
  const ms = decimals === undefined ? 0 : Number(decimals.padEnd(3, '0').slice(0, 3))
  return at.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + ms
}

/** No clock was ever further from UTC (IANA time zone database: Manila and Juneau, nearly 16 hours). */
const MAX_OFFSET_HOURS = 16

/** In ms; undefined for what no clock shows: +99:99 would be another day. */
function offsetOf(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0
  const digits = offset.slice(1).replace(':', '')
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2) || 0)]
  if (hours >= MAX_OFFSET_HOURS || minutes > 59) return undefined
  return (offset[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS
}

const valid = (ms: number): Date | undefined => (Math.abs(ms) <= 8.64e15 ? new Date(ms) : undefined)

const QUARTER_MS = 900_000
const OFFSETS_KEPT = 4096
const offsets = new Map<string, number | 'changes'>()

/**
 * Offset of a zone at an instant, cached by quarter of an hour, because Intl takes microseconds. Most offsets change on quarters;
 * St John's until 2011, Gaza and Casey changed theirs at 00:01.
 */
export function offsetAt(ms: number, zone: string): number {
  const quarter = Math.floor(ms / QUARTER_MS)
  const key = `${zone} ${quarter}`
  let offset = offsets.get(key)
  if (offset === undefined) {
    const first = offsetMs(new Date(quarter * QUARTER_MS), zone)
    const last = offsetMs(new Date((quarter + 1) * QUARTER_MS - 1), zone)
    offset = first === last ? first : 'changes'
    if (offsets.size >= OFFSETS_KEPT) offsets.clear()
    offsets.set(key, offset)
  }
  return offset === 'changes' ? offsetMs(new Date(ms), zone) : offset
}

const TWO_HOURS_MS = 7_200_000

/**
 * The instant of a local wall clock. An hour that occurs twice: the instant nearer to `near` when one is within two
 * hours of it, else the first. An hour that does not occur (the device missed the change): the offset before the gap.
 */
export function localInstant(wall: number, zone: string, near?: number): number {
  const { usual, other, occursTwice } = instantsOf(wall, zone)
  if (other === undefined || !occursTwice || near === undefined) return usual
  const nearest = Math.abs(near - other) < Math.abs(near - usual) ? other : usual
  return Math.abs(near - nearest) <= TWO_HOURS_MS ? nearest : usual
}

type Instants = {
  /** with the offset before a change: the first of two, or what a clock shows that has not been changed yet */
  readonly usual: number
  /** with the offset after the change, where the wall clock occurs twice or not at all */
  readonly other?: number
  readonly occursTwice: boolean
}

/** What a local wall clock may mean; NaN outside of what a Date can be. */
export function instantsOf(wall: number, zone: string): Instants {
  if (Math.abs(wall) > 8.64e15 - 2 * DAY_MS) return { usual: Number.NaN, occursTwice: false }
  const before = wall - offsetAt(wall - DAY_MS, zone)
  const after = wall - offsetAt(wall + DAY_MS, zone)
  if (before === after) return { usual: before, occursTwice: false }
  const [fit, second] = [before, after].filter((instant) => instant + offsetAt(instant, zone) === wall)
  if (fit !== undefined && second === undefined) return { usual: fit, occursTwice: false }
  return { usual: before, other: after, occursTwice: fit !== undefined }
}

/** Unix time in seconds, milliseconds, microseconds or nanoseconds, distinguished by magnitude (years 1973 to 5138 in ms). */
export function readEpoch(value: number): Date | undefined {
  if (!Number.isFinite(value)) return undefined
  const size = Math.abs(value)
  if (size < 1e11) return valid(Math.round(value * 1000))
  if (size < 1e14) return valid(Math.trunc(value))
  if (size < 1e17) return valid(Math.trunc(value / 1e3))
  return valid(Math.trunc(value / 1e6))
}

/** A time in any form: ISO 8601 text, Unix time as number or as digits. */
export function readTime(value: unknown, zone?: string, near?: Date): Date | undefined {
  if (typeof value === 'number') return readEpoch(value)
  if (typeof value !== 'string') return undefined
  const isEpoch = value[4] !== '-' && /^\d{9,19}(?:\.\d+)?$/.test(value)
  return isEpoch ? readEpoch(Number(value)) : readIso(value, zone, near)
}

/** The time of a value: an instant, or an interval from `time` to `end`. */
export type Covered = { readonly time: Date; readonly end?: Date }

const DURATION =
  /^P(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/
const DURATION_UNITS_MS = [WEEK_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS]

/** An ISO 8601 duration in weeks, days of 24 hours, hours, minutes and seconds; months and years have no length. */
export function durationMs(text: string): number | undefined {
  const parts = DURATION.exec(text)?.slice(1)
  if (!parts?.some((part) => part !== undefined)) return undefined
  return parts.reduce((sum, part, at) => sum + Number(part?.replace(',', '.') ?? 0) * (DURATION_UNITS_MS[at] ?? 0), 0)
}

/**
 * An instant as for `readTime`, or an ISO 8601 interval of instants: start/end, start/duration, duration/end. Undefined for anything else,
 * for a time without an offset, and for an interval that ends before it starts.
 */
export function readCovered(value: unknown): Covered | undefined {
  if (typeof value !== 'string' || !value.includes('/')) {
    const time = readTime(value)
    return time && { time }
  }
  const [first = '', second = '', ...rest] = value.split('/').map((part) => part.trim())
  if (rest.length > 0) return undefined
  const [before, after] = [durationMs(first), durationMs(second)]
  const end = after === undefined ? readIso(second) : undefined
  const start = before === undefined ? readIso(first) : undefined
  const time = start ?? (end && before !== undefined ? valid(end.getTime() - before) : undefined)
  const until = end ?? (start && after !== undefined ? valid(start.getTime() + after) : undefined)
  if (!time || !until || until < time) return undefined
  return until > time ? { time, end: until } : { time }
}
