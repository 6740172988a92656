import type { BriefChange, INCOMPARABLE } from '#model/api/brief.ts'
import type { DataPoint, DataPointValue, Direction, Evidence, Indicator } from '../indicators/catalogue/schema.ts'
import { performance } from '../indicators/score.ts'
import { compare } from '../indicators/trend.ts'
import { pairedChange } from '../indicators/uncertainty.ts'
import { holmAdjusted } from '../statistics/inference/change.ts'

/** A data point in two periods. */
export type Pair = {
  readonly indicator: Pick<Indicator, 'code' | 'name' | 'direction' | 'dataPoints'>
  readonly point: Pick<DataPoint, 'id' | 'name' | 'direction' | 'benchmark'>
  readonly before: DataPointValue
  readonly now: DataPointValue
  /** whether either period is not over: what was measured in it is then not compared */
  readonly partial: boolean
}
export type Incomparable = (typeof INCOMPARABLE)[number]

const ALPHA = 0.05

/** Why the two values are not compared; undefined where they are. */
export function incomparable({ before, now, partial }: Omit<Pair, 'indicator' | 'point'>): Incomparable | undefined {
  if (now.value === null) return 'missing_now'
  if (before.value === null) return 'missing_before'
  const sources = sourcesOf(now.evidence)
  // one survey or one reported value that stands for both periods says nothing about what happened in between
  const stated = now.origin === 'surveyed' || now.origin === 'reported'
  if (stated && sources.size > 0 && sources.isSubsetOf(sourcesOf(before.evidence))) return 'same_source'
  if (partial && !stated) return 'partial'
}

function sourcesOf(evidence: Evidence | null): Set<string> {
  if (!evidence) return new Set()
  const inputs = (evidence.inputs ?? []).flatMap((input) => [...sourcesOf(input)])
  return new Set([...(evidence.ref === undefined ? [] : [evidence.ref]), ...inputs])
}

/**
 * Changes of all pairs that can be compared, with their verdicts. All that have an uncertainty are one family (Holm), so that
 * looking at ninety indicators does not find an improvement by chance.
 */
export function changesOf(pairs: readonly Pair[]): BriefChange[] {
  const found = pairs.filter((pair) => incomparable(pair) === undefined).map(changeOf)
  const tested = found.flatMap(({ p }) => p ?? [])
  const adjusted = holmAdjusted(tested)
  let at = 0
  return found.map(({ direction, benchmark, ...change }) => {
    const adjustedP = change.p === null ? null : (adjusted[at++] ?? 1)
    return { ...change, adjustedP, verdict: verdictOf({ ...change, adjustedP }, direction, benchmark) }
  })
}

type Untested = Omit<BriefChange, 'adjustedP' | 'verdict'> & {
  readonly direction: Direction
  readonly benchmark: number | null
}

function changeOf({ indicator, point, before, now }: Pair): Untested {
  const [from, to] = [uncertain(before), uncertain(now)]
  const { change, standardError, interval, p, paired } = compare(from, to, pairedChange(before.evidence, now.evidence))
  // a share of 0 or 100 % has a standard error of 0, which is not certainty
  const known = standardError !== null && standardError > 0
  return {
    code: indicator.code,
    dataPoint: point.id,
    name: indicator.dataPoints.length > 1 ? `${indicator.name}: ${point.name}` : indicator.name,
    unit: now.unit,
    ...{ before: from.value, now: to.value, change, paired },
    standardError: known ? standardError : null,
    interval: known && interval ? [interval[0], interval[1]] : null,
    p: known ? p : null,
    relative: from.value === 0 ? null : Math.abs(change / from.value),
    origin: now.origin,
    simulated: now.simulated || before.simulated,
    direction: point.direction ?? indicator.direction,
    benchmark: point.benchmark,
  }
}

const uncertain = ({ value, standardError, evidence }: DataPointValue) => ({
  value: value ?? 0,
  standardError,
  degreesOfFreedom: evidence?.uncertainty?.degreesOfFreedom,
})

type Judged = Pick<BriefChange, 'before' | 'now' | 'change' | 'adjustedP'>

function verdictOf(judged: Judged, direction: Direction, benchmark: number | null): BriefChange['verdict'] {
  const { before, now, change, adjustedP } = judged
  if (adjustedP === null) return 'uncertainty_unknown'
  if (adjustedP > ALPHA || change === 0) return 'not_distinguishable'
  if (direction === 'higher' || direction === 'lower')
    return change > 0 === (direction === 'higher') ? 'better' : 'worse'
  if (direction !== 'two_sided' || benchmark === null) return 'changed'
  const gain = (performance(now, benchmark, direction) ?? 0) - (performance(before, benchmark, direction) ?? 0)
  return gain > 0 ? 'better' : gain < 0 ? 'worse' : 'changed'
}

/** The largest by relative change; one from 0 has no size, so it comes first. */
export const largest = (changes: readonly BriefChange[], verdict: BriefChange['verdict'], max: number): BriefChange[] =>
  changes
    .filter((change) => change.verdict === verdict && change.change !== 0)
    .toSorted((a, b) => (b.relative ?? Number.MAX_VALUE) - (a.relative ?? Number.MAX_VALUE))
    .slice(0, max)
