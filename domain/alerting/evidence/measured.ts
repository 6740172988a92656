import type { Queryable } from '#infra/db/pool.ts'
import { countsDoubted } from '#model/air-quality/measuring-ranges.ts'
import { rounded, unitOf } from '#model/air-quality/standards/assess.ts'
import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import type { AlertRule } from '#model/alerting/rule.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { averageOf, meanOf } from '#model/observation/averages.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import type { Grade } from '#model/things/grade.ts'
import { standardRules } from '../compile.ts'
import type { Evidence } from '../machine.ts'
import { type Hour, type Raw, type Span, selectHours, selectRaw } from './series.ts'

/** Conditions on what Datastreams measure: their evidence follows from stored Observations alone, live and in a backtest. */
export type MeasuredCondition = Extract<
  AlertRule['condition'],
  { kind: 'value' | 'mean' | 'percentile' | 'rate' | 'legal_threshold' }
>
export const isMeasuredCondition = (condition: AlertRule['condition']): condition is MeasuredCondition =>
  ['value', 'mean', 'percentile', 'rate', 'legal_threshold'].includes(condition.kind)

export const propertyOfCondition = (condition: MeasuredCondition): string =>
  condition.kind === 'legal_threshold' ? condition.pollutant : condition.property

/** What rules with the same condition share, so that it is read and computed once. */
export type Feature = {
  readonly condition: MeasuredCondition
  /** suspect Observations are evidence */
  readonly suspect: boolean
  readonly standard?: AirStandard | undefined
}

const SHORT_STEP_MS = 5 * MINUTE_MS
/** Share of the hours of a window that must have a value. */
const MIN_COVERAGE = 0.75
const LEGAL_HOURS = { hour: 1, three_hours: 3, day_max_8h: 8, day: 24 } as const
/** A running mean of 8 hours needs 6 (2008/50/EC, annex XI); one of 24 needs 18; three hours in a row need all. */
const LEGAL_MIN_HOURS = { hour: 1, three_hours: 3, day_max_8h: 6, day: 18 } as const

/** Datastreams that are read at a time: what is stored of a window takes more memory than the evidence that it makes. */
const STREAMS_AT_A_TIME = 2_000

/** Evidence by Datastream, in the order of time. */
export async function evidenceOf(
  db: Queryable,
  feature: Feature,
  spans: readonly Span[],
): Promise<Map<number, Evidence[]>> {
  const evidence = new Map<number, Evidence[]>()
  for (let from = 0; from < spans.length; from += STREAMS_AT_A_TIME)
    for (const [id, own] of await evidenceOfSome(db, feature, spans.slice(from, from + STREAMS_AT_A_TIME)))
      evidence.set(id, own)
  return evidence
}

async function evidenceOfSome(
  db: Queryable,
  feature: Feature,
  spans: readonly Span[],
): Promise<Map<number, Evidence[]>> {
  const { condition } = feature
  if (condition.kind === 'value') return ofValues(await selectRaw(db, spans, 0), feature)
  const windowMs = windowMsOf(condition)
  if (windowMs < HOUR_MS) return ofShortWindows(await selectRaw(db, spans, windowMs + SHORT_STEP_MS), feature, spans)
  const hours = await selectHours(db, propertyOfCondition(condition), spans, windowMs + HOUR_MS)
  return ofHours(hours, feature, spans)
}

export function windowMsOf(condition: Exclude<MeasuredCondition, { kind: 'value' }>): number {
  return condition.kind === 'legal_threshold'
    ? LEGAL_HOURS[condition.per] * HOUR_MS
    : condition.windowMinutes * MINUTE_MS
}

export const isEvidence = ({ quality }: Pick<Raw, 'quality'>, { suspect }: Feature): boolean =>
  quality === 1 || quality === 2 || (suspect && quality === 3)

function ofValues(raw: ReadonlyMap<number, readonly Raw[]>, feature: Feature): Map<number, Evidence[]> {
  const evidence = new Map<number, Evidence[]>()
  for (const [id, rows] of raw) {
    const own = rows.flatMap((row) => (isEvidence(row, feature) ? [{ at: row.at, value: row.result }] : []))
    if (own.length > 0) evidence.set(id, own)
  }
  return evidence
}

type ShortCondition = Extract<MeasuredCondition, { windowMinutes: number }>

/**
 * Windows that end every five minutes; one counts when its newest five minutes have a measurement and are over. It has no
 * value where there is too little before.
 */
function ofShortWindows(
  raw: ReadonlyMap<number, readonly Raw[]>,
  feature: Feature,
  spans: readonly Span[],
): Map<number, Evidence[]> {
  const condition = feature.condition as ShortCondition
  const evidence = new Map<number, Evidence[]>()
  for (const { stream, after, until } of spans) {
    const rows = (raw.get(stream.id) ?? []).filter((row) => isEvidence(row, feature))
    const buckets = Map.groupBy(rows, ({ at }) => Math.floor(at / SHORT_STEP_MS) * SHORT_STEP_MS)
    const own = [...buckets.keys()].flatMap((bucket): Evidence[] => {
      const end = bucket + SHORT_STEP_MS
      if (end <= after || end > until) return []
      return [{ at: end, value: shortValue(condition, buckets, bucket) }]
    })
    if (own.length > 0) evidence.set(stream.id, own)
  }
  return evidence
}

/** @param buckets five minutes each, by their beginning */
function shortValue(
  condition: ShortCondition,
  buckets: ReadonlyMap<number, readonly Raw[]>,
  newest: number,
): number | null {
  const windowMs = condition.windowMinutes * MINUTE_MS
  const average = averageOf(condition.property)
  const resultsOf = (bucket: number): number[] => buckets.get(bucket)?.map(({ result }) => result) ?? []
  if (condition.kind === 'rate')
    return ratePerHour(meanOf(resultsOf(newest - windowMs), average), meanOf(resultsOf(newest), average), windowMs)
  const within = Array.from({ length: windowMs / SHORT_STEP_MS }, (_, age) =>
    resultsOf(newest - age * SHORT_STEP_MS),
  ).flat()
  return condition.kind === 'percentile' ? nearestRank(within, condition.percentile) : meanOf(within, average)
}

function ratePerHour(first: number | null | undefined, last: number | null, windowMs: number): number | null {
  return first === null || first === undefined || last === null ? null : ((last - first) / windowMs) * HOUR_MS
}

/** The smallest value that at least so many percent do not exceed; null of none. */
function nearestRank(values: readonly number[], percentile: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? null
}

/** As above, of whole hours (UTC), every hour. */
function ofHours(
  hours: ReadonlyMap<number, readonly Hour[]>,
  feature: Feature,
  spans: readonly Span[],
): Map<number, Evidence[]> {
  const evidence = new Map<number, Evidence[]>()
  for (const { stream, after, until } of spans) {
    const means = new Map<number, number>()
    for (const hour of hours.get(stream.id) ?? []) {
      const mean = hourMean(hour, feature, stream.grade)
      if (mean !== null) means.set(hour.at, mean)
    }
    const own = [...means.keys()].flatMap((hour): Evidence[] => {
      const end = hour + HOUR_MS
      if (end <= after || end > until) return []
      return [{ at: end, value: hourlyValue(means, hour, feature) }]
    })
    if (own.length > 0) evidence.set(stream.id, own)
  }
  return evidence
}

/** Doubted readings of reference and indicative instruments count in legal thresholds: an episode looks like a fault. */
function hourMean({ good, mean, suspect, suspectMean }: Hour, feature: Feature, grade: Grade): number | null {
  const counts = feature.suspect || (feature.condition.kind === 'legal_threshold' && countsDoubted(grade))
  if (!counts || suspect === 0 || suspectMean === null) return good > 0 ? mean : null
  return good > 0 && mean !== null ? (good * mean + suspect * suspectMean) / (good + suspect) : suspectMean
}

function hourlyValue(means: ReadonlyMap<number, number>, newest: number, feature: Feature): number | null {
  const { condition } = feature
  const last = (count: number): number[] =>
    Array.from({ length: count }, (_, age) => means.get(newest - age * HOUR_MS)).filter((mean) => mean !== undefined)
  if (condition.kind === 'legal_threshold') return legalValue(last(LEGAL_HOURS[condition.per]), feature)
  if (condition.kind === 'value') return null
  const count = condition.windowMinutes / 60
  if (condition.kind === 'rate')
    return ratePerHour(means.get(newest - count * HOUR_MS), means.get(newest) ?? null, count * HOUR_MS)
  const within = last(count)
  if (within.length < Math.ceil(MIN_COVERAGE * count)) return null
  return condition.kind === 'percentile'
    ? nearestRank(within, condition.percentile)
    : meanOf(within, averageOf(condition.property))
}

/** In the unit of the standard and rounded as it says, so that it compares with its levels as api/air-quality does. */
function legalValue(hours: readonly number[], { condition, standard }: Feature): number | null {
  if (condition.kind !== 'legal_threshold' || standard === undefined) return null
  const [level] = standardRules(condition, standard)
  if (level === undefined || hours.length < LEGAL_MIN_HOURS[condition.per]) return null
  const canonical =
    condition.per === 'three_hours' ? Math.min(...hours) : hours.reduce((sum, hour) => sum + hour, 0) / hours.length
  return rounded(unitOf(standard, level)(canonical), level)
}

/** Unit of the values, for messages. */
export function unitOfFeature({ condition, standard }: Feature): string | undefined {
  if (condition.kind === 'legal_threshold') return standardRules(condition, standard)[0]?.unit
  const unit = PROPERTIES.get(condition.property)?.unit
  return condition.kind === 'rate' && unit !== undefined ? `${unit === '1' ? '' : unit}/h` : unit
}
