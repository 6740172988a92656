import { tQuantile } from './student-t.ts'

/** How one respondent came into the sample. `cluster` is the primary sampling unit; '' where each respondent is one. */
export type Respondent = {
  readonly weight: number
  readonly stratum: string
  readonly cluster: string
  /** share of the clusters of the stratum that are in the sample, 0 to 1; absent: so small that it does not matter */
  readonly sampled?: number
}

/** Respondents with the share of their stratum that was sampled, where the clusters of the population are known. */
export function withSampledShares<R extends Respondent>(
  respondents: readonly R[],
  population: Readonly<Record<string, number>> | undefined,
): readonly R[] {
  if (!population) return respondents
  const drawn = new Map<string, Set<string>>()
  respondents.forEach(({ stratum, cluster }, i) => {
    drawn.set(stratum, (drawn.get(stratum) ?? new Set()).add(clusterKey(cluster, i)))
  })
  return respondents.map((one) => {
    const of = population[one.stratum]
    return of === undefined ? one : { ...one, sampled: Math.min(1, (drawn.get(one.stratum)?.size ?? 0) / of) }
  })
}

/** Without clusters every respondent is its own. */
const clusterKey = (cluster: string, i: number): string => (cluster === '' ? `#${i}` : cluster)

/**
 * A statistic and what each respondent does to it: `influence` holds the linearised values, weights included, so that
 * the variance of the statistic is that of their total. Zero outside the domain, which is a part of the sample and not
 * a smaller sample. Influences of two statistics of one sample add and subtract like the statistics themselves: that is
 * how their covariance comes into a difference or a ratio.
 */
export type Linearised = {
  readonly value: number
  readonly influence: Float64Array
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

type Cluster = { z: number; inDomain: boolean; readonly sampled: number }

/**
 * Variance of the total of linearised values under a stratified, clustered design: sums by cluster vary around the mean
 * of their stratum, (1 - f) m / (m - 1) sum (z - mean)^2, with f the share of the clusters that were sampled (finite
 * population correction; 0 where it is not known). A stratum with a single cluster is compared with the mean over all
 * clusters ("adjust" in R's survey package), which errs on the safe side.
 * Degrees of freedom: clusters less strata, of those that the domain touches, at least 1.
 * Source: Binder 1983, International Statistical Review 51; Lumley, Complex Surveys (2010), ch. 1-2.
 */
export function designVariance(
  respondents: readonly Respondent[],
  influence: ArrayLike<number>,
  inDomain: (index: number) => boolean,
): { variance: number; degreesOfFreedom: number } {
  const strata = clusterTotals(respondents, influence, inDomain)
  const everyone = [...strata.values()].flatMap((clusters) => [...clusters.values()])
  const grandMean = everyone.reduce((total, { z }) => total + z, 0) / everyone.length
  let variance = 0
  let touched = 0
  let touchedStrata = 0
  for (const clusters of strata.values()) {
    const all = [...clusters.values()]
    variance += stratumVariance(all, grandMean)
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
  respondents.forEach(({ stratum, cluster, sampled = 0 }, i) => {
    const clusters = strata.get(stratum) ?? new Map<string, Cluster>()
    strata.set(stratum, clusters)
    const key = clusterKey(cluster, i)
    const held = clusters.get(key) ?? { z: 0, inDomain: false, sampled }
    held.z += influence[i] ?? 0
    held.inDomain ||= inDomain(i)
    clusters.set(key, held)
  })
  return strata
}

function stratumVariance(clusters: readonly Cluster[], grandMean: number): number {
  const m = clusters.length
  const centre = m === 1 ? grandMean : clusters.reduce((total, { z }) => total + z, 0) / m
  const squares = clusters.reduce((total, { z }) => total + (z - centre) ** 2, 0)
  return (1 - (clusters[0]?.sampled ?? 0)) * (m === 1 ? squares : (squares * m) / (m - 1))
}

/** A linearised statistic with its standard error and t interval. */
export function estimated(respondents: readonly Respondent[], of: Linearised, confidence = 0.95): Estimated {
  const { variance, degreesOfFreedom } = designVariance(respondents, of.influence, of.inDomain)
  const standardError = Math.sqrt(variance)
  const half = tQuantile(1 - (1 - confidence) / 2, degreesOfFreedom) * standardError
  return { value: of.value, standardError, degreesOfFreedom, lower: of.value - half, upper: of.value + half, n: of.n }
}
