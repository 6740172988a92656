/** A zone's value with its people. */
export type ZoneShare = { readonly zone: string; readonly value: number; readonly population: number | null }

export type Spread = {
  /** zones with a value */
  readonly zones: number
  readonly lowest: { readonly zone: string; readonly value: number }
  readonly highest: { readonly zone: string; readonly value: number }
  /** highest over lowest; null where the lowest is not above zero */
  readonly ratio: number | null
  /** weighted with the people of the zones; null where those are not known of every zone with a value */
  readonly mean: number | null
  /** 0: all the same, towards 1: one zone has it all; by people; null where it does not apply (values below zero, mean 0) */
  readonly gini: number | null
}

/**
 * How far zones lie apart. The Gini coefficient is that of zones weighted with their people: half the mean absolute
 * difference between two persons of the city, over the mean. Within a zone all count as alike, so it is a lower bound.
 * @returns undefined without a value
 */
export function spreadOf(values: readonly ZoneShare[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a.value - b.value)
  const [lowest, highest] = [sorted[0], sorted.at(-1)]
  if (!lowest || !highest) return undefined
  const known = sorted.flatMap(({ value, population }) => (population === null ? [] : [{ value, population }]))
  const people = known.reduce((sum, { population }) => sum + population, 0)
  const weighted = known.length === sorted.length && people > 0
  const mean = weighted ? known.reduce((sum, { value, population }) => sum + value * population, 0) / people : null
  const difference = known.reduce(
    (sum, a) => sum + known.reduce((inner, b) => inner + a.population * b.population * Math.abs(a.value - b.value), 0),
    0,
  )
  const gini = mean !== null && mean > 0 && lowest.value >= 0 ? difference / (2 * people ** 2 * mean) : null
  return {
    zones: sorted.length,
    lowest: { zone: lowest.zone, value: lowest.value },
    highest: { zone: highest.zone, value: highest.value },
    ratio: lowest.value > 0 ? highest.value / lowest.value : null,
    mean,
    gini,
  }
}
