import { MINUTE_MS } from '#model/basics/durations.ts'
import { REASONS } from '#model/observation/quality.ts'
import { durationMs, instantsOf, parseIso, readCovered, readTime } from './time.ts'
import type { Input } from './types.ts'

/** A device clock that is ahead by up to this much is not flagged. */
export const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS

/** Longer after its time a message may as well be one of the hour before, which waited. */
const LIVE_MS = 15 * MINUTE_MS

/** A time that a device states; `flags` where it may be an hour off. */
export type Stated = { readonly time: Date; readonly flags?: number }
export type Arrival = Pick<Input, 'timeZone' | 'receivedAt' | 'retained'>

/** `live`: sent when measured, or soon after; `hourly`: a reading that may be more than an hour old in a message of now. */
export type Age = 'live' | 'hourly'

/**
 * The time of a message, ISO 8601. Without an offset it is local to the zone of the source, and on a day on which clocks change the
 * arrival tells which of two instants is meant (`localAtArrival`).
 */
export function readStated(text: string, arrival: Arrival, age: Age = 'live'): Stated | undefined {
  const parsed = parseIso(text)
  if (parsed === undefined) return undefined
  return 'instant' in parsed ? stated(parsed.instant) : localAtArrival(parsed.wall, arrival, age)
}

/** The same, or Unix time as a number or as digits. */
export function readStatedOrEpoch(value: unknown, arrival: Arrival): Stated | undefined {
  // without a zone only what is an instant
  const instant = readTime(value)
  if (instant) return { time: instant }
  return typeof value === 'string' ? readStated(value, arrival) : undefined
}

/**
 * A time or an ISO 8601 interval, each bound with an offset or local to the zone of the source. Intervals are an hour for many, so that one may
 * be more than an hour old in a message of now.
 */
export function readStatedInterval(text: string, arrival: Arrival): (Stated & { readonly end?: Date }) | undefined {
  const instants = readCovered(text)
  if (instants) return instants
  const [first = '', second, ...rest] = text.split('/').map((part) => part.trim())
  if (second === undefined) return readStated(first, arrival, 'hourly')
  if (rest.length > 0) return undefined
  const [before, after] = [durationMs(first), durationMs(second)]
  if (after !== undefined) {
    const start = readStated(first, endingAfter(after, arrival), 'hourly')
    return start && between(start, stated(start.time.getTime() + after))
  }
  const end = readStated(second, arrival, 'hourly')
  if (before !== undefined) return end && between(stated(end.time.getTime() - before), end)
  // an end that may be an hour off cannot lie before the start
  const ends = end?.flags === undefined ? [end] : [end, laterOf(second, arrival)]
  for (const one of ends) {
    const found = one && between(readStart(first, one.time, arrival), one)
    if (found) return found
  }
  return undefined
}

function laterOf(text: string, { timeZone }: Arrival): Stated | undefined {
  const parsed = parseIso(text)
  if (parsed === undefined || 'instant' in parsed) return undefined
  const { usual, other = usual } = instantsOf(parsed.wall, timeZone)
  return { time: new Date(Math.max(usual, other)), flags: REASONS.ambiguous_time }
}

/** An interval that began this long before it was over, and could be sent. */
const endingAfter = (ms: number, arrival: Arrival): Arrival => ({
  ...arrival,
  receivedAt: new Date(arrival.receivedAt.getTime() - ms),
})

/** The start of an interval with a known end: the last instant before it; flagged where there are two. */
function readStart(text: string, end: Date, { timeZone }: Arrival): Stated | undefined {
  const parsed = parseIso(text)
  if (parsed === undefined) return undefined
  if ('instant' in parsed) return stated(parsed.instant)
  const { usual, other = usual } = instantsOf(parsed.wall, timeZone)
  const [early, late] = [Math.min(usual, other), Math.max(usual, other)]
  if (late > end.getTime()) return stated(early)
  return early === late ? stated(late) : { time: new Date(late), flags: REASONS.ambiguous_time }
}

function between(start: Stated | undefined, end: Stated | undefined): ReturnType<typeof readStatedInterval> {
  if (!start || !end || end.time < start.time) return undefined
  const flags = (start.flags ?? 0) | (end.flags ?? 0)
  return { time: start.time, ...(end.time > start.time && { end: end.time }), ...(flags !== 0 && { flags }) }
}

const stated = (ms: number): Stated | undefined => (Math.abs(ms) <= 8.64e15 ? { time: new Date(ms) } : undefined)

/**
 * The instant of a local wall clock. An hour that occurs twice in autumn, and one that does not occur in spring (the device has
 * changed its clock too late or too early), have two:
 * - the earlier one, when the later one had not come by the arrival;
 * - else the later one, when it is no further from the arrival than the two are from each other;
 * - else the one with the offset before the change, as for messages that the broker retained, whose arrival says nothing.
 * What may be an hour off is flagged: the last, and the second unless the message came within minutes and is not of an hourly reading.
 */
export function localAtArrival(
  wall: number,
  { timeZone, receivedAt, retained }: Arrival,
  age: Age = 'live',
): Stated | undefined {
  const { usual, other } = instantsOf(wall, timeZone)
  if (other === undefined) return stated(usual)
  const [early, late] = usual < other ? [usual, other] : [other, usual]
  const delay = receivedAt.getTime() - late
  if (retained || delay > late - early) return { time: new Date(usual), flags: REASONS.ambiguous_time }
  if (delay < -CLOCK_TOLERANCE_MS) return stated(early)
  if (age === 'live' && delay <= LIVE_MS) return stated(late)
  return { time: new Date(late), flags: REASONS.ambiguous_time }
}
