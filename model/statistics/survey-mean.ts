import { designVariance, type Respondent } from './design.ts'
import { tQuantile } from './student-t.ts'

export type { Respondent } from './design.ts'

export type SurveyMean = {
  readonly value: number
  readonly standardError: number
  readonly degreesOfFreedom: number
  readonly lower: number
  readonly upper: number
  /** respondents in the domain */
  readonly n: number
  /** variance over that of a simple random sample of n; null where the values do not vary */
  readonly designEffect: number | null
  /** sums of weights that the value is the ratio of */
  readonly weightedTotal: number
  readonly weightedBase: number
}

export type MeanOptions = { readonly proportion?: boolean; readonly confidence?: number }

/**
 * Weighted mean or proportion of a domain with its uncertainty under a stratified, clustered, weighted design.
 *
 * The mean is the Hajek ratio sum(w y) / sum(w) over the domain. Its variance is by Taylor linearisation: every
 * respondent gets z = w (y - mean) / sum(w), those outside the domain z = 0 (so a domain is not a subset that forgets
 * the rest of the sample), z is summed by cluster, and clusters vary around their stratum, with the finite population
 * correction where the sampled share is known. Degrees of freedom: clusters less strata, of those that the domain touches, at least 1.
 * A stratum with a single cluster is compared with the mean over all clusters ("adjust" in R's survey package).
 * Source: Lumley, Complex Surveys (2010), ch. 1-2; Binder 1983, International Statistical Review 51.
 *
 * @param value the answer of respondent i, null where it is outside the domain or did not answer
 * @returns undefined where the domain is empty
 */
export function surveyMean(
  respondents: readonly Respondent[],
  value: (index: number) => number | null,
  { proportion = false, confidence = 0.95 }: MeanOptions = {},
): SurveyMean | undefined {
  const values = respondents.map((_, i) => value(i))
  let weightedBase = 0
  let weightedTotal = 0
  let n = 0
  respondents.forEach(({ weight }, i) => {
    const y = values[i]
    if (y === null || y === undefined) return
    weightedBase += weight
    weightedTotal += weight * y
    n += 1
  })
  if (n === 0 || weightedBase <= 0) return undefined
  const mean = weightedTotal / weightedBase
  const inDomain = (i: number): boolean => values[i] !== null && values[i] !== undefined
  const influence = respondents.map(({ weight }, i) => {
    const y = values[i] ?? null
    return y === null ? 0 : (weight * (y - mean)) / weightedBase
  })
  const { variance, degreesOfFreedom } = designVariance(respondents, influence, inDomain)
  const standardError = Math.sqrt(variance)
  const t = tQuantile(1 - (1 - confidence) / 2, degreesOfFreedom)
  const interval = proportion
    ? logitInterval(mean, standardError, t, n, confidence)
    : { lower: mean - t * standardError, upper: mean + t * standardError }
  const simple = simpleVariance(respondents, values, mean, weightedBase, n)
  const designEffect = simple > 0 ? variance / simple : null
  return { value: mean, standardError, degreesOfFreedom, ...interval, n, designEffect, weightedTotal, weightedBase }
}

/** Variance of the mean if the n respondents were a simple random sample with replacement (R: deff = "replace"). */
function simpleVariance(
  respondents: readonly Respondent[],
  values: readonly (number | null)[],
  mean: number,
  base: number,
  n: number,
): number {
  if (n < 2) return 0
  let squares = 0
  respondents.forEach(({ weight }, i) => {
    const y = values[i]
    if (y !== null && y !== undefined) squares += weight * (y - mean) ** 2
  })
  return ((squares / base) * n) / (n - 1) / n
}

/**
 * Interval of a proportion: symmetric on the logit scale, so that it never leaves 0 to 1 (R: svyciprop, method "logit").
 * At 0 or 1 the logit has no value; there the exact binomial bound 1 - (alpha / 2)^(1 / n) of Clopper and Pearson holds.
 */
function logitInterval(
  p: number,
  se: number,
  t: number,
  n: number,
  confidence: number,
): { lower: number; upper: number } {
  const reach = 1 - ((1 - confidence) / 2) ** (1 / n)
  if (p <= 0) return { lower: 0, upper: reach }
  if (p >= 1) return { lower: 1 - reach, upper: 1 }
  const logit = Math.log(p / (1 - p))
  const half = (t * se) / (p * (1 - p))
  const inverse = (x: number): number => 1 / (1 + Math.exp(-x))
  return { lower: inverse(logit - half), upper: inverse(logit + half) }
}

/**
 * Whether the coefficient of variation (standard error over value) is at most 30 %. An estimate of 0 has none and is not.
 * It judges the value as stated: a share of 97 % passes more easily than the 3 % beside it, so read the interval too.
 */
export function isReliable({ value, standardError }: SurveyMean): boolean {
  return value !== 0 && standardError / Math.abs(value) <= 0.3
}
