import type { ReportGoal, ReportIndicator, ReportResponse } from '#model/api/reports.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import type { Cell, Table, Worksheet } from './table.ts'

type Value = ReportIndicator['values'][number]
type Line = {
  readonly report: ReportResponse
  readonly indicator: ReportIndicator
  readonly value: Value
  readonly goal: ReportGoal | undefined
}
type Column = readonly [name: string, width: number, cell: (line: Line) => Cell]

const definition = (code: string) => INDICATORS.find((one) => one.code === code)

/** Every line is self-explanatory: lines get copied without their heading and their file. */
const COLUMNS: readonly Column[] = [
  ['city', 14, ({ report }) => report.city.name],
  ['period', 10, ({ report }) => report.period.label],
  ['partial', 8, ({ report }) => yes(report.period.partial)],
  ['code', 15, ({ indicator }) => indicator.code],
  ['alternative_codes', 15, ({ indicator }) => definition(indicator.code)?.alternativeCodes.join(' ') || null],
  ['data_point', 12, ({ value }) => value.dataPoint || null],
  ['dimension', 16, ({ indicator }) => indicator.dimension],
  ['sub_dimension', 20, ({ indicator }) => indicator.subDimension],
  ['category', 20, ({ indicator }) => indicator.category],
  ['tier', 10, ({ indicator }) => indicator.tier],
  ['indicator', 30, ({ indicator }) => indicator.name],
  ['data_point_name', 30, ({ value }) => value.name],
  ['value', 14, ({ value }) => value.value],
  ['unit', 18, ({ value }) => value.unit],
  ['interval_low', 12, ({ value }) => value.interval?.[0] ?? null],
  ['interval_high', 12, ({ value }) => value.interval?.[1] ?? null],
  ['standard_error', 12, ({ value }) => value.standardError],
  ['status', 22, ({ indicator }) => indicator.status],
  ['origin', 12, ({ value }) => value.origin],
  ['simulated', 10, ({ value }) => (value.value === null ? null : yes(value.simulated))],
  ['source', 30, ({ value }) => value.source],
  ['data_quality', 22, ({ value }) => value.dataQuality],
  ['verified', 9, ({ value }) => (value.value === null ? null : yes(value.verified))],
  ['value_year', 10, ({ value }) => value.year],
  ['points', 8, ({ value }) => value.score?.points ?? null],
  ['band', 8, ({ value }) => value.score?.band ?? null],
  ['performance', 12, ({ value }) => value.score?.performance ?? null],
  ['benchmark', 12, ({ value }) => value.benchmark],
  ['benchmark_basis', 30, ({ value }) => value.benchmarkBasis],
  ['own_benchmark', 12, ({ goal }) => goal?.benchmark ?? null],
  ['own_points', 8, ({ goal }) => goal?.score?.points ?? null],
  ['target', 12, ({ goal }) => goal?.target ?? null],
  ['target_year', 10, ({ goal }) => goal?.targetYear ?? null],
  ['baseline', 12, ({ goal }) => goal?.progress?.baseline?.value ?? null],
  ['baseline_period', 10, ({ goal }) => goal?.progress?.baseline?.period ?? null],
  ['latest_whole', 12, ({ goal }) => goal?.latest?.value ?? null],
  ['latest_whole_period', 10, ({ goal }) => goal?.latest?.period ?? null],
  ['progress_share', 12, ({ goal }) => goal?.progress?.share ?? null],
  ['progress_status', 14, ({ goal }) => goal?.progress?.status ?? null],
  ['trend_a_year', 12, ({ goal }) => goal?.trend?.slope ?? null],
  ['trend_low', 12, ({ goal }) => goal?.trend?.slopeInterval?.[0] ?? null],
  ['trend_high', 12, ({ goal }) => goal?.trend?.slopeInterval?.[1] ?? null],
  ['goal_source', 24, ({ goal }) => goal?.source || null],
  ['data_capture', 12, ({ value }) => value.dataCapture],
  ['n', 10, ({ value }) => value.n],
  ['missing', 40, ({ value }) => value.missing],
  ['note', 30, ({ value }) => value.note || null],
  ['computed_at', 24, ({ report }) => report.computedAt],
]
const yes = (is: boolean): string => (is ? 'yes' : 'no')

const linesOf = (report: ReportResponse): Line[] =>
  report.indicators.flatMap((indicator) =>
    indicator.values.map((value) => ({
      ...{ report, indicator, value },
      goal: report.goals.find(({ code, dataPoint }) => code === indicator.code && dataPoint === value.dataPoint),
    })),
  )

export const exportTable = (report: ReportResponse): Table => [
  COLUMNS.map(([name]) => name),
  ...linesOf(report).map((line) => COLUMNS.map(([, , cell]) => cell(line))),
]

const SCORES = ['level', 'name', 'parent', 'score', 'band', 'points', 'scored', 'reported', 'data_points'] as const

/** Values, scores and what the file is. */
export function exportWorksheets(report: ReportResponse): Worksheet[] {
  const scores = report.groups.map((group): Cell[] => [
    group.level,
    group.name,
    group.parent,
    group.score,
    group.band,
    group.points,
    group.scored,
    group.reported,
    group.dataPoints,
  ])
  return [
    { name: 'Values', table: exportTable(report), widths: COLUMNS.map(([, width]) => width) },
    { name: 'Scores', table: [[...SCORES], ...scores], widths: [14, 34, 34, 10, 10, 10, 10, 10, 12] },
    { name: 'About', table: [['what', 'is'], ...Object.entries(metadata(report))], widths: [26, 90] },
  ]
}

/** What a reader of the bare numbers has to know. */
export function metadata({ city, period, computedAt, statuses, verification }: ReportResponse): Record<string, Cell> {
  return {
    title: `U4SSC indicators of ${city.name}, ${period.label}`,
    city: city.name,
    country: city.country,
    population: city.population,
    simulated: yes(city.simulated),
    period: period.label,
    from: period.from,
    to: period.to,
    partial: yes(period.partial),
    computedAt,
    indicators: 'Recommendation ITU-T Y.4903; U4SSC collection methodology (2017)',
    scoring: 'points 1 to 4 per data point; groups: sum of points / (4 x scored data points); not reported is left out',
    goals:
      'the city’s own, in no score; progress: share of the way from baseline to target by the newest whole period, against a straight line',
    reportedDataPoints: `${verification.reported} of ${verification.dataPoints}`,
    verifiedDataPoints: verification.verified,
    ...Object.fromEntries(Object.entries(statuses).map(([status, count]) => [`indicators ${status}`, count])),
    software: 'Citywell',
  }
}

const CHECKED = ['code', 'data_point', 'indicator', 'data_point_name', 'value', 'unit', 'status', 'origin', 'source']
const QUESTIONS = ['data_quality', 'verified', 'value_year', 'note']

/** The sheet a verifier works through: each value with its source, what the checks ask, and room for the answer. */
export function verificationWorksheets(report: ReportResponse): Worksheet[] {
  const picked = COLUMNS.filter(([name]) => CHECKED.includes(name) || QUESTIONS.includes(name))
  const { findings } = report.verification
  const asked = (line: Line): string | null =>
    findings
      .filter(({ code, dataPoint }) => code === line.indicator.code && dataPoint === line.value.dataPoint)
      .map(({ severity, text }) => `${severity}: ${text}`)
      .join('\n') || null
  const lines = linesOf(report).map((line) => [
    ...picked.map(([, , cell]) => cell(line)),
    asked(line),
    null,
    null,
    null,
  ])
  const head = [...picked.map(([name]) => name), 'checks', 'evidence_seen', 'confirmed', 'remark_of_verifier']
  const whole = findings
    .filter(({ code }) => code === null)
    .map(({ severity, text }): Cell[] => [`${severity}: ${text}`])
  const widths = [...picked.map(([, width]) => width), 60, 20, 12, 40]
  return [
    { name: 'Verification', table: [head, ...lines], widths },
    { name: 'Whole report', table: [['checks of the whole report'], ...whole], widths: [120] },
    { name: 'About', table: [['what', 'is'], ...Object.entries(metadata(report))], widths: [26, 90] },
  ]
}
