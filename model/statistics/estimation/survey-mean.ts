import { tQuantile } from '../inference/student-t.ts'
import { meanOf } from './linearised.ts'
import { kornGraubard, nchsReliability, type Reliability } from './proportion.ts'
import { type Respondent, spreadOf } from './survey-design.ts'

export type { Respondent } from './survey-design.ts'

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
  readonly reliability: Reliability
}

export type MeanOptions = { readonly proportion?: boolean; readonly confidence?: number }

/**
 * Weighted mean or proportion of a domain with its uncertainty under a stratified, clustered, weighted design.
 *
 * The mean is the Hajek ratio sum(w y) / sum(w) over the domain. Its variance is by Taylor linearisation: every
 * respondent gets z = w (y - mean) / sum(w), those outside the domain z = 0 (a domain is not a subset without the
 * rest of the sample), and the variance is that of the total of z (designVariance), or by replicate weights.
 * A share of respondents has the interval of Korn and Graubard and is evaluated by the NCHS standards (proportion.ts), the
 * share of an amount a logit interval, a mean a t interval.
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
  const linearised = meanOf(respondents, (i) => values[i] ?? null)
  if (!linearised) return undefined
  const mean = linearised.value
  const { variance, degreesOfFreedom } = spreadOf(respondents, linearised)
  const standardError = Math.sqrt(variance)
  const isCount = proportion && values.every((y) => y === null || y === undefined || y === 0 || y === 1)
  const own = { value: mean, standardError, degreesOfFreedom, n }
  const simple = simpleVariance(respondents, values, mean, weightedBase, n)
  const designEffect = simple > 0 ? variance / simple : null
  return {
    ...own,
    ...(isCount ? shareOfRespondents(own, confidence) : otherMean(own, proportion, confidence)),
    designEffect,
    weightedTotal,
    weightedBase,
  }
}

type Own = Pick<SurveyMean, 'value' | 'standardError' | 'degreesOfFreedom' | 'n'>
type Precision = Pick<SurveyMean, 'lower' | 'upper' | 'reliability'>

function shareOfRespondents(own: Own, confidence: number): Precision {
  const interval = kornGraubard(own, confidence)
  const { lower, upper } = interval
  return { lower, upper, reliability: nchsReliability(own, interval) }
}

/** A mean, or the share of one amount in another, of which no number of respondents is the exact distribution. */
function otherMean(own: Own, proportion: boolean, confidence: number): Precision {
  const { value, standardError, degreesOfFreedom, n } = own
  const t = tQuantile(1 - (1 - confidence) / 2, degreesOfFreedom)
  const interval = proportion
    ? logitInterval(value, standardError, t, n, confidence)
    : { lower: value - t * standardError, upper: value + t * standardError }
  return { ...interval, reliability: coefficientOfVariation(own) }
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
 * Interval of the share of one amount in another: symmetric on the logit scale, so that it never leaves 0 to 1 (R:
 * svyciprop, method "logit"). At 0 or 1 the logit has no value; there the bound 1 - (alpha / 2)^(1 / n) of Clopper and
 * Pearson stands in.
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

/** A mean is unreliable where its standard error is above 30 % of it; a mean of 0 has no such share. */
function coefficientOfVariation({ value, standardError }: Own): Reliability {
  const isReliable = value !== 0 && standardError / Math.abs(value) <= 0.3
  return isReliable
    ? { verdict: 'present', reasons: [] }
    : { verdict: 'unreliable', reasons: ['coefficient_of_variation'] }
}

/** Whether the estimate may be presented: always but where its verdict is `unreliable`. */
export const isReliable = ({ reliability }: SurveyMean): boolean => reliability.verdict !== 'unreliable'
