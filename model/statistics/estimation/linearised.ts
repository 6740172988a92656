import { type Estimated, estimated, type Linearised, type Respondent, replicatesOf } from './survey-design.ts'

/** The answer of respondent i; null where it is outside the domain or did not answer. */
export type Values = (index: number) => number | null

/** Weighted total of a domain: sum(w y). Not answered counts as nothing, so a total errs low where many did not answer. */
export function totalOf(respondents: readonly Respondent[], y: Values): Linearised | undefined {
  const values = respondents.map((_, i) => y(i))
  const influence = Float64Array.from(respondents, ({ weight }, i) => weight * (values[i] ?? 0))
  const replicates = replicatesOf(respondents, (weightOf) => weightedSum(values, weightOf))
  return gathered(values, { influence, value: sum(influence), replicates })
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
  const weightOf = (i: number): number => respondents[i]?.weight ?? 0
  const base = weightedSum(below, weightOf)
  if (base === 0) return undefined
  const ratio = weightedSum(above, weightOf) / base
  const influence = Float64Array.from(respondents, ({ weight }, i) => {
    const top = above[i] ?? null
    return top === null ? 0 : (weight * (top - ratio * (below[i] ?? 0))) / base
  })
  const replicates = replicatesOf(respondents, (own) => weightedSum(above, own) / weightedSum(below, own))
  return gathered(above, { influence, value: ratio, replicates })
}

const weightedSum = (values: readonly (number | null)[], weightOf: (index: number) => number): number =>
  values.reduce<number>((held, value, i) => (value === null ? held : held + weightOf(i) * value), 0)

function gathered(
  values: readonly (number | null)[],
  of: Pick<Linearised, 'value' | 'influence' | 'replicates'>,
): Linearised | undefined {
  const n = values.filter((one) => one !== null).length
  return n === 0 ? undefined : { ...of, n, inDomain: (i) => values[i] !== null && values[i] !== undefined }
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

/** a - b of one sample with its standard error and t interval; groups that share clusters share their luck. */
export function differenceOf(
  respondents: readonly Respondent[],
  a: Linearised,
  b: Linearised,
  confidence = 0.95,
): Estimated {
  return estimated(respondents, { ...linear(a, b, 1, -1), value: a.value - b.value }, confidence)
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
  const ratio = a.value / b.value
  // d log(a / b) = da / a - db / b
  const log = linear(a, b, 1 / a.value, -1 / b.value)
  const replicates = log.replicates?.map((theta) => theta + Math.log(ratio))
  const onLog = estimated(respondents, { ...log, replicates, value: Math.log(ratio) }, confidence)
  return {
    ...onLog,
    value: ratio,
    standardError: ratio * onLog.standardError,
    lower: Math.exp(onLog.lower),
    upper: Math.exp(onLog.upper),
  }
}

/** ka a + kb b over the domain of both. */
const linear = (a: Linearised, b: Linearised, ka: number, kb: number): Linearised => ({
  value: ka * a.value + kb * b.value,
  influence: a.influence.map((z, i) => ka * z + kb * (b.influence[i] ?? 0)),
  replicates: a.replicates?.map((theta, r) => ka * theta + kb * (b.replicates?.[r] ?? Number.NaN)),
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
  const sumOf = (numbers: (of: Linearised) => Float64Array | undefined) =>
    numbers(first.of)?.map((_, k) => parts.reduce((total, { share, of }) => total + share * (numbers(of)?.[k] ?? 0), 0))
  const influence = sumOf((of) => of.influence) ?? new Float64Array()
  const value = parts.reduce((total, { share, of }) => total + share * of.value, 0)
  return { value, influence, replicates: sumOf((of) => of.replicates), n: fewest.n, inDomain: fewest.inDomain }
}
