import type { Values } from './linearised.ts'
import type { Estimated, Respondent } from './survey-design.ts'
import { surveyMean } from './survey-mean.ts'

/**
 * Weighted quantile of a domain: the smallest y whose weighted share of answers at or below it reaches p.
 * Interval by Woodruff (1952, J. Am. Stat. Assoc. 47): the share at or below the quantile has a standard error like any
 * other proportion; the ends of its interval p -+ t SE are read back through the distribution. The standard error is
 * the length of that interval over 2 t. (R: svyquantile, qrule "math", interval.type "mean", which puts the interval around
 * the share at the quantile instead of p; the two differ where many answers are the same.)
 * @param p above 0 and below 1
 */
export function quantileOf(
  respondents: readonly Respondent[],
  y: Values,
  p: number,
  confidence = 0.95,
): Estimated | undefined {
  if (!(p > 0 && p < 1)) throw new RangeError(`a quantile lies between 0 and 1, not at ${p}`)
  const values = respondents.map((_, i) => y(i))
  const sorted = respondents
    .flatMap(({ weight }, i) => {
      const value = values[i] ?? null
      return value === null ? [] : [{ value, weight }]
    })
    .sort((a, b) => a.value - b.value)
  const base = sorted.reduce((total, { weight }) => total + weight, 0)
  const at = (share: number): number => {
    let below = 0
    for (const { value, weight } of sorted) {
      below += weight
      // sums of weights are not exact
      if (below >= share * base - 1e-9 * base) return value
    }
    return sorted.at(-1)?.value ?? Number.NaN
  }
  const value = at(p)
  const share = surveyMean(
    respondents,
    (i) => {
      const one = values[i] ?? null
      return one === null ? null : one <= value ? 1 : 0
    },
    { confidence },
  )
  if (!share) return undefined
  const half = (share.upper - share.lower) / 2
  const [lower, upper] = [at(Math.max(0, p - half)), at(Math.min(1, p + half))]
  const t = half / share.standardError
  const standardError = half > 0 ? (upper - lower) / (2 * t) : 0
  return { value, standardError, degreesOfFreedom: share.degreesOfFreedom, lower, upper, n: share.n }
}
