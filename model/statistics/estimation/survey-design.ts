import { tQuantile } from '../inference/student-t.ts'
import type { Calibration } from './calibration.ts'
import { type Replication, replicateVariance } from './replication.ts'

/** How one respondent came into the sample. `cluster` is the primary sampling unit; '' where each respondent is one. */
export type Respondent = {
  readonly weight: number
  readonly stratum: string
  readonly cluster: string
  /** share of the clusters of the stratum that are in the sample, 0 to 1; absent: so small that it does not matter */
  readonly sampled?: number
  /** share of the units of the cluster that are in the sample, 0 to 1; absent: all of them */
  readonly sampledWithin?: number
  /** units of the cluster in the population */
  readonly clusterSize?: number | null
  /** weights of each replicate, sampling weight included */
  readonly replicateWeights?: readonly number[] | null
  /** the same for all respondents of a survey */
  readonly variance?: VarianceMethod
}

/** How the variance of a statistic is estimated, where strata and clusters are not all there is to it. */
export type VarianceMethod = { readonly calibration?: Calibration; readonly replication?: Replication }

/**
 * Respondents with the share of their stratum, and of their cluster, that was sampled, where the numbers of clusters in
 * the population and of units in the cluster are known.
 */
export function withSampledShares<R extends Respondent>(
  respondents: readonly R[],
  population: Readonly<Record<string, number>> | undefined,
): readonly R[] {
  if (!population) return respondents
  const drawn = new Map<string, Map<string, number>>()
  respondents.forEach(({ stratum, cluster }, i) => {
    const clusters = drawn.get(stratum) ?? new Map<string, number>()
    const key = clusterKey(cluster, i)
    drawn.set(stratum, clusters.set(key, (clusters.get(key) ?? 0) + 1))
  })
  return respondents.map((one, i) => {
    const of = population[one.stratum]
    if (of === undefined) return one
    const clusters = drawn.get(one.stratum)
    const sampled = Math.min(1, (clusters?.size ?? 0) / of)
    if (!one.clusterSize || one.cluster === '') return { ...one, sampled }
    const n = clusters?.get(clusterKey(one.cluster, i)) ?? 0
    return { ...one, sampled, sampledWithin: Math.min(1, n / one.clusterSize) }
  })
}

/** Without clusters every respondent is its own. */
const clusterKey = (cluster: string, i: number): string => (cluster === '' ? `#${i}` : cluster)

/**
 * A statistic and what each respondent does to it: `influence` holds the linearised values, weights included, so that
 * the variance of the statistic is that of their total. Zero outside the domain, which is a part of the sample and not
 * a smaller sample. Influences of two statistics of one sample add and subtract like the statistics themselves: that is
 * how their covariance comes into a difference or a ratio. So do the values in each replicate, where there are any.
 */
export type Linearised = {
  readonly value: number
  readonly influence: Float64Array
  /** the statistic with the weights of each replicate; absent in a sample without replicates */
  readonly replicates?: Float64Array | undefined
  /** whether the respondent is in the domain; decides n and the degrees of freedom */
  readonly inDomain: (index: number) => boolean
  readonly n: number
}

export type Estimated = {
  readonly value: number
  readonly standardError: number
  readonly degreesOfFreedom: number
  readonly lower: number
  readonly upper: number
  readonly n: number
}

/** The statistic with the weights of every replicate; undefined in a sample without replicates. */
export function replicatesOf(
  respondents: readonly Respondent[],
  statistic: (weightOf: (index: number) => number) => number,
): Float64Array | undefined {
  const [first] = respondents
  if (!first?.variance?.replication) return undefined
  const count = first.replicateWeights?.length ?? 0
  return Float64Array.from({ length: count }, (_, r) => statistic((i) => respondents[i]?.replicateWeights?.[r] ?? 0))
}

type Spread = { readonly variance: number; readonly degreesOfFreedom: number }

/** Variance and degrees of freedom: by replicates where the sample has them, else by strata and clusters. */
export function spreadOf(respondents: readonly Respondent[], of: Linearised): Spread {
  const replication = respondents[0]?.variance?.replication
  if (!replication || !of.replicates) return designVariance(respondents, of.influence, of.inDomain)
  return {
    variance: replicateVariance(replication, of.replicates, of.value),
    degreesOfFreedom: replication.degreesOfFreedom(of.inDomain),
  }
}

type Cluster = {
  z: number
  inDomain: boolean
  readonly sampled: number
  readonly sampledWithin: number
  readonly units: number[]
}

/**
 * Variance of the total of linearised values under a stratified, clustered design: sums by cluster vary around the mean
 * of their stratum, (1 - f) m / (m - 1) sum (z - mean)^2, with f the share of the clusters that were sampled (finite
 * population correction; 0 where it is not known). A stratum with a single cluster is compared with the mean over all
 * clusters ("adjust" in R's survey package), which errs on the safe side.
 *
 * Where only some of a cluster were asked and f is known, what varies within clusters is left: for each of them
 * f (1 - g) n / (n - 1) sum (z - mean)^2, with g the share of its units that were sampled. (R: svydesign(id = ~a + b,
 * fpc = ~f1 + f2).) Without f the first stage has all of it in.
 *
 * A calibrated sample has residuals in place of linearised values.
 * Degrees of freedom: clusters less strata, of those that the domain touches, at least 1.
 * Source: Binder 1983, International Statistical Review 51; Sarndal, Swensson and Wretman, Model Assisted Survey Sampling
 * (1992), 4.3; Lumley, Complex Surveys (2010), ch. 1-2.
 */
export function designVariance(
  respondents: readonly Respondent[],
  influence: ArrayLike<number>,
  inDomain: (index: number) => boolean,
): Spread {
  const calibration = respondents[0]?.variance?.calibration
  const strata = clusterTotals(respondents, calibration?.residualsOf(influence) ?? influence, inDomain)
  const everyone = [...strata.values()].flatMap((clusters) => [...clusters.values()])
  const grandMean = everyone.reduce((total, { z }) => total + z, 0) / everyone.length
  const unitMean = everyone.reduce((total, { z }) => total + z, 0) / respondents.length
  let variance = 0
  let touched = 0
  let touchedStrata = 0
  for (const clusters of strata.values()) {
    const all = [...clusters.values()]
    variance += stratumVariance(all, grandMean)
    for (const cluster of all) variance += withinCluster(cluster, unitMean)
    const here = all.filter((cluster) => cluster.inDomain).length
    touched += here
    if (here > 0) touchedStrata += 1
  }
  return { variance, degreesOfFreedom: Math.max(1, touched - touchedStrata) }
}

function clusterTotals(
  respondents: readonly Respondent[],
  influence: ArrayLike<number>,
  inDomain: (index: number) => boolean,
): Map<string, Map<string, Cluster>> {
  const strata = new Map<string, Map<string, Cluster>>()
  respondents.forEach(({ stratum, cluster, sampled = 0, sampledWithin = 1 }, i) => {
    const clusters = strata.get(stratum) ?? new Map<string, Cluster>()
    strata.set(stratum, clusters)
    const key = clusterKey(cluster, i)
    const held = clusters.get(key) ?? { z: 0, inDomain: false, sampled, sampledWithin, units: [] }
    held.z += influence[i] ?? 0
    held.inDomain ||= inDomain(i)
    if (sampled > 0 && sampledWithin < 1) held.units.push(influence[i] ?? 0)
    clusters.set(key, held)
  })
  return strata
}

const stratumVariance = (clusters: readonly Cluster[], grandMean: number): number =>
  (1 - (clusters[0]?.sampled ?? 0)) *
  squaresAround(
    clusters.map(({ z }) => z),
    grandMean,
  )

/** Of the second stage; a unit that is alone in its cluster is compared with the mean of all. */
const withinCluster = ({ sampled, sampledWithin, units }: Cluster, unitMean: number): number =>
  units.length === 0 ? 0 : sampled * (1 - sampledWithin) * squaresAround(units, unitMean)

/** m / (m - 1) sum (z - mean)^2; of one alone (z - mean of all)^2. */
function squaresAround(values: readonly number[], meanOfAll: number): number {
  const m = values.length
  const centre = m === 1 ? meanOfAll : values.reduce((total, z) => total + z, 0) / m
  const squares = values.reduce((total, z) => total + (z - centre) ** 2, 0)
  return m === 1 ? squares : (squares * m) / (m - 1)
}

/** A linearised statistic with its standard error and t interval. */
export function estimated(respondents: readonly Respondent[], of: Linearised, confidence = 0.95): Estimated {
  const { variance, degreesOfFreedom } = spreadOf(respondents, of)
  const standardError = Math.sqrt(variance)
  const half = tQuantile(1 - (1 - confidence) / 2, degreesOfFreedom) * standardError
  return { value: of.value, standardError, degreesOfFreedom, lower: of.value - half, upper: of.value + half, n: of.n }
}
