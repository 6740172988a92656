/**
 * How much each question weighs in a factor, a dimension or the index. Ours: a factor is the mean of its questions, a
 * dimension the weighted mean of its factors, the index that of its dimensions. All of it combines means over people and
 * never answers of one person: a score that is made person by person, with weights that anybody may choose, can be taken
 * apart by what people left unanswered, down to the one who left out what nobody else did.
 */
export type PlannedFactor = { readonly weight: number; readonly items: readonly number[] }
export type PlannedDimension = { readonly weight: number; readonly factors: readonly PlannedFactor[] }
/** `share`s add up to 1; `item` is the place of the question */
export type ItemShare = { readonly item: number; readonly share: number }

/** An answer m from 1 to 5 as 0 to 100. */
export const rescale = (answer: number): number => (100 * (answer - 1)) / 4

/**
 * What nobody in the place answered is left out, and what is left weighs more.
 * @returns null where that is more than half of the questions, or nothing weighs anything
 */
export function sharesOf(
  dimensions: readonly PlannedDimension[],
  isAnswered: (item: number) => boolean,
): ItemShare[] | null {
  const weighed = dimensions.filter(({ weight }) => weight > 0).map(weighedFactors)
  const asked = weighed.flatMap(({ factors }) => factors.flatMap(({ items }) => items))
  const answered = asked.filter(isAnswered)
  if (answered.length === 0 || answered.length * 2 < asked.length) return null
  const there = weighed.map(({ weight, factors }) => ({
    weight,
    factors: factors
      .map((factor) => ({ ...factor, items: factor.items.filter(isAnswered) }))
      .filter(({ items }) => items.length > 0),
  }))
  return withShares(there, 1).flatMap(({ one: { factors }, share: ofIndex }) =>
    withShares(factors, ofIndex).flatMap(({ one: { items }, share }) =>
      items.map((item) => ({ item, share: share / items.length })),
    ),
  )
}

const weighedFactors = ({ weight, factors }: PlannedDimension): PlannedDimension => ({
  weight,
  factors: factors.filter((factor) => factor.weight > 0 && factor.items.length > 0),
})

/** Divides a share among those that have something under them, by their weights. */
function withShares<T extends { weight: number } & ({ items: readonly number[] } | { factors: readonly unknown[] })>(
  parts: readonly T[],
  whole: number,
): { one: T; share: number }[] {
  const filled = parts.filter((part) => ('items' in part ? part.items : part.factors).length > 0)
  const base = filled.reduce((sum, { weight }) => sum + weight, 0)
  return filled.map((one) => ({ one, share: (whole * one.weight) / base }))
}
