/** Share of the largest contribution within which nobody may be able to estimate it (the p of the p % rule). **Ours**: 10 %. */
export const DOMINANCE_SHARE = 0.1

/**
 * Whether the sum or mean of these amounts gives the largest one away to within `p` of it. The second largest contributor
 * knows its own amount and what is published: number, mean and spread (the standard error over the root of the design
 * effect). It takes the others to be 0 or more, so the largest is at most
 *
 * - the total less its own (the p % rule: sensitive where total - x1 - x2 < p x1), and
 * - what the spread allows if all others were equal (Samuelson's inequality for the n - 1 amounts that it does not know).
 *
 * An amount that three or more share at the top is nobody's own. Amounts below 0 have no such bound from the total; there the second alone counts, at both ends.
 * Source: Hundepool and others, Statistical Disclosure Control (2012), ch. 4.2.2 (p % rule); P. Samuelson, J. Am. Stat.
 * Assoc. 63 (1968), How deviant can you be?; use of the spread for the same purpose is ours.
 */
export function isDominated(amounts: readonly number[], p = DOMINANCE_SHARE): boolean {
  if (amounts.length < 3) return true
  const sorted = amounts.toSorted((a, b) => b - a)
  const largest = upperEstimate(sorted)
  if (largest !== undefined && isClose(largest, p)) return true
  if ((sorted.at(-1) ?? 0) >= 0) return false
  const smallest = upperEstimate(sorted.map((amount) => -amount).reverse())
  return smallest !== undefined && isClose(smallest, p)
}

type Estimate = { readonly true: number; readonly most: number }
const isClose = ({ true: value, most }: Estimate, p: number): boolean => most - value < p * Math.abs(value)

/** The most that the largest amount can be, as the second largest contributor sees it. */
function upperEstimate(descending: readonly number[]): Estimate | undefined {
  const [x1 = 0, x2 = 0, x3 = 0] = descending
  if (x1 === 0 || x1 === x3) return undefined
  const others = descending.length - 2
  const total = descending.reduce((sum, one) => sum + one, 0) - x2
  const squares = descending.reduce((sum, one) => sum + one * one, 0) - x2 * x2
  const spread = others * ((others + 1) * squares - total * total)
  const bySpread = (total + Math.sqrt(Math.max(0, spread))) / (others + 1)
  const isNonNegative = (descending.at(-1) ?? 0) >= 0
  return { true: x1, most: isNonNegative ? Math.min(total, bySpread) : bySpread }
}
