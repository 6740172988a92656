import type { Evidence } from './catalogue/schema.ts'

/**
 * How a value follows from its inputs. Every method an evidence tree may name is here, so that a tree can be computed
 * again by anyone who has nothing but the tree. A node without inputs is a leaf: it states what was counted.
 */
const METHODS: Readonly<Record<string, (values: readonly number[], inputs: readonly Evidence[]) => number>> = {
  sum: (values) => sum(values),
  mean: (values) => sum(values) / values.length,
  weighted_mean: (values, inputs) => {
    const weights = inputs.map((input) => input.weight ?? 1)
    return sum(values.map((value, i) => value * (weights[i] ?? 1))) / sum(weights)
  },
  maximum: (values) => Math.max(...values),
  /** how many inputs there are */
  count: (values) => values.length,
  /** first minus second plus all that follow: a meter's last reading, its first, and what resets swallowed */
  difference: ([last = 0, first = 0, ...more]) => last - first + sum(more),
  product: (values) => values.reduce((a, b) => a * b, 1),
  ratio: ([numerator = 0, denominator = 0]) => numerator / denominator,
  percent: ([numerator = 0, denominator = 0]) => (100 * numerator) / denominator,
  /** 1 where the first is above the second, else 0 */
  exceeds: ([value = 0, limit = 0]) => (value > limit ? 1 : 0),
  /** 1 where the first is not above the second, else 0 */
  within: ([value = 0, limit = 0]) => (value <= limit ? 1 : 0),
  /** day-evening-night level of the levels of day, evening and night: Directive 2002/49/EC, annex I */
  lden: ([day = 0, evening = 0, night = 0]) =>
    10 * Math.log10((12 * energy(day) + 4 * energy(evening + 5) + 8 * energy(night + 10)) / 24),
  per_100000: ([numerator = 0, denominator = 0]) => (100_000 * numerator) / denominator,
}

/**
 * Computes the value of an evidence tree from its leaves alone.
 * @param read what is taken for the value of a leaf
 * @returns null where a leaf that is needed has no value, or a denominator is zero
 * @throws Error when the tree names a method that is not known
 */
export function recompute(evidence: Evidence, read: (leaf: Evidence) => number | null = stated): number | null {
  if (!evidence.inputs || evidence.inputs.length === 0) return read(evidence)
  const method = METHODS[evidence.method]
  if (!method) throw new Error(`evidence "${evidence.label}" names the method "${evidence.method}", which is not known`)
  const values = evidence.inputs.map((input) => recompute(input, read))
  if (values.some((value) => value === null)) return null
  const value = method(values as number[], evidence.inputs)
  return Number.isFinite(value) ? value : null
}

/** What the tree would say if suspect observations counted as good ones do. */
export const recomputeWithSuspect = (evidence: Evidence): number | null =>
  recompute(evidence, ({ withSuspect, value }) => withSuspect ?? value)

/** The method that a formula of the catalogue stands for in an evidence tree; undefined where a value is stated as is. */
export function methodOf(formula: string): 'percent' | 'per_100000' | 'ratio' | undefined {
  if (formula === 'percent' || formula === 'per_100000' || formula === 'ratio') return formula
  return undefined
}

const stated = ({ value }: Evidence): number | null => value
const energy = (level: number): number => 10 ** (level / 10)
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
