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
const STREAMS_AT_A_TIME = 500

/** Evidence by Datastream, in the order of time. */
export type EvidenceByStream = Map<number, Evidence[]>
/** What a feature is evaluated for: one span of each Datastream. */
export type Request = { readonly feature: Feature; readonly spans: readonly Span[] }

export async function evidenceOf(db: Queryable, feature: Feature, spans: readonly Span[]): Promise<EvidenceByStream> {
  const [evidence] = await evidenceOfAll(db, [{ feature, spans }])
  return evidence ?? new Map()
}

/**
 * Evidence for each request. What several of them look at is read once: of each Datastream the stretch that covers all their
 * windows. Each feature takes its own part of it, so that the others make no difference to its evidence.
 */
export async function evidenceOfAll(db: Queryable, requests: readonly Request[]): Promise<EvidenceByStream[]> {
  const found = requests.map((): EvidenceByStream => new Map())
  const bySource = Map.groupBy(requests.keys(), (i) => sourceOf((requests[i] as Request).feature))
  for (const [source, indices] of bySource) {
    const wanted = wantedBy(requests, indices)
    const ids = [...wanted.keys()]
    for (let from = 0; from < ids.length; from += STREAMS_AT_A_TIME) {
      const some = ids.slice(from, from + STREAMS_AT_A_TIME)
      await readSome(db, source, { requests, found, wanted, ids: some })
    }
  }
  return found
}

/** `raw`, or the property of which hours are read. */
const sourceOf = ({ condition }: Feature): string =>
  condition.kind === 'value' || windowMsOf(condition) < HOUR_MS ? 'raw' : propertyOfCondition(condition)

type Wanted = { readonly uses: { readonly request: number; readonly span: Span }[]; after: number; until: number }

function wantedBy(requests: readonly Request[], indices: readonly number[]): Map<number, Wanted> {
  const wanted = new Map<number, Wanted>()
  for (const request of indices) {
    const { feature, spans } = requests[request] as Request
    const lookBackMs = lookBackMsOf(feature)
    for (const span of spans) {
      const after = span.after - lookBackMs
      const own = wanted.get(span.stream.id)
      if (own) {
        own.uses.push({ request, span })
        own.after = Math.min(own.after, after)
        own.until = Math.max(own.until, span.until)
      } else wanted.set(span.stream.id, { uses: [{ request, span }], after, until: span.until })
    }
  }
  return wanted
}

type Some = {
  readonly requests: readonly Request[]
  readonly found: readonly EvidenceByStream[]
  readonly wanted: ReadonlyMap<number, Wanted>
  readonly ids: readonly number[]
}

async function readSome(db: Queryable, source: string, { requests, found, wanted, ids }: Some): Promise<void> {
  const stretches = ids.map((id) => {
    const { after, until } = wanted.get(id) as Wanted
    return { id, after, until }
  })
  const add = <Row>(rows: ReadonlyMap<number, readonly Row[]>, evidenceIn: EvidenceIn<Row>): void => {
    for (const id of ids)
      for (const { request, span } of wanted.get(id)?.uses ?? []) {
        const evidence = evidenceIn(rows.get(id) ?? [], (requests[request] as Request).feature, span)
        if (evidence.length > 0) found[request]?.set(id, evidence)
      }
  }
  if (source === 'raw') add(await selectRaw(db, stretches), rawEvidence)
  else add(await selectHours(db, source, stretches), ofHours)
}

/** @param rows of the Datastream, in the order of time; all that lie in the span and its windows, and perhaps others */
type EvidenceIn<Row> = (rows: readonly Row[], feature: Feature, span: Span) => Evidence[]

const rawEvidence: EvidenceIn<Raw> = (rows, feature, span) => {
  const from = span.after - lookBackMsOf(feature)
  const own = rows.filter((row) => row.at > from && row.at <= span.until && isEvidence(row, feature))
  return feature.condition.kind === 'value'
    ? own.map(({ at, result }) => ({ at, value: result }))
    : ofShortWindows(own, feature.condition as ShortCondition, span)
}

/** How long before a span its first window begins. */
function lookBackMsOf({ condition }: Feature): number {
  if (condition.kind === 'value') return 0
  const windowMs = windowMsOf(condition)
  return windowMs + (windowMs < HOUR_MS ? SHORT_STEP_MS : HOUR_MS)
}

export function windowMsOf(condition: Exclude<MeasuredCondition, { kind: 'value' }>): number {
  return condition.kind === 'legal_threshold'
    ? LEGAL_HOURS[condition.per] * HOUR_MS
    : condition.windowMinutes * MINUTE_MS
}

export const isEvidence = ({ quality }: Pick<Raw, 'quality'>, { suspect }: Feature): boolean =>
  quality === 1 || quality === 2 || (suspect && quality === 3)

type ShortCondition = Extract<MeasuredCondition, { windowMinutes: number }>

/**
 * Windows that end every five minutes; one counts when its newest five minutes have a measurement and are over. It has no
 * value where there is too little before.
 */
function ofShortWindows(rows: readonly Raw[], condition: ShortCondition, { after, until }: Span): Evidence[] {
  const buckets = Map.groupBy(rows, ({ at }) => Math.floor(at / SHORT_STEP_MS) * SHORT_STEP_MS)
  return [...buckets.keys()].flatMap((bucket): Evidence[] => {
    const end = bucket + SHORT_STEP_MS
    if (end <= after || end > until) return []
    return [{ at: end, value: shortValue(condition, buckets, bucket) }]
  })
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
const ofHours: EvidenceIn<Hour> = (rows, feature, { stream, after, until }) => {
  const from = after - lookBackMsOf(feature)
  const means = new Map<number, number>()
  for (const hour of rows) {
    const mean = hour.at > from && hour.at < until ? hourMean(hour, feature, stream.grade) : null
    if (mean !== null) means.set(hour.at, mean)
  }
  return [...means.keys()].flatMap((hour): Evidence[] => {
    const end = hour + HOUR_MS
    if (end <= after || end > until) return []
    return [{ at: end, value: hourlyValue(means, hour, feature) }]
  })
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
