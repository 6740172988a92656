import type { BriefResponse } from '#model/api/brief.ts'
import type { DataPoint, DataPointValue, GroupScore, Indicator } from '../indicators/catalogue/schema.ts'
import { aggregate, MIN_SCORED_SHARE, shownScore } from '../indicators/score.ts'

export type Point = {
  readonly indicator: Pick<Indicator, 'code' | 'name' | 'dataPoints'>
  readonly point: Pick<DataPoint, 'id' | 'name' | 'unit' | 'benchmark'>
  readonly value: Pick<DataPointValue, 'value' | 'unit' | 'score'>
}

const MAX_LEVERS = 5
const MAX_POINTS = 4

const nameOf = ({ indicator, point }: Point): string =>
  indicator.dataPoints.length > 1 ? `${indicator.name}: ${point.name}` : indicator.name
const aboutOf = (one: Point) => ({
  ...{ code: one.indicator.code, dataPoint: one.point.id, name: nameOf(one), unit: one.value.unit },
})

/** The score of the city with the coverage that decides whether it is shown. */
export function scoreFigures(city: GroupScore, points: readonly Point[]): BriefResponse['score'] {
  const score = shownScore(city)
  return {
    ...{ score, band: score === null ? null : city.band },
    ...{ scored: city.scored, reported: city.reported, dataPoints: city.dataPoints },
    scorable: points.filter(({ point }) => point.benchmark !== null).length,
    needed: Math.ceil(MIN_SCORED_SHARE * city.dataPoints),
  }
}

/** What would change the score: which single improvement gives most, and what is not scored yet. */
export function leversOf(points: readonly Point[]): BriefResponse['levers'] {
  const scored = points.flatMap((one) =>
    one.value.score && one.value.value !== null ? [{ ...one, own: one.value.score }] : [],
  )
  const sum = scored.reduce((total, { own }) => total + own.points, 0)
  const improve = scored
    .filter(({ own }) => own.points < MAX_POINTS)
    .map((one) => ({
      ...aboutOf(one),
      value: one.value.value ?? 0,
      ...{ benchmark: one.own.benchmark, points: one.own.points },
      gain: (100 * (MAX_POINTS - one.own.points)) / (MAX_POINTS * scored.length),
      performance: one.own.performance,
    }))
    // of two that give the same, the one that has less far to go
    .toSorted((a, b) => b.gain - a.gain || b.performance - a.performance)
    .slice(0, MAX_LEVERS)
    .map(({ performance: _, ...lever }) => lever)
  const report = points.flatMap((one) =>
    one.point.benchmark !== null && one.value.value === null
      ? [{ ...aboutOf(one), benchmark: one.point.benchmark }]
      : [],
  )
  const more = (own: number): number => (100 * (sum + own)) / (MAX_POINTS * (scored.length + 1))
  const withoutBenchmark = points.filter(({ value }) => value.value !== null && !value.score).length
  return { improve, report, ifReported: report.length > 0 ? [more(1), more(MAX_POINTS)] : null, withoutBenchmark }
}

/** Scores over the same data points in both periods; null where too few of all are scored in both. */
export function scoreChangeOf(
  pairs: readonly { readonly before: DataPointValue; readonly now: DataPointValue }[],
  dataPoints: number,
): BriefResponse['scoreChange'] {
  const both = pairs.flatMap(({ before, now }) =>
    before.score && now.score ? [[before.score.points, now.score.points] as const] : [],
  )
  const shown = both.length >= MIN_SCORED_SHARE * dataPoints
  const score = (points: readonly number[]): number | null => (shown ? (aggregate(points)?.score ?? null) : null)
  return { dataPoints: both.length, before: score(both.map(([was]) => was)), now: score(both.map(([, is]) => is)) }
}
