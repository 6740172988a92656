import type { ReportGoal, ReportIndicator } from '#model/api/reports.ts'
import type { Goal } from '#model/indicators/goals.ts'
import { leadingTo, type Span } from '#model/indicators/trend-span.ts'
import type { Indicators } from '../indicators/engine.ts'

type Needs = { readonly indicators: Indicators; readonly clock: () => Date; readonly timeZone: string }
/** Most years a series reaches back for a baseline. */
const MAX_YEARS = 40

/** The city's goals and the progress towards them: each goal with baseline, way and trend over the periods that lead up to the report's. */
export async function reportGoals(
  { indicators, clock, timeZone }: Needs,
  period: string,
  reported: readonly ReportIndicator[],
): Promise<ReportGoal[]> {
  const found: ReportGoal[] = []
  // One after the other: they share what they read of a period.
  for (const goal of await indicators.goals()) {
    const indicator = reported.find(({ code }) => code === goal.code)
    const value = indicator?.values.find(({ dataPoint }) => dataPoint === goal.dataPoint)
    if (!indicator || !value) continue
    const { dataPoint } = goal
    const series = await indicators.series(goal.code, {
      ...reaching(leadingTo(period, clock(), timeZone), goal),
      dataPoint,
    })
    const latest = series.values.findLast((one) => !one.partial && one.value !== null)
    const { code, name } = indicator
    found.push({
      ...{ code, dataPoint, unit: value.unit, value: value.value },
      name: indicator.values.length > 1 ? `${name}: ${value.name}` : name,
      ...{ benchmark: goal.benchmark, score: value.own?.score ?? null, source: goal.source },
      ...{ target: goal.target, targetYear: goal.targetYear },
      ...{ progress: series.progress, trend: series.trend },
      latest: latest ? { period: latest.period, value: latest.value } : null,
    })
  }
  return found
}

/** A series of years begins with the year that the goal counts from. */
function reaching(span: Span, { baselineYear }: Goal): Span {
  if (span.every !== 'year' || baselineYear === null) return span
  const from = Math.max(Math.min(Number(span.from), baselineYear), Number(span.to) - MAX_YEARS)
  return { ...span, from: String(from) }
}
