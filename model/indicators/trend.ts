import { pOf } from '../statistics/estimation/pairwise.ts'
import type { Estimated } from '../statistics/estimation/survey-design.ts'
import { twoSidedNormalP } from '../statistics/inference/normal.ts'
import { tQuantile, twoSidedP } from '../statistics/inference/student-t.ts'

/** A value at a time; `at` in years. */
export type TrendPoint = { readonly at: number; readonly value: number }

export type Trend = {
  readonly method: 'ordinary_least_squares'
  readonly n: number
  /** change of the value in a year */
  readonly slope: number
  /** 95 %, by Student's t with n - 2 degrees of freedom */
  readonly slopeInterval: readonly [number, number]
  /** whether the interval leaves out zero */
  readonly direction: 'rising' | 'falling' | 'not_told_apart'
  /** the line at a time, with the 95 % interval for a single value then */
  project(at: number): { value: number; interval: readonly [number, number] }
}

/** Fewer give a line, but no idea of how far to trust it. */
const MIN_POINTS = 4

/**
 * The straight line through values over time by ordinary least squares. Its intervals take the deviations as independent:
 * seasons within a series of months break that, so compare whole years where there are enough.
 * Source: Draper and Smith, Applied Regression Analysis (1998), ch. 1.
 * @returns undefined for fewer than four points, or when all are of one time
 */
export function trendOf(points: readonly TrendPoint[]): Trend | undefined {
  const n = points.length
  if (n < MIN_POINTS) return undefined
  const meanAt = points.reduce((sum, { at }) => sum + at, 0) / n
  const mean = points.reduce((sum, { value }) => sum + value, 0) / n
  const spread = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0)
  if (spread === 0) return undefined
  const slope = points.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - mean), 0) / spread
  const line = (at: number): number => mean + slope * (at - meanAt)
  const residual = points.reduce((sum, { at, value }) => sum + (value - line(at)) ** 2, 0) / (n - 2)
  const t = tQuantile(0.975, n - 2)
  const half = t * Math.sqrt(residual / spread)
  const slopeInterval = [slope - half, slope + half] as const
  return {
    method: 'ordinary_least_squares',
    n,
    slope,
    slopeInterval,
    direction: slopeInterval[0] > 0 ? 'rising' : slopeInterval[1] < 0 ? 'falling' : 'not_told_apart',
    project: (at) => {
      const value = line(at)
      const margin = t * Math.sqrt(residual * (1 + 1 / n + (at - meanAt) ** 2 / spread))
      return { value, interval: [value - margin, value + margin] }
    },
  }
}

export type Comparison = {
  /** second less first */
  readonly change: number
  readonly standardError: number | null
  readonly interval: readonly [number, number] | null
  /** of the t distribution; null: normal, or no test */
  readonly degreesOfFreedom: number | null
  /** two-sided, of no change; null where the uncertainty of either value is not known */
  readonly p: number | null
  /** null where the uncertainty of either value is not known */
  readonly toldApart: boolean | null
  /** tested by the changes of the same inputs, not as two samples */
  readonly paired: boolean
}

export type Uncertain = {
  readonly value: number
  readonly standardError: number | null
  /** absent: so many that the normal distribution serves */
  readonly degreesOfFreedom?: number | undefined
}

const Z = 1.959964
const UNKNOWN = { standardError: null, degreesOfFreedom: null, interval: null, p: null, toldApart: null, paired: false }

/**
 * The change between two values against its own uncertainty, 95 %: by the changes of the same places where both values rest
 * on these (Student's t), else as two samples (Welch's t; normal where degrees of freedom are not known).
 */
export function compare(first: Uncertain, second: Uncertain, paired?: Estimated): Comparison {
  const change = second.value - first.value
  if (paired) {
    const { standardError, degreesOfFreedom, lower, upper } = paired
    const toldApart = lower > 0 || upper < 0
    return {
      change,
      standardError,
      degreesOfFreedom,
      interval: [lower, upper],
      p: pOf(paired),
      toldApart,
      paired: true,
    }
  }
  if (first.standardError === null || second.standardError === null) return { change, ...UNKNOWN }
  const standardError = Math.hypot(first.standardError, second.standardError)
  const df = welch(first, second)
  const half = (Number.isFinite(df) ? tQuantile(0.975, df) : Z) * standardError
  const p = pOfChange(change, standardError, df)
  const interval = [change - half, change + half] as const
  const degreesOfFreedom = Number.isFinite(df) ? df : null
  return { change, standardError, degreesOfFreedom, interval, p, toldApart: Math.abs(change) > half, paired: false }
}

/** Welch (1947), Satterthwaite (1946); infinite where neither sample states its degrees of freedom. */
function welch(first: Uncertain, second: Uncertain): number {
  const [a, b] = [first, second].map((one) => (one.standardError ?? 0) ** 2) as [number, number]
  const share = (variance: number, df = Number.POSITIVE_INFINITY): number => variance ** 2 / df
  return (a + b) ** 2 / (share(a, first.degreesOfFreedom) + share(b, second.degreesOfFreedom))
}

function pOfChange(change: number, standardError: number, df: number): number {
  if (standardError === 0) return change === 0 ? 1 : 0
  const t = change / standardError
  return Number.isFinite(df) ? twoSidedP(t, df) : twoSidedNormalP(t)
}
