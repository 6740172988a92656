import type { DataPoint, Direction, GroupScore, Indicator, Score } from './catalogue/schema.ts'
import { BANDS } from './catalogue/schema.ts'

type Band = (typeof BANDS)[number]

/**
 * Performance against a benchmark in per cent, capped at 100; undefined where the direction says nothing.
 * U4SSC publishes the rule for higher-is-better only. The others are Citywell's: lower-is-better benchmark / value
 * (a value of 0 reaches 100 %), two-sided min(r, 1/r) with r = value / benchmark, yes or no 100 or 0 %.
 */
export function performance(value: number, benchmark: number, direction: Direction): number | undefined {
  const share = shareReached(value, benchmark, direction)
  // Twelve digits: 100 * 57 / 60 must be 95 exactly, whatever the last bit of the division says.
  return share === undefined ? undefined : Number((100 * Math.min(1, Math.max(0, share))).toPrecision(12))
}

function shareReached(value: number, benchmark: number, direction: Direction): number | undefined {
  if (direction === 'yes_no') return value === benchmark ? 1 : 0
  if (direction === 'lower') return value <= 0 ? 1 : benchmark / value
  if (benchmark <= 0) return undefined
  if (direction === 'higher') return value / benchmark
  if (direction === 'two_sided') return value <= 0 ? 0 : Math.min(value / benchmark, benchmark / value)
  return undefined
}

/**
 * The band of a performance. From the worked example that U4SSC prints (reference 60 %: more than 57.0 is 95+, 39.6 to
 * 57.0 is 66-95, 19.8 to 39.6 is 33-66, less than 19.8 is 0-33): 95 itself belongs to 66-95 and 33 itself to 33-66.
 * 66 itself is printed in two bands; we take the higher, so that each lower bound is inclusive.
 */
export function bandOf(percent: number): { band: Band; points: number } {
  const rounded = Number(percent.toPrecision(12))
  const points = rounded > 95 ? 4 : rounded >= 66 ? 3 : rounded >= 33 ? 2 : 1
  return { band: BANDS[points - 1] ?? '0-33', points }
}

/** The score of one data point, or null where it has no benchmark or no direction. */
export function scoreOf(indicator: Indicator, dataPoint: DataPoint, value: number | null): Score | null {
  if (value === null || dataPoint.benchmark === null) return null
  const direction = dataPoint.direction ?? indicator.direction
  const percent = performance(value, dataPoint.benchmark, direction)
  if (percent === undefined) return null
  // U4SSC published the rule for higher-is-better only, so anything else is ours even with a benchmark of theirs.
  const basis = dataPoint.benchmarkByU4ssc && direction === 'higher' ? 'u4ssc' : 'citywell'
  return { performance: percent, ...bandOf(percent), benchmark: dataPoint.benchmark, basis }
}

/** Points over 4 x scored data points in per cent and its band; null when nothing is scored. */
export function aggregate(points: readonly number[]): { score: number; band: Band } | null {
  if (points.length === 0) return null
  const score = Number(((100 * points.reduce((a, b) => a + b, 0)) / (4 * points.length)).toPrecision(12))
  return { score, band: bandOf(score).band }
}

/** What a group needs to know of a data point: whether it is reported, and its points where it is scored. */
export type Scored = {
  readonly indicator: Indicator
  readonly values: readonly { value: number | null; score: Score | null }[]
}

/**
 * Scores of the city, its dimensions, sub-dimensions and categories. What is not reported or has no benchmark is left
 * out of numerator and denominator, so leaving weak indicators out raises a score: read `reported` and `scored` with
 * it. The 22 names of categories occur 27 times, since four of them belong to several sub-dimensions (Transport), so a
 * category is known by its name and parent.
 */
export function groupScores(scored: readonly Scored[]): GroupScore[] {
  const groups = new Map<string, { head: Pick<GroupScore, 'name' | 'level' | 'parent'>; members: Scored[] }>()
  for (const entry of scored) {
    const { dimension, subDimension, category } = entry.indicator
    const heads = [
      { level: 'city', name: 'City', parent: null },
      { level: 'dimension', name: dimension, parent: 'City' },
      { level: 'sub_dimension', name: subDimension, parent: dimension },
      { level: 'category', name: category, parent: subDimension },
    ] as const
    for (const head of heads) {
      const key = `${head.level}/${head.parent}/${head.name}`
      const group = groups.get(key)
      if (group) group.members.push(entry)
      else groups.set(key, { head, members: [entry] })
    }
  }
  const order = ['city', 'dimension', 'sub_dimension', 'category']
  return [...groups.values()]
    .map(({ head, members }) => groupScore(head, members))
    .sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
}

/** A score over fewer of its data points than this is not shown: it says more about what is missing than about the city. */
export const MIN_SCORED_SHARE = 0.5

/** The score of a group as it may be shown, per cent; null where too few of its data points are scored. */
export const shownScore = ({ score, scored, dataPoints }: GroupScore): number | null =>
  scored >= MIN_SCORED_SHARE * dataPoints ? score : null

function groupScore(head: Pick<GroupScore, 'name' | 'level' | 'parent'>, members: readonly Scored[]): GroupScore {
  const values = members.flatMap((member) => member.values)
  const points = values.flatMap(({ score }) => (score ? [score.points] : []))
  const total = aggregate(points)
  return {
    ...head,
    score: total?.score ?? null,
    band: total?.band ?? null,
    points: points.reduce((a, b) => a + b, 0),
    scored: points.length,
    reported: values.filter(({ value }) => value !== null).length,
    dataPoints: values.length,
  }
}
