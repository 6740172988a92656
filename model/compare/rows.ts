import type { ComparedRow, ComparedSide } from '#model/api/compare.ts'
import type { DataPoint, DataPointValue, Indicator } from '../indicators/catalogue/schema.ts'
import { compare } from '../indicators/trend.ts'
import { pairedChange } from '../indicators/uncertainty.ts'
import { holmAdjusted } from '../statistics/inference/change.ts'

const ALPHA = 0.05

/** A row before its p-value is corrected. */
export type UncorrectedRow = Omit<ComparedRow, 'difference'> & {
  readonly difference: Omit<NonNullable<ComparedRow['difference']>, 'adjustedP' | 'significant'> | null
}

/** All rows of an answer are one family: those with a difference are corrected together after Holm. */
export function correctedRows(rows: readonly UncorrectedRow[]): ComparedRow[] {
  const adjusted = holmAdjusted(rows.flatMap(({ difference }) => difference?.p ?? []))
  let at = 0
  return rows.map((row) => {
    if (!row.difference) return { ...row, difference: null }
    const adjustedP = adjusted[at++] ?? 1
    return { ...row, difference: { ...row.difference, adjustedP, significant: adjustedP <= ALPHA } }
  })
}

type About = {
  readonly indicator: Pick<Indicator, 'code' | 'name' | 'dataPoints'>
  readonly point: Pick<DataPoint, 'id' | 'name'>
}
type Sides = { readonly a: DataPointValue; readonly b: DataPointValue }

/** Two values of one data point; `untested` says why they are not to be compared, undefined where they are. */
export function indicatorRow(
  { indicator, point }: About,
  { a, b }: Sides,
  untested: ComparedRow['untested'] | undefined,
): UncorrectedRow {
  const row = {
    id: point.id === '' ? indicator.code : `${indicator.code}:${point.id}`,
    ...{ code: indicator.code, dataPoint: point.id, question: null, category: null },
    name: indicator.dataPoints.length > 1 ? `${indicator.name}: ${point.name}` : indicator.name,
    ...{ unit: b.unit, a: sideOf(a), b: sideOf(b), origin: b.origin ?? a.origin },
    simulated: a.simulated || b.simulated,
  }
  const none = { difference: null, effect: null, method: null }
  if (untested) return { ...row, ...none, untested }
  const found = compare(uncertain(a), uncertain(b), pairedChange(a.evidence, b.evidence))
  const { interval, p, standardError, degreesOfFreedom } = found
  const effect = effectOf(a.value ?? 0, b.value ?? 0, false)
  if (!interval || p === null || !standardError) return { ...row, ...none, effect, untested: 'uncertainty_unknown' }
  const [lower, upper] = interval
  return {
    ...row,
    difference: { value: found.change, standardError, degreesOfFreedom, lower, upper, p },
    effect,
    method: found.paired ? 'paired' : degreesOfFreedom === null ? 'normal' : 'welch',
    untested: null,
  }
}

const sideOf = ({ value, standardError, interval, n }: DataPointValue): ComparedSide => ({
  ...{ value, standardError, interval, n },
})
const uncertain = ({ value, standardError, evidence }: DataPointValue) => ({
  value: value ?? 0,
  standardError,
  degreesOfFreedom: evidence?.uncertainty?.degreesOfFreedom,
})

/** Cohen's h of two shares (Cohen, Statistical Power Analysis, 1988, ch. 6), else the relative difference. */
export function effectOf(a: number, b: number, shares: boolean): ComparedRow['effect'] {
  if (shares) return { kind: 'cohens_h', value: 2 * Math.asin(Math.sqrt(b)) - 2 * Math.asin(Math.sqrt(a)) }
  return a === 0 ? null : { kind: 'relative', value: (b - a) / Math.abs(a) }
}
