/**
 * How much the index depends on choices that nobody can prove right: Monte Carlo over weights and over the way answers
 * become numbers. Seeded, so that the same question gets the same answer.
 * Source of the approach: OECD and JRC, Handbook on Constructing Composite Indicators (2008), ch. 7. The ranges are ours.
 */
export const NORMALISATIONS = ['linear', 'top_two', 'geometric'] as const
export type Normalisation = (typeof NORMALISATIONS)[number]

/** One dimension: its weight and, for each factor that has answers, weight and value (0 to 100) by scale. */
export type FactorScore = { readonly weight: number; readonly linear: number; readonly topTwo: number }
export type DimensionScores = { readonly weight: number; readonly factors: readonly FactorScore[] }

export type Sensitivity = {
  readonly draws: number
  readonly seed: number
  readonly p5: number
  readonly p50: number
  readonly p95: number
  readonly minimum: number
  readonly maximum: number
  /** median of the draws that used it */
  readonly byNormalisation: Readonly<Record<Normalisation, number>>
}

/** Every weight is drawn between half and one and a half times what was chosen. */
const SPREAD = 0.5

/** Weighted mean of dimensions, each the weighted mean of its factors; `geometric` multiplies dimensions instead, so that one cannot make up for another. */
export function combine(dimensions: readonly DimensionScores[], normalisation: Normalisation): number | null {
  const scored = dimensions.flatMap(({ weight, factors }) => {
    const base = factors.reduce((sum, factor) => sum + factor.weight, 0)
    if (!(base > 0 && weight > 0)) return []
    const of = (factor: FactorScore): number => (normalisation === 'top_two' ? factor.topTwo : factor.linear)
    return [{ weight, value: factors.reduce((sum, factor) => sum + factor.weight * of(factor), 0) / base }]
  })
  const base = scored.reduce((sum, { weight }) => sum + weight, 0)
  if (!(base > 0)) return null
  if (normalisation !== 'geometric') return scored.reduce((sum, { weight, value }) => sum + weight * value, 0) / base
  return Math.exp(scored.reduce((sum, { weight, value }) => sum + weight * Math.log(Math.max(value, 1)), 0) / base)
}

/** @returns null where no factor has answers */
export function sensitivityOf(
  dimensions: readonly DimensionScores[],
  { draws = 2000, seed = 1 }: { draws?: number; seed?: number } = {},
): Sensitivity | null {
  if (combine(dimensions, 'linear') === null) return null
  const random = mulberry32(seed)
  const drawn = (weight: number): number => weight * (1 - SPREAD + 2 * SPREAD * random())
  const byKind = new Map<Normalisation, number[]>(NORMALISATIONS.map((kind) => [kind, []]))
  for (let i = 0; i < draws; i++) {
    const kind = NORMALISATIONS[Math.floor(random() * NORMALISATIONS.length)] ?? 'linear'
    const jolted = dimensions.map(({ weight, factors }) => ({
      weight: drawn(weight),
      factors: factors.map((factor) => ({ ...factor, weight: drawn(factor.weight) })),
    }))
    byKind.get(kind)?.push(combine(jolted, kind) ?? 0)
  }
  const all = [...byKind.values()].flat().sort((a, b) => a - b)
  const median = (kind: Normalisation): number =>
    percentile(
      (byKind.get(kind) ?? []).toSorted((a, b) => a - b),
      0.5,
    )
  return {
    draws,
    seed,
    p5: percentile(all, 0.05),
    p50: percentile(all, 0.5),
    p95: percentile(all, 0.95),
    minimum: all[0] ?? Number.NaN,
    maximum: all.at(-1) ?? Number.NaN,
    byNormalisation: { linear: median('linear'), top_two: median('top_two'), geometric: median('geometric') },
  }
}

const percentile = (sorted: readonly number[], p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN

/** A small generator with 32 bits of state (Tommy Ettinger's mulberry32); good enough to jolt weights. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
