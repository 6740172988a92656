import { ranks } from '../statistics/inference/correlation.ts'
import { randomisedHalton } from '../statistics/sensitivity/quasi-random.ts'

/** A burden or a service with the value of each district that has one. */
export type BurdenMeasure = {
  readonly id: string
  /** measures of one topic count together as much as those of any other */
  readonly topic: string
  /** service: more is better */
  readonly kind: 'burden' | 'service'
  readonly values: ReadonlyMap<string, number>
}
export type Burdened = {
  readonly zone: string
  readonly measures: number
  /** 0 (least burdened in everything) to 1 (most) */
  readonly score: number
  /** 1 is the most burdened; districts level with each other share the middle of their ranks */
  readonly rank: number
  readonly rankInterval: readonly [number, number]
}
export type Burdens = {
  readonly used: readonly BurdenMeasure[]
  readonly draws: number
  readonly districts: readonly Burdened[]
  readonly worst: readonly string[]
}

const DRAWS = 2_000
const SEED = 13
const MIN_MEASURES = 3
/** Share of the districts in which a measure must be known, and of the measures that a district must have. */
const MIN_SHARE = 0.5

/**
 * Which district is the most burdened over everything that is measured. In each measure a district has its place among the
 * districts, so that units and outliers do not matter; places are averaged by topic, topics over all. Which topics and measures
 * a city has is a choice: weights drawn at random for both (the Bayesian bootstrap of Rubin 1981, Annals of Statistics 9) give
 * every rank its interval (Goldstein and Spiegelhalter 1996, J. Royal Statistical Society A 159: ranks need them).
 * @returns null with fewer than three measures or districts
 */
export function burdensOf(measures: readonly BurdenMeasure[], zones: readonly string[], draws = DRAWS): Burdens | null {
  const used = measures.filter(({ values }) => {
    const known = zones.filter((zone) => values.has(zone)).length
    return known >= 2 && known >= MIN_SHARE * zones.length
  })
  if (used.length < MIN_MEASURES) return null
  const places = used.map((measure) => placesIn(measure, zones))
  const countOf = (zone: string): number => places.filter((place) => place.has(zone)).length
  const counted = zones.filter((zone) => countOf(zone) >= MIN_SHARE * used.length)
  if (counted.length < 3) return null
  const topics = [...new Set(used.map(({ topic }) => topic))]
  const of = { places, counted, topicOf: used.map(({ topic }) => topics.indexOf(topic)) }
  const equal = scoresOf(of, new Array(topics.length).fill(1), new Array(used.length).fill(1))
  const drawn = randomisedHalton(draws, topics.length + used.length, SEED).map((point) => {
    const weights = Array.from(point, (u) => -Math.log1p(-u))
    return worstFirst(scoresOf(of, weights.slice(0, topics.length), weights.slice(topics.length)))
  })
  const districts = worstFirst(equal).map((rank, i): Burdened => {
    const own = drawn.map((ranking) => ranking[i] ?? rank).toSorted((a, b) => a - b)
    const at = (share: number): number => own[Math.round(share * (own.length - 1))] ?? rank
    const zone = counted[i] ?? ''
    // the rank itself is always inside: a draw is a departure from it
    const rankInterval = [Math.min(rank, at(0.025)), Math.max(rank, at(0.975))] as const
    return { zone, measures: countOf(zone), score: equal[i] ?? 0, rank, rankInterval }
  })
  const sorted = districts.toSorted((a, b) => a.rank - b.rank)
  const worst = sorted.filter(({ rankInterval, rank }) => rankInterval[0] < 2 || rank < 2).map(({ zone }) => zone)
  return { used, draws, districts: sorted, worst }
}

/** The place of each district among those with a value, from 0 (best) to 1 (worst). */
function placesIn({ kind, values }: BurdenMeasure, zones: readonly string[]): ReadonlyMap<string, number> {
  const known = zones.filter((zone) => values.has(zone))
  const sign = kind === 'burden' ? 1 : -1
  const own = ranks(known.map((zone) => sign * (values.get(zone) ?? 0)))
  return new Map(known.map((zone, i) => [zone, ((own[i] ?? 1) - 1) / (known.length - 1)]))
}

type Of = {
  readonly places: readonly ReadonlyMap<string, number>[]
  readonly counted: readonly string[]
  readonly topicOf: readonly number[]
}

/** Weighted mean over topics of the weighted means over their measures; what a district lacks counts in neither. */
function scoresOf(
  { places, counted, topicOf }: Of,
  topicWeights: readonly number[],
  weights: readonly number[],
): number[] {
  return counted.map((zone) => {
    const [sums, bases] = [new Float64Array(topicWeights.length), new Float64Array(topicWeights.length)]
    places.forEach((place, m) => {
      const value = place.get(zone)
      const topic = topicOf[m] ?? 0
      if (value === undefined) return
      sums[topic] = (sums[topic] ?? 0) + (weights[m] ?? 0) * value
      bases[topic] = (bases[topic] ?? 0) + (weights[m] ?? 0)
    })
    let [sum, base] = [0, 0]
    topicWeights.forEach((weight, topic) => {
      const own = bases[topic] ?? 0
      if (!(own > 0)) return
      sum += (weight * (sums[topic] ?? 0)) / own
      base += weight
    })
    return base > 0 ? sum / base : 0
  })
}

/** Ranks from the highest score on. Twelve digits: equal scores are level, whatever their last bit. */
const worstFirst = (scores: readonly number[]): number[] => ranks(scores.map((score) => -Number(score.toPrecision(12))))
