import { type Estimated, estimated, type Linearised, type Respondent } from './design.ts'

/** The answer of respondent i; null where it is outside the domain or did not answer. */
export type Values = (index: number) => number | null

/** Weighted total of a domain: sum(w y). Not answered counts as nothing, so a total errs low where many did not answer. */
export function totalOf(respondents: readonly Respondent[], y: Values): Linearised | undefined {
  const values = respondents.map((_, i) => y(i))
  const influence = Float64Array.from(respondents, ({ weight }, i) => weight * (values[i] ?? 0))
  return gathered(values, influence, sum(influence))
}

/** Hajek mean of a domain: sum(w y) / sum(w). */
export const meanOf = (respondents: readonly Respondent[], y: Values): Linearised | undefined =>
  ratioOf(respondents, y, (i) => (y(i) === null ? null : 1))

/**
 * Ratio of two totals over the respondents who have both: R = sum(w y) / sum(w x); linearised w (y - R x) / sum(w x).
 * @returns undefined where nobody has both, or the denominator is 0
 */
export function ratioOf(respondents: readonly Respondent[], y: Values, x: Values): Linearised | undefined {
  const above = respondents.map((_, i) => (x(i) === null ? null : y(i)))
  const below = respondents.map((_, i) => (y(i) === null ? null : x(i)))
  const total = (values: readonly (number | null)[]): number =>
    respondents.reduce((held, { weight }, i) => held + weight * (values[i] ?? 0), 0)
  const base = total(below)
  if (base === 0) return undefined
  const ratio = total(above) / base
  const influence = Float64Array.from(respondents, ({ weight }, i) => {
    const top = above[i] ?? null
    return top === null ? 0 : (weight * (top - ratio * (below[i] ?? 0))) / base
  })
  return gathered(above, influence, ratio)
}

function gathered(values: readonly (number | null)[], influence: Float64Array, value: number): Linearised | undefined {
  const n = values.filter((one) => one !== null).length
  return n === 0 ? undefined : { value, influence, n, inDomain: (i) => values[i] !== null && values[i] !== undefined }
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

/** a - b of one sample with its standard error and t interval; groups that share clusters share their luck. */
export function differenceOf(
  respondents: readonly Respondent[],
  a: Linearised,
  b: Linearised,
  confidence = 0.95,
): Estimated {
  const influence = a.influence.map((z, i) => z - (b.influence[i] ?? 0))
  return estimated(respondents, joined(a, b, a.value - b.value, influence), confidence)
}

/**
 * a / b of one sample. The interval is symmetric on the log scale, as befits a ratio of two shares: it never reaches
 * below 0 and that of b / a is its reciprocal. The standard error is that of the ratio itself.
 * @returns undefined where either is not above 0
 */
export function parityRatioOf(
  respondents: readonly Respondent[],
  a: Linearised,
  b: Linearised,
  confidence = 0.95,
): Estimated | undefined {
  if (!(a.value > 0 && b.value > 0)) return undefined
  const log = a.influence.map((z, i) => z / a.value - (b.influence[i] ?? 0) / b.value)
  const ratio = a.value / b.value
  const onLog = estimated(respondents, joined(a, b, Math.log(ratio), log), confidence)
  return {
    ...onLog,
    value: ratio,
    standardError: ratio * onLog.standardError,
    lower: Math.exp(onLog.lower),
    upper: Math.exp(onLog.upper),
  }
}

const joined = (a: Linearised, b: Linearised, value: number, influence: Float64Array): Linearised => ({
  value,
  influence,
  n: a.n + b.n,
  inDomain: (i) => a.inDomain(i) || b.inDomain(i),
})

/**
 * Weighted sum of statistics of one sample, covariances included. It has the n and the degrees of freedom of the part that
 * rests on the fewest respondents, which errs on the safe side and tells nothing of who is in one part and not in another.
 */
export function combinationOf(parts: readonly { share: number; of: Linearised }[]): Linearised | undefined {
  const [first, ...others] = parts
  if (!first) return undefined
  const fewest = others.reduce((least, part) => (part.of.n < least.of.n ? part : least), first).of
  const influence = first.of.influence.map((_, i) =>
    parts.reduce((total, { share, of }) => total + share * (of.influence[i] ?? 0), 0),
  )
  const value = parts.reduce((total, { share, of }) => total + share * of.value, 0)
  return { value, influence, n: fewest.n, inDomain: fewest.inDomain }
}
