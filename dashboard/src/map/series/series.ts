import type { ObservationsResponse } from '#model/api/city.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { MIN_OBSERVATION_RETENTION_DAYS } from '#model/basics/retention.ts'
import { type Average, averageOf, meanOf } from '#model/observation/averages.ts'
import type { Censored } from '#model/observation/censored.ts'
import { isGood, type Quality } from '#model/observation/quality.ts'
import type { Within } from '../../state/series-address.ts'
import type { Range } from '../../state/view-state.ts'

/** One point of a chart; null where nothing was measured: a gap, never a zero. Time in seconds, as uPlot wants it. */
export type SeriesPoint = {
  readonly time: number
  readonly value: number | null
  readonly min: number | null
  readonly max: number | null
  /** 0 to 1, null for raw values */
  readonly capture: number | null
  readonly n: number
  readonly suspect: boolean
  /** of a single value: its flag, and why it has it */
  readonly quality: Quality | null
  readonly reasons: readonly string[]
  /** a value that is only a limit: "<2", ">500" */
  readonly limit: Censored | null
  /** of a bucket: how many of its values are limits, of how many */
  readonly censored: { readonly n: number; readonly of: number } | null
  /** of a bucket: how many are suspect, their mean, and how many of them are in its value */
  readonly suspects: { readonly n: number; readonly mean: number | null; readonly counted: number } | null
}
export type Series = {
  readonly points: readonly SeriesPoint[]
  /** raw: single values; mean: of buckets with their range; total: amounts of counters and intervals by bucket; direction: means without a range; maximum: the highest by bucket */
  readonly statistic: 'raw' | 'mean' | 'total' | 'direction' | 'maximum'
  readonly average: Average
  readonly bucketSeconds: number | null
}

/** What is asked for: single values, or buckets of `every`. */
export type Window = { readonly from: string; readonly to: string; readonly every?: string }

/**
 * What to ask for: 24 hours raw, 7 days by the hour, 30 days and a year by the local day; up to now on whole minutes, to be
 * cached. `end`: of a day of the past, of which single values may be gone: then a day is by the hour, too.
 */
export function windowOf(range: Range, now: number, end?: number): Window {
  const isPast = end !== undefined && end < now
  const to = isPast ? end : Math.ceil(now / 60_000) * 60_000
  const days = { '24h': 1, '7d': 7, '30d': 30, '365d': 365 }[range]
  const every = { '24h': isPast ? '1h' : undefined, '7d': '1h', '30d': '1d', '365d': '1d' }[range]
  const from = new Date(to - days * 86_400_000).toISOString()
  return { from, to: new Date(to).toISOString(), ...(every !== undefined && { every }) }
}

/** Longest time, days, for which each step is asked; the API gives 10,000 values or buckets at most. */
const SINGLE_DAYS = 2
const HOUR_DAYS = 60
const SIX_HOUR_DAYS = 400
const MAX_SINGLE = 10_000

type Finer = { readonly now: number; readonly intervalSeconds: number | null }

/**
 * What to ask for of a selected part: the finest step that fits into one answer and that the database still has. Single values
 * are deleted after a while.
 */
export function windowWithin({ from, to }: Within, { now, intervalSeconds }: Finer): Window {
  const days = (to - from) / DAY_MS
  const isKept = from >= now - MIN_OBSERVATION_RETENTION_DAYS * DAY_MS
  const fits = intervalSeconds === null || (to - from) / 1000 / intervalSeconds <= MAX_SINGLE
  const every = days <= HOUR_DAYS ? '1h' : days <= SIX_HOUR_DAYS ? '6h' : '1d'
  const window = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  return days <= SINGLE_DAYS && isKept && fits ? window : { ...window, every }
}

export function seriesOf(response: ObservationsResponse): Series {
  const average = averageOf(response.datastream.property)
  if (response.buckets) return bucketSeries(response, average)
  const points = (response.observations ?? [])
    .map(
      ({ time, result, quality, reasons, censored }): SeriesPoint => ({
        time: Date.parse(time) / 1000,
        value: result,
        min: null,
        max: null,
        capture: null,
        n: 1,
        limit: censored ?? null,
        censored: null,
        suspect: !isGood(quality),
        quality,
        reasons,
        suspects: null,
      }),
    )
    .toSorted((a, b) => a.time - b.time)
  return { points: withGaps(points), statistic: 'raw', average, bucketSeconds: null }
}

function bucketSeries({ buckets = [], datastream, every }: ObservationsResponse, average: Average): Series {
  const statistic = statisticOf(datastream, average)
  const points = buckets.map(
    (bucket): SeriesPoint => ({
      time: Date.parse(bucket.time) / 1000,
      value: bucket[FIELD[statistic]],
      min: statistic === 'mean' ? bucket.min : null,
      max: statistic === 'mean' ? bucket.max : null,
      capture: bucket.dataCapture,
      n: bucket.n,
      limit: limitOf(bucket),
      censored: bucket.censored ? { n: bucket.censored.below + bucket.censored.above, of: bucket.good } : null,
      suspect: bucket.good < bucket.n,
      quality: null,
      reasons: [],
      suspects: bucket.suspect,
    }),
  )
  const bucketSeconds = every === '1d' ? 86_400 : every === '6h' ? 21_600 : 3600
  return { points: fillBuckets(points, bucketSeconds), statistic, average, bucketSeconds }
}

function limitOf({ censored }: NonNullable<ObservationsResponse['buckets']>[number]): Censored | null {
  if (!censored || censored.limit === null) return null
  return { bound: censored.below > 0 ? 'below' : 'above', limit: censored.limit }
}

type BucketStatistic = Exclude<Series['statistic'], 'raw'>
const FIELD = { mean: 'mean', direction: 'mean', total: 'total', maximum: 'max' } as const

function statisticOf({ kind }: ObservationsResponse['datastream'], average: Average): BucketStatistic {
  if (kind !== 'gauge') return 'total'
  if (average === 'maximum') return 'maximum'
  return average === 'vector' ? 'direction' : 'mean'
}

/** Buckets that the answer leaves out were not measured: a gap in the line. Days may be 23 or 25 hours long. */
function fillBuckets(points: readonly SeriesPoint[], seconds: number): SeriesPoint[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1]
    return before && point.time - before.time > seconds * 1.5 ? [hole(before.time + seconds), point] : [point]
  })
}

/** Breaks the line where the distance is more than five times the median. */
function withGaps(points: readonly SeriesPoint[]): SeriesPoint[] {
  const steps = points.slice(1).map((point, index) => point.time - (points[index]?.time ?? 0))
  const median = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  return points.flatMap((point, index) => {
    const before = points[index - 1]
    return before && median > 0 && point.time - before.time > 5 * median ? [hole(before.time + median), point] : [point]
  })
}

const hole = (time: number): SeriesPoint => ({
  time,
  value: null,
  min: null,
  max: null,
  capture: 0,
  n: 0,
  limit: null,
  censored: null,
  suspect: false,
  quality: null,
  reasons: [],
  suspects: null,
})

export type Summary = {
  readonly n: number
  readonly min: number
  readonly max: number
  /** null where directions cancel out */
  readonly mean: number | null
  readonly sum: number
  readonly first: number
  readonly last: number
  readonly capture: number | null
  readonly suspect: number
}

/** The series in a few numbers, for the sentence that says what the chart shows; null when there is nothing. */
export function summarise({ points, average }: Series): Summary | null {
  const known = points.flatMap((point) => (point.value === null ? [] : [{ ...point, value: point.value }]))
  const [head] = known
  const tail = known.at(-1)
  if (!head || !tail) return null
  const values = known.map(({ value }) => value)
  const captures = points.flatMap(({ capture }) => capture ?? [])
  const sum = values.reduce((total, value) => total + value, 0)
  return {
    n: known.reduce((total, { n }) => total + n, 0),
    min: known.reduce((low, { min, value }) => Math.min(low, min ?? value), Number.POSITIVE_INFINITY),
    max: known.reduce((high, { max, value }) => Math.max(high, max ?? value), Number.NEGATIVE_INFINITY),
    mean: meanOf(values, average),
    sum,
    first: head.value,
    last: tail.value,
    capture: captures.length > 0 ? captures.reduce((total, share) => total + share, 0) / captures.length : null,
    suspect: known.filter(({ suspect }) => suspect).length,
  }
}
