import type { ObservationsResponse } from '#model/api/city.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { localMidnight, offsetMs } from '#model/basics/period.ts'
import type { Average } from '#model/observation/averages.ts'
import {
  addVectors,
  type MeanDirection,
  meanDirection,
  type VectorSum,
  vectorSum,
} from '#model/observation/directions.ts'
import type { PropertyKind } from '#model/observation/properties.ts'
import { levelOf } from '#model/observation/sound.ts'

export const EVERY = ['1h', '6h', '1d'] as const
export type Every = (typeof EVERY)[number]
export type Bucket = NonNullable<ObservationsResponse['buckets']>[number]

/**
 * Statistics of one step (an hour of the rollup), of good observations and null where there are none; but for `n`, which
 * counts all, and the suspect, which stand apart.
 */
export type Hour = {
  time: Date
  n: number
  good: number
  /** sum of the good results; of sound levels, of their energies */
  total: number | null
  low: number | null
  high: number | null
  first: number | null
  last: number | null
  suspect: number
  suspectTotal: number | null
  /** of pollutants alone: the mean that counts in indices and means (HOUR_MEAN), and what each suspect reading counts as in it */
  mean?: number | null
  doubt?: number | null
  /** of directions alone: the sums of their vectors, good and suspect */
  vectors?: { good: VectorSum; suspect: VectorSum }
}

const QUARTER_MS = 900_000
const STEP_MS: Record<Exclude<Every, '1d'>, number> = { '1h': HOUR_MS, '6h': 6 * HOUR_MS }

/**
 * The edges of the buckets that touch [from, to), in milliseconds: n + 1 edges for n buckets. Hours and six hours are
 * UTC; days are local to the city, so they last 23 or 25 hours where the clock changes.
 */
export function bucketEdges(every: Every, from: Date, to: Date, timeZone: string): number[] {
  return every === '1d' ? dayEdges(from, to, timeZone) : stepEdges(STEP_MS[every], from, to)
}

export function stepEdges(stepMs: number, from: Date, to: Date): number[] {
  const start = Math.floor(from.getTime() / stepMs)
  const end = Math.ceil(to.getTime() / stepMs)
  return Array.from({ length: end - start + 1 }, (_, index) => (start + index) * stepMs)
}

function dayEdges(from: Date, to: Date, timeZone: string): number[] {
  const local = new Date(from.getTime() + offsetMs(from, timeZone))
  const edges: number[] = []
  for (let day = local.getUTCDate(); ; day += 1) {
    const edge = localMidnight([local.getUTCFullYear(), local.getUTCMonth() + 1, day], timeZone).getTime()
    // A day that its zone left out is no bucket; one that ended before the window (clocks went back over midnight) is none of it.
    if (edge <= from.getTime()) edges.length = 0
    if (edge !== edges.at(-1)) edges.push(edge)
    if (edge >= to.getTime() && edges.length > 1) return edges
  }
}

/** The coarsest step that meets every edge: an hour, or a quarter where a clock is off by part of an hour. */
export const stepFor = (edges: readonly number[]): number =>
  edges.every((edge) => edge % HOUR_MS === 0) ? HOUR_MS : QUARTER_MS

export type Composition = {
  edges: readonly number[]
  kind: PropertyKind
  average: Average
  expectedIntervalSeconds: number | null
  /** of a meter: what it counted from one edge to another; null without a reading */
  counted?: (from: number, to: number) => number | null
  now: Date
}

/** Buckets from steps in the order of time. No bucket is omitted: one without data has n 0 and null statistics. */
export function composeBuckets(steps: readonly Hour[], how: Composition): Bucket[] {
  const buckets: Bucket[] = []
  let next = 0
  for (const [index, end] of how.edges.slice(1).entries()) {
    const start = how.edges[index] ?? end
    const mine: Hour[] = []
    let step = steps[next]
    while (step && step.time.getTime() < end) {
      mine.push(step)
      next += 1
      step = steps[next]
    }
    buckets.push(bucketOf(mine, start, end, how))
  }
  return buckets
}

function bucketOf(steps: readonly Hour[], start: number, end: number, how: Composition): Bucket {
  const good = sum(steps.map((step) => step.good))
  const total = good === 0 ? null : sum(steps.map((step) => step.total ?? 0))
  if (how.average === 'vector') return directionBucket(steps, start, end, how)
  // of doubted readings that count only the mean is known: the lowest and the highest are at least as far apart
  const lows = steps.flatMap((step) => [step.low ?? [], step.doubt ?? []].flat())
  const highs = steps.flatMap((step) => [step.high ?? [], step.doubt ?? []].flat())
  return {
    time: new Date(start).toISOString(),
    n: sum(steps.map((step) => step.n)),
    good,
    mean: meanOfSteps(steps, how),
    min: lows.length === 0 ? null : Math.min(...lows),
    max: highs.length === 0 ? null : Math.max(...highs),
    total: how.kind === 'counter' ? (how.counted?.(start, end) ?? null) : how.kind === 'interval' ? total : null,
    dataCapture: dataCapture(steps, start, end, how),
    suspect: suspectOf(steps, how),
  }
}

/** On a circle nothing is lowest or highest, and degrees have no sum. */
function directionBucket(steps: readonly Hour[], start: number, end: number, how: Composition): Bucket {
  const of = (which: 'good' | 'suspect') => meanDirection(vectorsOf(steps, which))
  const direction = of('good')
  const suspects = sum(steps.map((step) => step.suspect))
  return {
    time: new Date(start).toISOString(),
    n: sum(steps.map((step) => step.n)),
    good: sum(steps.map((step) => step.good)),
    ...{ mean: direction?.mean ?? null, min: null, max: null, total: null },
    dataCapture: dataCapture(steps, start, end, how),
    suspect: suspects === 0 ? null : { n: suspects, mean: of('suspect')?.mean ?? null, counted: 0 },
    ...(direction && { direction: directionOf(direction) }),
  }
}

const directionOf = ({ mean: _, ...direction }: MeanDirection) => direction
const vectorsOf = (steps: readonly Hour[], which: 'good' | 'suspect'): VectorSum =>
  steps.reduce((all, { vectors }) => (vectors ? addVectors(all, vectors[which]) : all), vectorSum([]))

/** Of hourly means, as in indicators: an hour in which more was read counts no more than another. */
function meanOfSteps(steps: readonly Hour[], how: Composition): number | null {
  const means = steps.flatMap(({ good, total, mean }) => {
    if (mean !== undefined) return mean ?? []
    return good > 0 && total !== null ? [total / good] : []
  })
  return means.length === 0 ? null : meanOf(sum(means), means.length, how)
}

/** The mean of a meter's readings says nothing, nor does that of maxima. */
const meanOf = (total: number, n: number, { kind, average }: Composition): number | null => {
  if (kind === 'counter' || average === 'maximum') return null
  return average === 'energy' ? levelOf(total / n) : total / n
}

/** Suspect observations are counted next to the good ones; `counted` are those that are in the mean as well. */
function suspectOf(steps: readonly Hour[], how: Composition): Bucket['suspect'] {
  const n = sum(steps.map((step) => step.suspect))
  if (n === 0) return null
  const counted = sum(steps.map(countedDoubts))
  return { n, mean: meanOf(sum(steps.map((step) => step.suspectTotal ?? 0)), n, how), counted }
}

const countedDoubts = ({ suspect, doubt = null }: Hour): number => (doubt === null ? 0 : suspect)

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

/**
 * Share of the promised observations that are there and count, 0 to 1, of the time that has passed. Each hour counts
 * for 1 at most, so that a burst does not make up for an outage. Null when nothing was promised.
 */
function dataCapture(steps: readonly Hour[], start: number, end: number, how: Composition): number | null {
  const elapsed = Math.min(end, how.now.getTime()) - start
  if (how.expectedIntervalSeconds === null || elapsed <= 0) return null
  const intervalMs = how.expectedIntervalSeconds * 1000
  const unitMs = intervalMs <= HOUR_MS ? HOUR_MS : end - start
  const perUnit = new Map<number, number>()
  for (const step of steps) {
    const unit = Math.floor((step.time.getTime() - start) / unitMs)
    perUnit.set(unit, (perUnit.get(unit) ?? 0) + step.good + countedDoubts(step))
  }
  const captured = [...perUnit].map(([unit, good]) => {
    const unitElapsed = Math.min(unitMs, elapsed - unit * unitMs)
    return Math.min(good, Math.max(unitElapsed, 0) / intervalMs)
  })
  return Math.min(1, sum(captured) / (elapsed / intervalMs))
}
