import { type BaseMap, mapAttributionOf } from '#domain/base-map/base-map.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { REPORT_STATUSES, type ReportIndicator, type ReportResponse, type ReportStatus } from '#model/api/reports.ts'
import type { Period } from '#model/basics/period.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import type { Indicator, Scoreboard } from '#model/indicators/catalogue/schema.ts'
import { type CityFigures, type Statement, verify } from '#model/indicators/verify/verify.ts'
import type { Indicators } from '../indicators/engine.ts'
import { labelsFor } from '../indicators/inputs/reported.ts'
import { atEndOf, cityAt } from '../measurements/registry-at.ts'
import { selectCity } from '../queries/city.ts'
import { reportGoals } from './goals.ts'
import { type ReportedVersion, selectNewest } from './reported-versions.ts'

type Needs = {
  readonly pool: Queryable
  readonly indicators: Indicators
  readonly clock: () => Date
  readonly baseMap?: BaseMap
}
type Stated = ReadonlyMap<string, ReportedVersion>

/** Everything a report of the period says: values with source and verification, scores, coverage, what a verifier asks. */
export async function reportOf({ pool, indicators, clock, baseMap }: Needs, label: string): Promise<ReportResponse> {
  const { pack } = await selectCity(pool)
  const board = await indicators.scoreboard({ period: label })
  const period = parsePeriod(label, pack.timeZone, clock())
  const stated = await statedFor(pool, period, pack.timeZone)
  const rows = new Map(board.indicators.map((row) => [row.code, row]))
  const reported = INDICATORS.flatMap((indicator) => {
    const row = rows.get(indicator.code)
    return row ? [reportIndicator(indicator, row, stated, label)] : []
  })
  const { population = null, households = null } = (await cityAt(pool, atEndOf(period, clock()))) ?? {}
  const city = { population, households }
  return {
    city: {
      ...{ name: pack.name, country: pack.country ?? '', population, simulated: pack.simulated },
      mapAttribution: mapAttributionOf(pack, baseMap),
    },
    period: board.period,
    computedAt: board.computedAt,
    indicators: reported,
    groups: board.groups,
    goals: await reportGoals({ indicators, clock, timeZone: pack.timeZone }, label, reported),
    statuses: countBy(reported),
    verification: verification(label, reported, stated, city),
  }
}

/** The version that stands for each data point: of the period itself, else of the year that the engine takes for it. */
async function statedFor(pool: Queryable, period: Period, timeZone: string): Promise<Stated> {
  const labels = labelsFor(period, timeZone)
  const versions = await selectNewest(pool, labels)
  const later = (row: ReportedVersion): number => labels.indexOf(row.period)
  const sorted = [...versions].sort((a, b) => later(b) - later(a))
  return new Map(sorted.map((row) => [`${row.code}|${row.dataPoint}`, row]))
}

function reportIndicator(
  indicator: Indicator,
  row: Scoreboard['indicators'][number],
  stated: Stated,
  label: string,
): ReportIndicator {
  const { code, name, dimension, subDimension, category, tier } = indicator
  const own = row.values.filter(({ dataPoint }) => indicator.dataPoints.some(({ id }) => id === dataPoint))
  const values = own.map(({ evidence: _, ...value }) => {
    const point = indicator.dataPoints.find(({ id }) => id === value.dataPoint)
    // A reported value stands only where Citywell computes none.
    const source = value.origin === 'reported' ? stated.get(`${code}|${value.dataPoint}`) : undefined
    return {
      ...value,
      benchmark: point?.benchmark ?? null,
      benchmarkBasis: point?.benchmarkBasis ?? '',
      source: source?.source ?? null,
      dataQuality: source?.dataQuality ?? null,
      verified: source?.verified ?? false,
      note: source?.note ?? '',
      year: source && source.period !== label ? source.period : null,
    }
  })
  return { code, name, dimension, subDimension, category, tier, status: statusOf(values), values }
}

/** What U4SSC distinguishes: a value that Citywell computed is reported, and verified only once somebody has done so. */
function statusOf(values: ReportIndicator['values']): ReportStatus {
  const known = values.filter(({ value }) => value !== null)
  if (known.length === 0) return 'not_reported'
  if (known.length < values.length) return 'partially_reported'
  return known.every(({ verified }) => verified) ? 'reported_verified' : 'reported_not_verified'
}

function countBy(indicators: readonly ReportIndicator[]): ReportResponse['statuses'] {
  const count = (status: ReportStatus): number => indicators.filter((one) => one.status === status).length
  return Object.fromEntries(REPORT_STATUSES.map((status) => [status, count(status)])) as ReportResponse['statuses']
}

function verification(
  period: string,
  indicators: readonly ReportIndicator[],
  stated: Stated,
  city: CityFigures,
): ReportResponse['verification'] {
  const values = indicators.flatMap(({ code, values: own }) => own.map((value) => ({ code, ...value })))
  const statements = values.map(({ code, dataPoint, value, unit, origin }): Statement => {
    const source = origin === 'reported' ? stated.get(`${code}|${dataPoint}`) : undefined
    if (source) return { ...source, origin: 'reported' }
    const none = { numerator: null, denominator: null, source: '', dataQuality: null }
    return { code, dataPoint, value, unit, ...none, origin: 'computed' }
  })
  return {
    period,
    reported: values.filter(({ value }) => value !== null).length,
    verified: values.filter(({ verified }) => verified).length,
    dataPoints: values.length,
    findings: verify({ statements, city }),
  }
}
