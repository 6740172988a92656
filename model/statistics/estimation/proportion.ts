import { betaQuantile, tQuantile } from '../inference/student-t.ts'

/** A share of respondents with what its interval depends on. */
export type Proportion = {
  readonly value: number
  readonly standardError: number
  readonly degreesOfFreedom: number
  /** respondents in the denominator */
  readonly n: number
}
export type ProportionInterval = {
  readonly lower: number
  readonly upper: number
  /** p (1 - p) over the variance: the simple random sample that would be as sure */
  readonly effectiveSize: number
}

/**
 * Interval of a proportion after Korn and Graubard: the exact interval of Clopper and Pearson for the effective sample
 * size, which is lessened by (t(n - 1) / t(df))^2 where the design has few degrees of freedom (R: svyciprop, method
 * "beta") and never above n. At 0 and 1, where the variance says nothing, the effective sample size is n.
 * Sources: Korn and Graubard 1998, Survey Methodology 24; the cap and the rule at 0 and 1: Parker and others 2017, Vital
 * and Health Statistics 2(175), as NCHS computes it (SAS macro calculate_KornGraubard_CIs 2.0).
 */
export function kornGraubard(
  { value, standardError, degreesOfFreedom, n }: Proportion,
  confidence = 0.95,
): ProportionInterval {
  const alpha = 1 - confidence
  const isEnd = value <= 0 || value >= 1
  const effectiveSize = isEnd || standardError === 0 ? n : (value * (1 - value)) / standardError ** 2
  const size = isEnd ? n : Math.min(n, effectiveSize * lessened(n, degreesOfFreedom, alpha))
  const [yes, no] = [size * Math.min(1, Math.max(0, value)), size * Math.min(1, Math.max(0, 1 - value))]
  return {
    lower: betaQuantile(alpha / 2, yes, no + 1),
    upper: betaQuantile(1 - alpha / 2, yes + 1, no),
    effectiveSize,
  }
}

const lessened = (n: number, degreesOfFreedom: number, alpha: number): number =>
  n > 1 ? (tQuantile(1 - alpha / 2, n - 1) / tQuantile(1 - alpha / 2, degreesOfFreedom)) ** 2 : 1

export const RELIABILITY = ['present', 'review', 'unreliable'] as const
export const RELIABILITY_REASONS = [
  'effective_sample_size',
  'interval_width',
  'relative_interval_width',
  'none_or_all',
  'degrees_of_freedom',
  'complement',
  'coefficient_of_variation',
] as const
export type ReliabilityReason = (typeof RELIABILITY_REASONS)[number]
/** Whether an estimate is presented, presented after a statistician has looked at it, or too unsure; and why. */
export type Reliability = { readonly verdict: (typeof RELIABILITY)[number]; readonly reasons: ReliabilityReason[] }

/** Limits of the NCHS data presentation standards for proportions. */
export const NCHS = { effectiveSize: 30, wide: 0.3, narrow: 0.05, relative: 1.3, degreesOfFreedom: 8 } as const

/**
 * The NCHS data presentation standards for proportions. Unreliable: fewer than 30 respondents or an effective sample size
 * below 30; an interval 30 points wide or wider; one wider than 5 points and than 130 % of the proportion. Review: 0 % or
 * 100 %, fewer than 8 degrees of freedom. `complement`: the proportion may be presented, what is left to 100 % is unsure.
 * Source: Parker and others 2017, Vital and Health Statistics 2(175).
 */
export function nchsReliability(
  proportion: Pick<Proportion, 'value' | 'degreesOfFreedom' | 'n'>,
  { lower, upper, effectiveSize }: ProportionInterval,
): Reliability {
  const { value, degreesOfFreedom, n } = proportion
  const width = upper - lower
  const isTooWideFor = (share: number): boolean => width > NCHS.narrow && share > 0 && width / share > NCHS.relative
  const unreliable = reasonsOf({
    effective_sample_size: Math.min(n, effectiveSize) < NCHS.effectiveSize,
    interval_width: width >= NCHS.wide,
    relative_interval_width: isTooWideFor(value),
  })
  if (unreliable.length > 0) return { verdict: 'unreliable', reasons: unreliable }
  const review = reasonsOf({
    none_or_all: value <= 0 || value >= 1,
    degrees_of_freedom: degreesOfFreedom < NCHS.degreesOfFreedom,
  })
  const complement = reasonsOf({ complement: isTooWideFor(1 - value) })
  return { verdict: review.length > 0 ? 'review' : 'present', reasons: [...review, ...complement] }
}

const reasonsOf = (found: Partial<Record<ReliabilityReason, boolean>>): ReliabilityReason[] =>
  RELIABILITY_REASONS.filter((reason) => found[reason])
