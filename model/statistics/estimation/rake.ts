/** A margin that is known for the population: what each respondent is, and how many of each there are. */
export type Margin = { readonly of: (index: number) => string; readonly totals: Readonly<Record<string, number>> }
export type Raked = { readonly weights: number[]; readonly rounds: number; readonly converged: boolean }

/**
 * Weights that meet every known margin at once, by iterative proportional fitting: margin after margin, each category's
 * weights are multiplied until they sum to its total. What the margins do not say (odds ratios) stays as in the sample.
 * Source: Deming and Stephan 1940, Annals of Mathematical Statistics 11.
 * @throws RangeError where a category has a total and no respondents or the reverse, or the totals of two margins differ
 */
export function rake(
  weights: readonly number[],
  margins: readonly Margin[],
  { tolerance = 1e-10, maxRounds = 200 } = {},
): Raked {
  check(weights, margins)
  const raked = [...weights]
  for (let rounds = 1; rounds <= maxRounds; rounds++) {
    const worst = Math.max(0, ...margins.map((margin) => meet(raked, margin)))
    if (worst < tolerance) return { weights: raked, rounds, converged: true }
  }
  return { weights: raked, rounds: maxRounds, converged: false }
}

/** Multiplies the weights to the totals. @returns the largest relative step that was needed */
function meet(weights: number[], { of, totals }: Margin): number {
  const sums = sumsOf(weights, of)
  let worst = 0
  weights.forEach((weight, i) => {
    const factor = (totals[of(i)] ?? 0) / (sums.get(of(i)) ?? 1)
    worst = Math.max(worst, Math.abs(factor - 1))
    weights[i] = weight * factor
  })
  return worst
}

function sumsOf(weights: readonly number[], of: Margin['of']): Map<string, number> {
  const sums = new Map<string, number>()
  weights.forEach((weight, i) => {
    sums.set(of(i), (sums.get(of(i)) ?? 0) + weight)
  })
  return sums
}

function check(weights: readonly number[], margins: readonly Margin[]): void {
  const wholes = margins.map(({ totals }) => Object.values(totals).reduce((a, b) => a + b, 0))
  const first = wholes[0] ?? 0
  if (wholes.some((whole) => Math.abs(whole - first) > 1e-6 * first))
    throw new RangeError(`the margins are of different populations: ${wholes.join(', ')}`)
  for (const { of, totals } of margins) {
    const sums = sumsOf(weights, of)
    for (const category of new Set([...sums.keys(), ...Object.keys(totals)])) {
      if (!((totals[category] ?? 0) > 0)) throw new RangeError(`"${category}" has respondents and no known total`)
      if (!((sums.get(category) ?? 0) > 0)) throw new RangeError(`"${category}" has a known total and no respondents`)
    }
  }
}
