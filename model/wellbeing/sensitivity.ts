import { ranks } from '../statistics/inference/correlation.ts'
import { type SobolEffect, sobolIndices } from '../statistics/sensitivity/sobol-indices.ts'

/**
 * How much the index, and the order of the zones, depend on choices that nobody can prove right: the weights and the way
 * answers become numbers. Quasi-random and seeded, so that the same question gets the same answer.
 * Source: OECD and JRC, Handbook on Constructing Composite Indicators (2008), ch. 7 (Saisana, Saltelli and Tarantola 2005,
 * J. Royal Statistical Society A 168). The ranges of the inputs are ours.
 */
export const NORMALISATIONS = ['linear', 'top_two', 'geometric'] as const
export type Normalisation = (typeof NORMALISATIONS)[number]

/** One dimension: its weight and, for each factor that has answers, weight and value (0 to 100) by scale. */
export type FactorScore = {
  readonly id?: string
  readonly weight: number
  readonly linear: number
  readonly topTwo: number
}
export type DimensionScores = {
  readonly id?: string
  readonly weight: number
  readonly factors: readonly FactorScore[]
}
/** A zone with the same dimensions and factors as the city. */
export type ZoneScores = { readonly key: string; readonly dimensions: readonly DimensionScores[] }

/** `method`, or the id of a dimension or factor whose weight it is. */
export type InputEffect = SobolEffect & { readonly input: string }
export type ZoneRank = {
  readonly zone: string
  /** 1 is the highest; zones level with each other share the middle of their ranks */
  readonly rank: number
  /** of the ranks in all draws */
  readonly p5: number
  readonly p50: number
  readonly p95: number
  /** mean of |rank in the draw - rank| */
  readonly meanShift: number
}
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
  /** of the index, in the order of the framework */
  readonly effects: InputEffect[]
  /** null with fewer than two zones */
  readonly ranks: {
    readonly zones: ZoneRank[]
    /** mean over zones of the shift of a draw, averaged over the draws */
    readonly meanShift: number
    /** of the mean shift of a draw */
    readonly effects: InputEffect[]
  } | null
}

/** Every weight is drawn between half and one and a half times what was chosen. */
const SPREAD = 0.5

/** Weighted mean of dimensions, each the weighted mean of its factors; `geometric` multiplies dimensions instead, so that one cannot make up for another. */
export function combine(dimensions: readonly DimensionScores[], normalisation: Normalisation): number | null {
  const weights = dimensions.flatMap(({ weight, factors }) => [weight, ...factors.map((factor) => factor.weight)])
  return weighed(valuesOf(dimensions), weights, normalisation)
}

/** Values of the factors of each dimension, one dimension after another: what a draw needs, without anything to look up. */
type Values = {
  readonly sizes: readonly number[]
  readonly linear: Float64Array
  readonly topTwo: Float64Array
}
const valuesOf = (dimensions: readonly DimensionScores[]): Values => {
  const factors = dimensions.flatMap((dimension) => dimension.factors)
  return {
    sizes: dimensions.map((dimension) => dimension.factors.length),
    linear: Float64Array.from(factors, ({ linear }) => linear),
    topTwo: Float64Array.from(factors, ({ topTwo }) => topTwo),
  }
}

/** @param weights of each dimension, followed by those of its factors */
function weighed(
  { sizes, linear, topTwo }: Values,
  weights: ArrayLike<number>,
  normalisation: Normalisation,
): number | null {
  const values = normalisation === 'top_two' ? topTwo : linear
  let [base, sum, at, value] = [0, 0, 0, 0]
  for (const size of sizes) {
    const weight = weights[at++] ?? 0
    let [ownBase, ownSum] = [0, 0]
    for (let f = 0; f < size; f++, at++, value++) {
      ownBase += weights[at] ?? 0
      ownSum += (weights[at] ?? 0) * (values[value] ?? 0)
    }
    if (!(ownBase > 0 && weight > 0)) continue
    const own = ownSum / ownBase
    base += weight
    sum += weight * (normalisation === 'geometric' ? Math.log(Math.max(own, 1)) : own)
  }
  if (!(base > 0)) return null
  return normalisation === 'geometric' ? Math.exp(sum / base) : sum / base
}

type Options = {
  /** points of the inputs; twice as many draws */
  readonly points?: number
  readonly seed?: number
  readonly zones?: readonly ZoneScores[]
}

/** @returns null where no factor has answers */
export function sensitivityOf(
  dimensions: readonly DimensionScores[],
  { points = 1024, seed = 1, zones = [] }: Options = {},
): Sensitivity | null {
  if (combine(dimensions, 'linear') === null) return null
  const inputs = inputsOf(dimensions)
  const values = valuesOf(dimensions)
  const byKind = new Map<Normalisation, number[]>(NORMALISATIONS.map((kind) => [kind, []]))
  let evaluated = 0
  const index = (x: Float64Array): number => {
    const value = weighed(values, inputs.weightsAt(x), methodOf(x)) ?? 0
    // what follows are evaluations for the effects, which are no draws of their own
    if (evaluated++ < 2 * points) byKind.get(methodOf(x))?.push(value)
    return value
  }
  const found = sobolIndices(index, { inputs: inputs.ids.length, n: points, seed })
  const all = found.results.toSorted((a, b) => a - b)
  const median = (kind: Normalisation): number =>
    percentile(
      (byKind.get(kind) ?? []).toSorted((a, b) => a - b),
      0.5,
    )
  return {
    draws: found.results.length,
    seed,
    p5: percentile(all, 0.05),
    p50: percentile(all, 0.5),
    p95: percentile(all, 0.95),
    minimum: all[0] ?? Number.NaN,
    maximum: all.at(-1) ?? Number.NaN,
    byNormalisation: { linear: median('linear'), top_two: median('top_two'), geometric: median('geometric') },
    effects: named(inputs.ids, found.effects),
    ranks: zones.length < 2 ? null : ranksOf(zones, inputs, { points: Math.ceil(points / 2), seed }),
  }
}

type Inputs = {
  readonly ids: readonly string[]
  /** weights at inputs x, each from 0 to 1, as `weighed` takes them; the same array every time */
  weightsAt(x: Float64Array): Float64Array
}

/** The way of counting and every weight that is not 0, but for one that stands alone and changes nothing. */
function inputsOf(dimensions: readonly DimensionScores[]): Inputs {
  const ids: string[] = ['method']
  const place = (id: string, matters: boolean): number => (matters ? ids.push(id) - 1 : -1)
  const isScored = ({ weight, factors }: DimensionScores): boolean =>
    weight > 0 && factors.some((factor) => factor.weight > 0)
  const scored = dimensions.filter(isScored).length
  const places = dimensions.flatMap((dimension, d) => {
    const counted = dimension.factors.filter(({ weight }) => weight > 0).length
    const own = place(dimension.id ?? `dimension ${d + 1}`, isScored(dimension) && scored > 1)
    const factors = dimension.factors.map(({ id, weight }, f) => ({
      weight,
      input: place(id ?? `factor ${d + 1}.${f + 1}`, isScored(dimension) && weight > 0 && counted > 1),
    }))
    return [{ weight: dimension.weight, input: own }, ...factors]
  })
  const weights = Float64Array.from(places, ({ weight }) => weight)
  return {
    ids,
    weightsAt(x) {
      places.forEach(({ weight, input }, k) => {
        if (input >= 0) weights[k] = weight * (1 - SPREAD + 2 * SPREAD * (x[input] ?? 0))
      })
      return weights
    },
  }
}

const methodOf = (x: Float64Array): Normalisation =>
  NORMALISATIONS[Math.floor((x[0] ?? 0) * NORMALISATIONS.length)] ?? 'linear'

const named = (ids: readonly string[], effects: readonly SobolEffect[]): InputEffect[] =>
  effects.map((effect, i) => ({ input: ids[i] ?? '', ...effect }))

/** The mean shift in rank of the zones against the weights as chosen, as in the handbook; 1 is the highest. */
function ranksOf(
  zones: readonly ZoneScores[],
  inputs: Inputs,
  { points, seed }: { points: number; seed: number },
): NonNullable<Sensitivity['ranks']> {
  const values = zones.map(({ dimensions }) => valuesOf(dimensions))
  const chosen = ranks(zones.map(({ dimensions }) => -(combine(dimensions, 'linear') ?? 0)))
  const drawn: number[][] = []
  const meanShift = (x: Float64Array): number => {
    const [weights, method] = [inputs.weightsAt(x), methodOf(x)]
    const own = ranks(values.map((of) => -(weighed(of, weights, method) ?? 0)))
    if (drawn.length < 2 * points) drawn.push(own)
    return own.reduce((sum, rank, i) => sum + Math.abs(rank - (chosen[i] ?? 0)), 0) / zones.length
  }
  const found = sobolIndices(meanShift, { inputs: inputs.ids.length, n: points, seed })
  return {
    zones: zones
      .map(({ key }, i): ZoneRank => {
        const rank = chosen[i] ?? 0
        const own = drawn.map((one) => one[i] ?? 0).sort((a, b) => a - b)
        const shift = own.reduce((sum, one) => sum + Math.abs(one - rank), 0) / own.length
        return {
          ...{ zone: key, rank, p5: percentile(own, 0.05), p50: percentile(own, 0.5), p95: percentile(own, 0.95) },
          meanShift: shift,
        }
      })
      .sort((a, b) => a.rank - b.rank || (a.zone < b.zone ? -1 : 1)),
    meanShift: found.mean,
    effects: named(inputs.ids, found.effects),
  }
}

const percentile = (sorted: readonly number[], p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN
