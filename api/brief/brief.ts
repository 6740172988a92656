import type { Pool } from '#infra/db/pool.ts'
import { type BriefBurdens, type BriefResponse, INCOMPARABLE } from '#model/api/brief.ts'
import { AppError } from '#model/basics/errors.ts'
import { changesOf, incomparable, largest, type Pair } from '#model/brief/changes.ts'
import { headlinesOf } from '#model/brief/headlines.ts'
import { leversOf, scoreChangeOf, scoreFigures } from '#model/brief/levers.ts'
import { peersOf } from '#model/brief/peers.ts'
import { yearEarlier } from '#model/brief/periods.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import type { IndicatorValue } from '#model/indicators/catalogue/schema.ts'
import type { Indicators } from '../indicators/engine.ts'
import { currentYear } from '../queries/city.ts'
import { selectPeers } from '../queries/peers.ts'
import { reportOf } from '../reports/document.ts'

export type BriefDeps = {
  readonly pool: Pool
  readonly indicators: Indicators
  readonly clock: () => Date
  readonly burdens: (period: string) => Promise<BriefBurdens | null>
}

const MAX_LISTED = 5

/**
 * What a mayor asks within a minute, as codes and parameters. Without a period: of this year and the last one, the one with more
 * data points to compare with the year before; this one where both have as many.
 * @throws AppError PERIOD_INVALID
 */
export async function briefOf(deps: BriefDeps, wanted: string | undefined): Promise<BriefResponse> {
  const { pool, indicators, clock } = deps
  const year = await currentYear(pool, clock())
  const candidates = wanted === undefined ? [String(year), String(year - 1)] : [wanted]
  const compared: Compared[] = []
  for (const period of candidates) compared.push(await compare(indicators, period))
  const [best] = compared.toSorted((a, b) => comparable(b.pairs) - comparable(a.pairs))
  if (!best) throw new AppError('PERIOD_INVALID', wanted ?? '')
  return assemble(deps, best)
}

type Compared = { readonly period: string; readonly before: string; readonly pairs: readonly Pair[] }
const comparable = (pairs: readonly Pair[]): number => pairs.filter((pair) => incomparable(pair) === undefined).length

/** Every data point of the catalogue in the period and a year before. */
async function compare(indicators: Indicators, period: string): Promise<Compared> {
  const before = yearEarlier(period)
  if (before === undefined) throw new AppError('PERIOD_INVALID', period)
  const pairs: Pair[] = []
  // One after the other: they share what they read of a period.
  for (const indicator of INDICATORS) {
    const now = await indicators.evaluate(indicator.code, { period })
    const then = await indicators.evaluate(indicator.code, { period: before })
    const partial = now.period.partial || then.period.partial
    for (const point of indicator.dataPoints) {
      const [own, earlier] = [pointOf(now, point.id), pointOf(then, point.id)]
      if (own && earlier) pairs.push({ indicator, point, before: earlier, now: own, partial })
    }
  }
  return { period, before, pairs }
}

const pointOf = ({ values }: IndicatorValue, dataPoint: string) => values.find((value) => value.dataPoint === dataPoint)

async function assemble(deps: BriefDeps, { period, before, pairs }: Compared): Promise<BriefResponse> {
  const report = await reportOf(deps, period)
  const changes = changesOf(pairs)
  const points = pairs.map(({ indicator, point, now }) => ({ indicator, point, value: now }))
  const city = report.groups.find(({ level }) => level === 'city')
  if (!city) throw new AppError('NOT_FOUND', 'the score of the city')
  const same = pairs.filter((pair) => incomparable(pair) !== 'partial')
  const count = (verdict: (typeof changes)[number]['verdict']): number =>
    changes.filter((change) => change.verdict === verdict).length
  const figures = {
    score: scoreFigures(city, points),
    scoreChange: scoreChangeOf(same, city.dataPoints),
    changes: {
      improvements: largest(changes, 'better', MAX_LISTED),
      declines: largest(changes, 'worse', MAX_LISTED),
      undetermined: largest(changes, 'uncertainty_unknown', MAX_LISTED),
      tested: changes.filter(({ p }) => p !== null).length,
      notDistinguishable: count('not_distinguishable'),
      uncertaintyUnknown: count('uncertainty_unknown'),
      incomparable: countReasons(pairs),
    },
    goals: report.goals,
    burdens: await deps.burdens(burdenPeriod(report.period)),
  }
  return {
    ...{ city: report.city, period: report.period, before, computedAt: report.computedAt },
    ...figures,
    peers: peersOf(pairs, await selectPeers(deps.pool, [period, before]), { period, before }),
    levers: leversOf(points),
    headlines: headlinesOf(figures),
  }
}

/** What districts live with is shown as it is: over the last 30 days where the period is not over. */
const burdenPeriod = ({ label, partial }: IndicatorValue['period']): string => (partial ? 'last-30d' : label)

function countReasons(pairs: readonly Pair[]): BriefResponse['changes']['incomparable'] {
  const reasons = pairs.map((pair) => incomparable(pair))
  const counts = INCOMPARABLE.map((reason) => [reason, reasons.filter((one) => one === reason).length])
  return Object.fromEntries(counts) as BriefResponse['changes']['incomparable']
}
