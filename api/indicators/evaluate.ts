import type { Period } from '#model/basics/period.ts'
import type { DataPoint, DataPointValue, Indicator, IndicatorValue } from '#model/indicators/catalogue/schema.ts'
import type { Goal } from '#model/indicators/goals.ts'
import { scoreOf } from '#model/indicators/score.ts'
import { goalKey } from './inputs/goals.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { Scope } from './measure/context.ts'
import type { Measure } from './measure/define-measure.ts'
import { missing, type Outcome } from './measure/outcome.ts'
import { MEASURES } from './measures/index.ts'
import { notReported, reportedOutcome } from './reported-outcome.ts'

/** All data points of one indicator over the period of `inputs`, for the city or a zone; `computedAt` is the caller's. */
export async function evaluateIndicator(
  indicator: Indicator,
  inputs: Inputs,
  scope: Scope,
): Promise<Omit<IndicatorValue, 'computedAt'>> {
  const measure = MEASURES.get(indicator.code)
  const outcomes = await measure?.evaluate(inputs, scope)
  const [reported, goals] = [await inputs.reported(), await inputs.goals()]
  const toValue = (point: DataPoint, own: Outcome, origin: DataPointValue['origin']): DataPointValue =>
    dataPointValue(indicator, point, own, { origin, goal: goals.get(goalKey(indicator.code, point.id)) })
  const values = indicator.dataPoints.map((point) => {
    const own = outcomes?.get(point.id)
    const row = reported(indicator.code, point.id, scope.zone?.key ?? '')
    const isOfPeriod = row?.verified && row.period === inputs.period.label
    const stands = own?.evidence && !(isOfPeriod && own.ofAnotherTime)
    if (measure && stands) return toValue(point, own, measure.origin)
    // What Citywell computes itself comes first, because anyone can check it down to the readings; but not where it was
    // observed at another time and somebody has verified what was true of this one. Where it cannot be computed, the city's
    // own statistics stand.
    if (row) return toValue(point, reportedOutcome(indicator, point, row, inputs.period), 'reported')
    const code = !own?.missing
      ? 'not_reported'
      : inputs.registry.city.beginsLater
        ? 'registry_begins_later'
        : 'not_computable'
    const none = notReported(indicator, measure?.needs, whyMissing(own, inputs))
    return toValue(point, { ...none, missingCode: code }, null)
  })
  const extensions = measure ? extensionValues(indicator, outcomes, measure) : []
  return {
    code: indicator.code,
    name: indicator.name,
    period: periodOf(inputs.period),
    zone: scope.zone?.key ?? null,
    status: statusOf(values),
    values: [...values, ...extensions],
  }
}

/** A district of another time: nothing is said of it in this period. */
export function notThere(
  indicator: Indicator,
  { period }: Pick<Inputs, 'period'>,
  zone: string,
): Omit<IndicatorValue, 'computedAt'> {
  const why = `there was no district "${zone}" at the end of ${period.label}`
  const none: Outcome = { ...missing(why), missingCode: 'not_computable' }
  return {
    ...{ code: indicator.code, name: indicator.name, period: periodOf(period), zone, status: 'not_reported' },
    values: indicator.dataPoints.map((point) => dataPointValue(indicator, point, none, { origin: null })),
  }
}

/** Nothing is inferred about the time before the registry begins. */
function whyMissing(own: Outcome | undefined, { registry }: Inputs): string | null {
  const why = own?.missing ?? null
  const begins = registry.city.beginsLater
  if (why === null || !begins) return why
  const day = begins.toISOString().slice(0, 10)
  return `the registry begins on ${day}, and what the city was made of before is not known (validFrom of city.json may declare it): ${why}`
}

/** Local extensions appear only where there is a value; U4SSC does not ask for them. */
function extensionValues(
  indicator: Indicator,
  outcomes: ReadonlyMap<string, Outcome> | undefined,
  measure: Measure,
): DataPointValue[] {
  return (indicator.extensions ?? []).flatMap((point) => {
    const own = outcomes?.get(point.id)
    return own?.evidence ? [dataPointValue(indicator, point, own, { origin: measure.origin })] : []
  })
}

function statusOf(values: readonly DataPointValue[]): IndicatorValue['status'] {
  const reported = values.filter(({ value }) => value !== null).length
  if (reported === 0) return 'not_reported'
  return reported === values.length ? 'reported' : 'partially_reported'
}

function dataPointValue(
  indicator: Indicator,
  point: DataPoint,
  own: Outcome,
  { origin, goal }: { origin: DataPointValue['origin']; goal?: Goal | undefined },
): DataPointValue {
  const value = own.evidence?.value ?? null
  return {
    dataPoint: point.id,
    name: point.name,
    value,
    unit: point.unit ?? indicator.unit,
    interval: own.interval ? [own.interval[0], own.interval[1]] : null,
    standardError: own.standardError,
    score: scoreOf(indicator, point, value),
    own: goal ? ownGoal(indicator, point, goal, value) : null,
    origin: value === null ? null : origin,
    simulated: own.simulated,
    dataCapture: own.dataCapture,
    n: own.n,
    missing: own.missing,
    ...(own.missingCode && { missingCode: own.missingCode }),
    evidence: own.evidence,
  }
}

/** A benchmark of the city's own is scored by the same rule; the score is the city's and says so. */
function ownGoal(indicator: Indicator, point: DataPoint, goal: Goal, value: number | null): DataPointValue['own'] {
  const { benchmark, target, targetYear, source } = goal
  const score = scoreOf(indicator, { ...point, benchmark, benchmarkByU4ssc: false }, value)
  return { benchmark, score, target, targetYear, source }
}

export const periodOf = ({ label, from, to, partial }: Period): IndicatorValue['period'] => ({
  label,
  from: from.toISOString(),
  to: to.toISOString(),
  partial,
})
