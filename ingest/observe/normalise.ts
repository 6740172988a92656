import { DAY_MS, MINUTE_MS } from '#model/basics/durations.ts'
import type { Position } from '#model/basics/geo.ts'
import { OBSERVATION_RETENTION_DAYS } from '#model/basics/retention.ts'
import type { Source } from '#model/city/city-pack.ts'
import { type Bound, storedLimit } from '#model/observation/censored.ts'
import { onCircle } from '#model/observation/directions.ts'
import {
  coversInterval,
  isPropertyName,
  type ObservedProperty,
  PROPERTIES,
  type PropertyName,
} from '#model/observation/properties.ts'
import { QUALITY, type Quality, REASONS, worst } from '#model/observation/quality.ts'
import { toCanonical, ucum } from '#model/observation/units.ts'
import { longDuration } from '#model/text/duration.ts'
import { readLoneNumber } from '#model/text/numbers.ts'
import { MAX_NAME_LENGTH, plainText } from '#model/text/storable-text.ts'
import type { Domain } from '#model/things/domain.ts'
import { clip, show } from '../decode/helpers/input.ts'
import { CLOCK_TOLERANCE_MS } from '../decode/helpers/local-time.ts'
import type { FieldProblem, RejectReason, Sample } from '../decode/helpers/types.ts'
import { rangeTest } from '../quality/range.ts'
import { isSentinel } from '../quality/sentinels.ts'

/** One observation in the canonical unit of its property, not yet resolved to a Datastream. */
export type NormalSample = {
  device: string
  property: PropertyName
  channel: string
  /** canonical UCUM unit */
  unit: string
  phenomenonTime: Date
  result: number
  quality: Quality
  reasons: number
  location?: Position
  domain: Domain
}

/** Beyond this the value is rejected; in between it is suspect. */
export const CLOCK_AHEAD_LIMIT_MS = 60 * MINUTE_MS
/** Older raw observations would be deleted at once. */
export const OLDEST_MS = OBSERVATION_RETENTION_DAYS * DAY_MS
const YEAR_2000_MS = Date.UTC(2000, 0, 1)

/**
 * Turns samples into observations: parses numbers, converts units, checks time and place, applies the gross range test. Event
 * time is never rewritten. A sample that cannot be stored is returned as a problem that names its field.
 */
export function normalise(
  samples: Sample[],
  { receivedAt, source }: { receivedAt: Date; source: Source },
): { samples: NormalSample[]; rejected: FieldProblem[] } {
  const out: NormalSample[] = []
  const rejected: FieldProblem[] = []
  // Samples of one message share time and location: each is checked once, and an invalid location is one problem.
  let time: TimeRead | Refusal | undefined
  let timeRead: Date | undefined
  let places: Map<Position, Position | undefined> | undefined
  const problem = (field: string, reason: RejectReason, detail: string): void => {
    rejected.push({ field: plainText(clip(field)), reason, detail: plainText(detail) })
  }
  const timeOf = (sample: Sample, property: ObservedProperty): TimeRead | Refusal => {
    const stated = property.kind === 'counter' ? (sample.end ?? sample.time) : sample.time
    if (!time || timeRead !== stated) {
      timeRead = stated
      time = readPhenomenonTime(timeRead, receivedAt, source.history ?? false)
    }
    return sample.end ? time : startOf(time, property, source)
  }
  const placeOf = (sample: Sample): Position | undefined => {
    const { location } = sample
    if (location === undefined) return undefined
    places ??= new Map()
    if (places.has(location)) return places.get(location)
    const place = readPosition(location)
    if (!place) problem('location', 'bad_location', wherePosition(location))
    places.set(location, place)
    return place
  }
  for (const sample of samples) {
    const property = PROPERTIES.get(sample.property)
    if (!property || !isPropertyName(property.name)) {
      problem(sample.field, 'unknown_property', `"${clip(sample.property)}" is not an observed property`)
      continue
    }
    const device = plainText(sample.device)
    const channel = plainText(sample.channel)
    const read = refuseLongName(device, channel) ?? readResult(sample, property)
    if ('reason' in read) {
      problem(sample.field, read.reason, read.detail)
      continue
    }
    const time = timeOf(sample, property)
    if ('reason' in time) {
      problem(sample.field, time.reason, time.detail)
      continue
    }
    const location = placeOf(sample)
    // A radio signal without its position must not count for the place at which its Thing is registered.
    if (sample.location && !location && property.positioned) {
      problem(sample.field, 'bad_location', `${property.name} was measured on the move and needs its position`)
      continue
    }
    const range = rangeTest(property, read.result)
    const observation: NormalSample = {
      device,
      property: property.name,
      channel,
      unit: property.unit,
      phenomenonTime: time.at,
      result: read.result,
      quality: worst(worst(range.quality, time.quality), qualityOfFlags(sample.flags)),
      reasons: range.reasons | time.reasons | read.reasons | (sample.flags ?? 0),
      domain: sample.domain ?? source.domain ?? property.domain,
    }
    if (location) observation.location = location
    out.push(observation)
  }
  return { samples: out, rejected }
}

/** A value that the device itself contradicts, or that may be of another hour, does not pass, whatever the tests of the value. */
const qualityOfFlags = (flags = 0): Quality =>
  flags & (REASONS.channels_disagree | REASONS.ambiguous_time) ? QUALITY.suspect : QUALITY.notEvaluated

type Refusal = { reason: RejectReason; detail: string }
const refuse = (reason: RejectReason, detail: string): Refusal => ({ reason, detail })

function refuseLongName(...names: readonly string[]): Refusal | undefined {
  const long = names.find((name) => name.length > MAX_NAME_LENGTH)
  return long === undefined
    ? undefined
    : refuse('name_too_long', `"${clip(long)}" has ${long.length} characters; the limit is ${MAX_NAME_LENGTH}`)
}

/** Larger than any measurement, and the limit of stored observations (packed-result.ts). */
const LARGEST_RESULT = 1e50

type ResultRead = { result: number; reasons: number }

function readResult(sample: Sample, property: ObservedProperty): ResultRead | Refusal {
  const limit = readLimit(sample.value)
  const raw = limit?.value ?? readNumber(sample.value)
  if (raw === undefined) return refuse('bad_value', `${show(sample.value)} is not a number`)
  if (limit && property.kind !== 'gauge')
    return refuse('bad_value', `${show(sample.value)} is a limit, and ${property.name} is counted`)
  if (limit && property.circular)
    return refuse('bad_value', `${show(sample.value)} is a limit, and no direction is lower than another`)
  if (isSentinel(raw, property)) return refuse('bad_value', `${raw} is a code for "no value"`)
  const unit = sample.unit ?? property.unit
  const result = toCanonical(raw, unit, property)
  if (result !== undefined && Math.abs(result) <= LARGEST_RESULT)
    return limit
      ? storedLimit(result, limit.bound, property.unit)
      : { result: property.circular ? onCircle(result) : result, reasons: 0 }
  if (ucum(unit) === undefined) return refuse('unknown_unit', `"${clip(unit)}" is not a known unit`)
  if (result !== undefined) return refuse('bad_value', `${raw} ${unit} is too large`)
  return refuse('unit_mismatch', `"${clip(unit)}" does not convert to ${property.unit}, the unit of ${property.name}`)
}

/** "<2" and ">500": a limit of the instrument (model/observation/censored.ts). */
function readLimit(value: unknown): { value: number; bound: Bound } | undefined {
  const read = typeof value === 'string' && /^\s*[<>≤≥]/.test(value) ? readLoneNumber(value) : undefined
  return read?.bound && !read.percent ? { value: read.value, bound: read.bound } : undefined
}

/**
 * A finite number from a number or a numeric text: " 5", "1.27e3", "12,5" (decimal comma). "1,234.5", "1,204" and "0x10"
 * are rejected: a comma groups thousands in one country and separates decimals in another.
 */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  const read = typeof value === 'string' ? readLoneNumber(value) : undefined
  return read?.bound === null && !read.percent ? read.value : undefined
}

type TimeRead = { at: Date; quality: Quality; reasons: number }

/** For a source whose times mark the end of intervals, the phenomenon time is the interval before it. */
function startOf(time: TimeRead | Refusal, property: ObservedProperty, { endsInterval }: Source): TimeRead | Refusal {
  if (!endsInterval || 'reason' in time || property.kind === 'counter') return time
  const { seconds, properties } = endsInterval
  const covers = properties ? properties.includes(property.name) : coversInterval(property)
  return covers ? { ...time, at: new Date(time.at.getTime() - seconds * 1000) } : time
}

function readPhenomenonTime(time: Date | undefined, receivedAt: Date, history: boolean): TimeRead | Refusal {
  if (time === undefined) return { at: receivedAt, quality: QUALITY.notEvaluated, reasons: REASONS.time_of_arrival }
  const at = time.getTime()
  if (Number.isNaN(at)) return refuse('bad_time', 'time not readable')
  const ahead = at - receivedAt.getTime()
  if (ahead > CLOCK_AHEAD_LIMIT_MS)
    return refuse('clock_ahead', `${time.toISOString()} is ${longDuration(ahead)} after its arrival`)
  if (ahead > CLOCK_TOLERANCE_MS) return { at: time, quality: QUALITY.suspect, reasons: REASONS.clock_ahead }
  if (history) return { at: time, quality: QUALITY.notEvaluated, reasons: 0 }
  if (at < YEAR_2000_MS) return refuse('clock_behind', `${time.toISOString()} is before the year 2000`)
  if (-ahead > OLDEST_MS)
    return refuse(
      'clock_behind',
      `${time.toISOString()} is ${longDuration(-ahead)} before its arrival; the limit is ${OBSERVATION_RETENTION_DAYS} days`,
    )
  return { at: time, quality: QUALITY.notEvaluated, reasons: 0 }
}

/**
 * A valid position, or undefined. Swapped coordinates are not corrected: where it is evident (a latitude above 90) the place
 * is rejected, elsewhere it would be a guess. Receivers report [0, 0] without a fix.
 */
function readPosition(position: Position): Position | undefined {
  const [lon, lat] = position
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90) || (lon === 0 && lat === 0)) return undefined
  return position
}

function wherePosition([lon, lat]: Position): string {
  const swapped = Math.abs(lat) > 90 && Math.abs(lat) <= 180 && Math.abs(lon) <= 90
  return `[${lon}, ${lat}] is not a valid [longitude, latitude]${swapped ? '; longitude comes first' : ''}`
}
