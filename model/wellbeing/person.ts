/**
 * From the answers of one person to factors, dimensions and index. Ours: an answer m from 1 to 5 is 100 (m - 1) / 4; a
 * score needs at least half of its items answered; factors of a dimension and dimensions of the index are weighted means.
 */
export type PlannedFactor = { readonly weight: number; readonly items: readonly number[] }
export type PlannedDimension = { readonly weight: number; readonly factors: readonly PlannedFactor[] }

/** 0 to 100; `items` are places in `answers`, which are 1 to 5 or null. */
export function factorScore(answers: readonly (number | null)[], items: readonly number[]): number | null {
  const given = items.flatMap((item) => answers[item] ?? [])
  if (given.length === 0 || given.length * 2 < items.length) return null
  return given.reduce((sum, answer) => sum + rescale(answer), 0) / given.length
}

export const rescale = (answer: number): number => (100 * (answer - 1)) / 4

/** Weighted mean of the factors that the person answered, if these are half of the items or more. */
export function dimensionScore(answers: readonly (number | null)[], factors: readonly PlannedFactor[]): number | null {
  const weighed = factors.filter(({ weight, items }) => weight > 0 && items.length > 0)
  if (!halfAnswered(answers, weighed)) return null
  return weightedMean(weighed.map(({ weight, items }) => ({ weight, value: factorScore(answers, items) })))
}

/** Weighted mean of the dimensions, if half of all items or more are answered. */
export function indexScore(
  answers: readonly (number | null)[],
  dimensions: readonly PlannedDimension[],
): number | null {
  const weighed = dimensions.filter(({ weight }) => weight > 0)
  const factors = weighed.flatMap((dimension) => dimension.factors.filter(({ weight }) => weight > 0))
  if (!halfAnswered(answers, factors)) return null
  return weightedMean(weighed.map(({ weight, factors: own }) => ({ weight, value: dimensionScore(answers, own) })))
}

function halfAnswered(answers: readonly (number | null)[], factors: readonly PlannedFactor[]): boolean {
  const items = factors.flatMap((factor) => factor.items)
  const given = items.filter((item) => (answers[item] ?? null) !== null)
  return items.length > 0 && given.length * 2 >= items.length
}

function weightedMean(parts: readonly { weight: number; value: number | null }[]): number | null {
  const there = parts.flatMap(({ weight, value }) => (value === null ? [] : [{ weight, value }]))
  const base = there.reduce((sum, { weight }) => sum + weight, 0)
  return base > 0 ? there.reduce((sum, { weight, value }) => sum + weight * value, 0) / base : null
}
