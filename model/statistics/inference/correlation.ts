import { twoSidedP } from './student-t.ts'

/**
 * How closely two numbers of the same places go together, and how sure that is.
 *
 * Interval by Fisher's z: atanh(r) is near normal with standard error 1 / sqrt(n - 3) for Pearson's r (Fisher 1921,
 * Metron 1), and sqrt((1 + r^2 / 2) / (n - 3)) for Spearman's (Bonett and Wright 2000, Psychometrika 65). With a handful
 * of places the interval spans almost everything: that is what it is for.
 * p: two-sided t test of no correlation, n - 2 degrees of freedom.
 */
export type Correlation = {
  readonly n: number
  readonly value: number
  /** null below 4 places, and where the places lie on one line */
  readonly lower: number | null
  readonly upper: number | null
  readonly p: number | null
}

/** Fewer places say next to nothing: an r of 0.6 from nine places is not significantly different from 0 (t = 1.98, 7 df). */
export const FEW_PLACES = 10
const Z95 = 1.959963984540054

type Pair = readonly [number, number]

/** @returns null where fewer than three pairs are there, or one of the two does not vary */
export function pearson(pairs: readonly Pair[]): Correlation | null {
  const r = product(pairs)
  return r === null ? null : withInterval(pairs.length, r, 1)
}

/** Pearson's of the ranks; ties share the middle of their ranks. */
export function spearman(pairs: readonly Pair[]): Correlation | null {
  const [a, b] = [ranks(pairs.map(([x]) => x)), ranks(pairs.map(([, y]) => y))]
  const r = product(a.map((rank, i): Pair => [rank, b[i] ?? 0]))
  return r === null ? null : withInterval(pairs.length, r, 1 + r ** 2 / 2)
}

function product(pairs: readonly Pair[]): number | null {
  const n = pairs.length
  if (n < 3) return null
  const [mx, my] = [pairs.reduce((sum, [x]) => sum + x, 0) / n, pairs.reduce((sum, [, y]) => sum + y, 0) / n]
  let [xy, xx, yy] = [0, 0, 0]
  for (const [x, y] of pairs) {
    xy += (x - mx) * (y - my)
    xx += (x - mx) ** 2
    yy += (y - my) ** 2
  }
  if (!(xx > 0 && yy > 0)) return null
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)))
}

function withInterval(n: number, r: number, spread: number): Correlation {
  if (n < 4 || Math.abs(r) === 1) return { n, value: r, lower: null, upper: null, p: null }
  const half = Z95 * Math.sqrt(spread / (n - 3))
  const t = Math.abs(r) * Math.sqrt((n - 2) / (1 - r ** 2))
  return {
    n,
    value: r,
    lower: Math.tanh(Math.atanh(r) - half),
    upper: Math.tanh(Math.atanh(r) + half),
    p: twoSidedP(t, n - 2),
  }
}

export function ranks(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value)
  const result = new Array<number>(values.length).fill(0)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to += 1
    for (let k = from; k <= to; k++) result[order[k]?.i ?? 0] = (from + to) / 2 + 1
    from = to + 1
  }
  return result
}
