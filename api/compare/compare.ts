import type { Pool } from '#infra/db/pool.ts'
import type { CompareResponse, ComparisonKind } from '#model/api/compare.ts'
import { AppError } from '#model/basics/errors.ts'
import { incomparable } from '#model/brief/changes.ts'
import { correctedRows, indicatorRow, type UncorrectedRow } from '#model/compare/rows.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import type { IndicatorValue } from '#model/indicators/catalogue/schema.ts'
import type { Indicators } from '../indicators/engine.ts'
import { requireZoneEver } from '../queries/zones.ts'
import { listSurveys, type Microdata } from '../surveys/microdata.ts'
import { twoGroups } from '../surveys/two-groups.ts'

export type CompareDeps = {
  readonly pool: Pool
  readonly microdata: Microdata
  readonly indicators: Indicators
  readonly clock: () => Date
}
export type CompareQuery = {
  readonly kind: ComparisonKind
  readonly a: string
  readonly b: string
  readonly period: string
  readonly survey?: string | undefined
  readonly by?: string | undefined
}

/**
 * Two periods, two districts or two groups, over everything that both have; all tests of an answer are corrected together.
 * @throws AppError PERIOD_INVALID, ZONE_UNKNOWN, SURVEY_UNKNOWN, REQUEST_INVALID
 */
export async function compareTwo(deps: CompareDeps, query: CompareQuery): Promise<CompareResponse> {
  const { kind, a, b } = query
  if (a === b) throw new AppError('REQUEST_INVALID', `a and b are both "${a}": name two that differ`)
  const survey = kind === 'periods' ? undefined : (query.survey ?? (await newestSurvey(deps)))
  const by = kind === 'groups' ? query.by : kind === 'zones' ? 'zone' : undefined
  if (kind === 'groups' && (survey === undefined || by === undefined))
    throw new AppError('REQUEST_INVALID', 'two groups need a survey and the characteristic that they differ in (by)')
  const indicators =
    kind === 'periods'
      ? await betweenPeriods(deps.indicators, a, b)
      : kind === 'zones'
        ? await betweenZones(deps, query, survey !== undefined)
        : []
  const surveyed = survey !== undefined && by !== undefined ? await twoGroups(deps, survey, { by, a, b }) : []
  const rows = correctedRows([...indicators, ...surveyed])
  return {
    ...{ kind, a, b, period: kind === 'zones' ? query.period : null, survey: survey ?? null, by: by ?? null },
    confidence: 0.95,
    tested: rows.filter(({ difference }) => difference !== null).length,
    computedAt: deps.clock().toISOString(),
    simulated: rows.some(({ simulated }) => simulated),
    rows,
  }
}

async function newestSurvey({ pool }: CompareDeps): Promise<string | undefined> {
  const surveys = await listSurveys(pool)
  const sorted = surveys
    .filter(({ codebook }) => codebook.columns.zone)
    .toSorted((x, y) => (x.codebook.to < y.codebook.to ? 1 : -1))
  return sorted[0]?.codebook.id
}

async function betweenPeriods(indicators: Indicators, a: string, b: string): Promise<UncorrectedRow[]> {
  return eachPoint(
    (code) => indicators.evaluate(code, { period: a }),
    (code) => indicators.evaluate(code, { period: b }),
    (first, second, partial) => incomparable({ before: first, now: second, partial }),
  )
}

/** What a survey says of districts is compared by its answers, where there is one: two groups of one sample. */
async function betweenZones({ pool, indicators }: CompareDeps, { a, b, period }: CompareQuery, surveyed: boolean) {
  for (const zone of [a, b]) await requireZoneEver(pool, zone)
  const rows = await eachPoint(
    (code) => indicators.evaluate(code, { period, zone: a }),
    (code) => indicators.evaluate(code, { period, zone: b }),
    (first, second) => (first.value === null ? 'missing_before' : second.value === null ? 'missing_now' : undefined),
  )
  return rows.filter(({ origin }) => !surveyed || origin !== 'surveyed')
}

type Evaluate = (code: string) => Promise<IndicatorValue>
type Point = IndicatorValue['values'][number]

/** One row for each data point that has a value on at least one side. */
async function eachPoint(
  first: Evaluate,
  second: Evaluate,
  whyNot: (a: Point, b: Point, partial: boolean) => UncorrectedRow['untested'] | undefined,
): Promise<UncorrectedRow[]> {
  const rows: UncorrectedRow[] = []
  // One after the other: they share what they read of a period.
  for (const indicator of INDICATORS) {
    const [of, other] = [await first(indicator.code), await second(indicator.code)]
    const partial = of.period.partial || other.period.partial
    for (const point of indicator.dataPoints) {
      const [a, b] = [of, other].map(({ values }) => values.find(({ dataPoint }) => dataPoint === point.id))
      if (!a || !b || (a.value === null && b.value === null)) continue
      rows.push(indicatorRow({ indicator, point }, { a, b }, whyNot(a, b, partial)))
    }
  }
  return rows
}
