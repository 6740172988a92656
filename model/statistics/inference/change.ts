import { tQuantile, twoSidedP } from './student-t.ts'

/** An estimate of one of two samples. */
export type Measured = { readonly value: number; readonly standardError: number; readonly degreesOfFreedom: number }
export type Change = {
  readonly value: number
  readonly standardError: number
  readonly degreesOfFreedom: number
  readonly lower: number
  readonly upper: number
  /** two-sided, of no change */
  readonly p: number
}

/**
 * The change between two independent samples: variances add, degrees of freedom after Welch (1947,
 * Biometrika 34) and Satterthwaite (1946, Biometrics Bulletin 2). Not for a panel that asks the same people again: its
 * estimates are correlated, so the change is more precise than this.
 * @returns null where neither varies
 */
export function changeOf(from: Measured, to: Measured, confidence = 0.95): Change | null {
  const [a, b] = [from.standardError ** 2, to.standardError ** 2]
  const variance = a + b
  if (!(variance > 0)) return null
  const degreesOfFreedom = variance ** 2 / (a ** 2 / from.degreesOfFreedom + b ** 2 / to.degreesOfFreedom)
  const value = to.value - from.value
  const standardError = Math.sqrt(variance)
  const half = tQuantile(1 - (1 - confidence) / 2, degreesOfFreedom) * standardError
  const p = twoSidedP(value / standardError, degreesOfFreedom)
  return { value, standardError, degreesOfFreedom, lower: value - half, upper: value + half, p }
}

/**
 * Which of several changes are significant when tested together, so that not one in twenty is found by testing many
 * (Holm 1979, Scandinavian Journal of Statistics 6).
 */
export const holm = (ps: readonly number[], alpha = 0.05): boolean[] => holmAdjusted(ps).map((p) => p <= alpha)

/** p-values that can be compared with the level by themselves: the k-th smallest of m times m - k + 1 (R: p.adjust). */
export function holmAdjusted(ps: readonly number[]): number[] {
  const adjusted = new Array<number>(ps.length).fill(1)
  let largest = 0
  const order = ps.map((p, i) => ({ p, i })).sort((x, y) => x.p - y.p)
  for (const [rank, { p, i }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (ps.length - rank)))
    adjusted[i] = largest
  }
  return adjusted
}
