const TERMS = 100

/**
 * P(|Z| >= |z|) of the standard normal distribution: below 3 by the series, above by the continued fraction of Mills' ratio,
 * which keeps the digits of small tails.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.11 and 26.2.14.
 */
export function twoSidedNormalP(z: number): number {
  const x = Math.abs(z)
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  if (x < 3) {
    let [term, sum] = [x, x]
    for (let k = 1; k <= TERMS; k++) {
      term *= (x * x) / (2 * k + 1)
      sum += term
    }
    return 1 - 2 * density * sum
  }
  let fraction = x
  for (let k = TERMS; k >= 1; k--) fraction = x + k / fraction
  return (2 * density) / fraction
}
