import type { SeriesResponse } from '#model/api/indicators.ts'
import { AppError } from '#model/basics/errors.ts'
import type { DataPointValue, Direction, IndicatorValue } from '#model/indicators/catalogue/schema.ts'
import { type Goal, progressOf } from '#model/indicators/goals.ts'
import { compare, trendOf } from '#model/indicators/trend.ts'
import { pairedChange } from '#model/indicators/uncertainty.ts'

/** Four years of months. */
const MAX_PERIODS = 48
const YEAR_MS = 365.2425 * 86_400_000

export type SeriesQuery = {
  readonly periods?: string | undefined
  readonly every?: 'year' | 'quarter' | 'month' | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const STEPS = { year: 12, quarter: 3, month: 1 } as const

/**
 * The requested periods: as listed, or every year, quarter or month from one month to another (both in it).
 * @throws AppError PERIOD_INVALID, INTERVAL_REVERSED, QUERY_TOO_LARGE
 */
export function periodsOf({ periods, every, from, to }: SeriesQuery): string[] {
  if (periods !== undefined) return checked(periods.split(',').map((label) => label.trim()))
  if (!every || !from || !to) throw new AppError('REQUEST_INVALID', 'give periods, or every with from and to')
  const step = STEPS[every]
  const first = Math.floor(monthOf(from, 0) / step) * step
  const last = monthOf(to, 11)
  if (last < first) throw new AppError('INTERVAL_REVERSED', `from is ${from}, to is ${to}`)
  const count = Math.floor((last - first) / step) + 1
  if (count > MAX_PERIODS) throw new AppError('QUERY_TOO_LARGE', `a series has at most ${MAX_PERIODS} periods`)
  return Array.from({ length: count }, (_, i) => labelOf(first + i * step, every))
}

function checked(labels: string[]): string[] {
  if (labels.length > MAX_PERIODS) throw new AppError('QUERY_TOO_LARGE', `a series has at most ${MAX_PERIODS} periods`)
  return [...new Set(labels)]
}

/** Months since the year 0; of a year alone the given one. */
function monthOf(label: string, ofYear: number): number {
  const match = /^(\d{4})(?:-(0[1-9]|1[0-2]))?$/.exec(label)
  if (!match) throw new AppError('PERIOD_INVALID', label)
  return Number(match[1]) * 12 + (match[2] ? Number(match[2]) - 1 : ofYear)
}

function labelOf(month: number, every: keyof typeof STEPS): string {
  const year = String(Math.floor(month / 12)).padStart(4, '0')
  const inYear = month % 12
  if (every === 'year') return year
  return every === 'quarter' ? `${year}-Q${inYear / 3 + 1}` : `${year}-${String(inYear + 1).padStart(2, '0')}`
}

type Found = { readonly of: IndicatorValue; readonly point: DataPointValue }

/** Values over periods with baseline, trend and comparison. Partial periods are shown and are in none of these. */
export function seriesOf(found: readonly Found[], { zone, targetYear, goal, direction }: About): SeriesResponse {
  const [head] = found
  if (!head) throw new AppError('REQUEST_INVALID', 'a series needs a period')
  const whole = found
    .flatMap(({ of, point }) =>
      of.period.partial || point.value === null ? [] : [{ ...point, value: point.value, of }],
    )
    .toSorted((a, b) => a.of.period.from.localeCompare(b.of.period.from))
  const [first, last] = [whole[0], whole.at(-1)]
  return {
    code: head.of.code,
    dataPoint: head.point.dataPoint,
    unit: head.point.unit,
    zone,
    values: found.map(({ of, point }) => ({
      period: of.period.label,
      from: of.period.from,
      to: of.period.to,
      partial: of.period.partial,
      value: point.value,
      interval: point.interval,
      standardError: point.standardError,
      dataCapture: point.dataCapture,
      simulated: point.simulated,
      missing: point.missing,
    })),
    baseline: first ? { period: first.of.period.label, value: first.value } : null,
    // Without a year of its own the projection goes to that of the target.
    trend: trendIn(whole, targetYear ?? goal?.targetYear ?? undefined),
    progress: progressIn(whole, goal, direction),
    comparison: first && last && first !== last ? comparisonOf(first, last) : null,
  }
}

type About = {
  readonly zone: string | null
  readonly targetYear: number | undefined
  readonly goal: Goal | undefined
  readonly direction: Direction
}

/** Progress of the last whole period. The baseline is the value of the year that the goal names, else the first one. */
function progressIn(whole: readonly Whole[], goal: Goal | undefined, direction: Direction): SeriesResponse['progress'] {
  if (!goal || goal.target === null || goal.targetYear === null) return null
  const at = ({ value, of }: Whole) => ({ period: of.period.label, year: middleOf(of.period), value })
  const named = whole.find(({ of }) => Math.floor(middleOf(of.period)) === goal.baselineYear)
  const base = goal.baselineYear === null ? whole[0] : named
  const last = whole.at(-1)
  // The end of the target's year is when it is due.
  const due = { target: goal.target, targetYear: goal.targetYear + 1 }
  const progress = progressOf(due, direction, base ? at(base) : null, last ? at(last) : null)
  return { ...progress, targetYear: goal.targetYear }
}

const middleOf = ({ from, to }: IndicatorValue['period']): number =>
  1970 + (Date.parse(from) + Date.parse(to)) / 2 / YEAR_MS

type Whole = Pick<DataPointValue, 'standardError' | 'evidence'> & {
  readonly value: number
  readonly of: IndicatorValue
}

function trendIn(whole: readonly Whole[], targetYear: number | undefined): SeriesResponse['trend'] {
  const trend = trendOf(whole.map(({ value, of }) => ({ at: middleOf(of.period), value })))
  if (!trend) return null
  const { method, n, slope, slopeInterval, direction } = trend
  const ahead = targetYear === undefined ? undefined : trend.project(targetYear + 0.5)
  const projection =
    ahead && targetYear !== undefined
      ? { year: targetYear, value: ahead.value, interval: [...ahead.interval] as [number, number] }
      : null
  return { method, n, slope, slopeInterval: [...slopeInterval], direction, projection }
}

const withFreedom = ({ value, standardError, evidence }: Whole) => ({
  ...{ value, standardError },
  degreesOfFreedom: evidence?.uncertainty?.degreesOfFreedom,
})

function comparisonOf(first: Whole, last: Whole): SeriesResponse['comparison'] {
  const compared = compare(withFreedom(first), withFreedom(last), pairedChange(first.evidence, last.evidence))
  const { change, standardError, interval, toldApart, paired } = compared
  return {
    from: first.of.period.label,
    to: last.of.period.label,
    change,
    standardError,
    interval: interval && [...interval],
    toldApart,
    paired,
  }
}
