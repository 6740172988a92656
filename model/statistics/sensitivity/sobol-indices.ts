import { randomisedHalton } from './quasi-random.ts'

/**
 * How much of the variance of a result is due to an input: `first` by itself, `total` with all its interactions. In a
 * result that is a sum of its inputs both are the same and add up to 1.
 */
export type SobolEffect = { readonly first: number; readonly total: number }
export type SobolIndices = {
  /** of the result, in the order of evaluation; one for each of 2n points of the inputs */
  readonly results: readonly number[]
  readonly mean: number
  readonly variance: number
  /** in the order of the inputs; all 0 where the result does not vary */
  readonly effects: readonly SobolEffect[]
}

/**
 * Variance-based sensitivity indices of a function of independent inputs, each uniform from 0 to 1, by n (inputs + 2)
 * evaluations on quasi-random points: two matrices A and B, and for each input A with its column from B.
 * First order: Saltelli and others 2010, Computer Physics Communications 181, table 2 (b); total: Jansen 1999, ibid. 117
 * (f). As recommended by OECD and JRC, Handbook on Constructing Composite Indicators (2008), ch. 7.
 */
export function sobolIndices(
  of: (inputs: Float64Array) => number,
  { inputs, n = 1024, seed = 1 }: { inputs: number; n?: number; seed?: number },
): SobolIndices {
  const points = randomisedHalton(n, 2 * inputs, seed)
  const a = points.map((point) => point.slice(0, inputs))
  const b = points.map((point) => point.slice(inputs))
  const [ofA, ofB] = [a.map(of), b.map(of)]
  const results = [...ofA, ...ofB]
  const mean = sum(results) / results.length
  const variance = sum(results.map((one) => (one - mean) ** 2)) / (results.length - 1)
  const varies = Math.sqrt(variance) > 1e-9 * Math.max(1, Math.abs(mean))
  const effects = Array.from({ length: inputs }, (_, input): SobolEffect => {
    if (!varies) return { first: 0, total: 0 }
    const mixed = a.map((point, j) => {
      const original = point[input] ?? 0
      point[input] = b[j]?.[input] ?? 0
      const result = of(point)
      point[input] = original
      return result
    })
    const first = sum(mixed.map((one, j) => ((ofB[j] ?? 0) - mean) * (one - (ofA[j] ?? 0)))) / n
    const total = sum(mixed.map((one, j) => ((ofA[j] ?? 0) - one) ** 2)) / (2 * n)
    // estimates of something near 0 or 1 may fall beyond it
    return { first: Math.min(1, Math.max(0, first / variance)), total: Math.min(1, total / variance) }
  })
  return { results, mean, variance, effects }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
