/**
 * Replicate weights: many sets of weights, each as if a part of the sample had been drawn again. A statistic is computed
 * with each of them, and how far the results lie apart is its variance, whatever the statistic. The producer of the file
 * makes them, nonresponse and calibration included.
 * Sources: Wolter, Introduction to Variance Estimation (2007), ch. 3-5; R survey, svrepdesign (scale, rscales, mse).
 */
export const REPLICATE_TYPES = ['BRR', 'Fay', 'JK1', 'JKn', 'bootstrap', 'other'] as const
export type ReplicateType = (typeof REPLICATE_TYPES)[number]

/** How replicates make a variance: scale x sum of rscales[r] (theta[r] - centre)^2. */
export type Replication = {
  readonly scale: number
  readonly rscales: readonly number[]
  /** around the estimate of the full sample; else around the mean of the replicates */
  readonly mse: boolean
  /** degrees of freedom of a domain */
  degreesOfFreedom(inDomain: (index: number) => boolean): number
}

export type ReplicateDesign = {
  readonly type: ReplicateType
  /** of Fay's method: how far weights move, 0 (BRR) to below 1 */
  readonly rho?: number | undefined
  readonly scale?: number | undefined
  readonly rscales?: readonly number[] | undefined
  readonly mse?: boolean | undefined
  readonly degreesOfFreedom?: number | undefined
}

/**
 * Scale and rscales as R's svrepdesign takes them where they are not given: BRR 1 / R, Fay 1 / (R (1 - rho)^2), JK1
 * (R - 1) / R, bootstrap 1 / (R - 1), other 1; rscales 1, which JKn must give.
 */
export function scalesOf(
  { type, rho = 0, scale, rscales }: ReplicateDesign,
  count: number,
): { scale: number; rscales: readonly number[] } {
  const usual: Record<ReplicateType, number> = {
    BRR: 1 / count,
    Fay: 1 / (count * (1 - rho) ** 2),
    JK1: (count - 1) / count,
    JKn: 1,
    bootstrap: 1 / (count - 1),
    other: 1,
  }
  return { scale: scale ?? usual[type], rscales: rscales ?? Array.from({ length: count }, () => 1) }
}

type Weighed = { readonly weight: number; readonly replicateWeights: readonly number[] }

/** @param rows of every respondent; all with the same number of replicate weights */
export function createReplication(design: ReplicateDesign, rows: readonly Weighed[]): Replication {
  const count = rows[0]?.replicateWeights.length ?? 0
  const rankOf = createRank(rows)
  return {
    ...scalesOf(design, count),
    mse: design.mse ?? false,
    degreesOfFreedom: (inDomain) => design.degreesOfFreedom ?? Math.max(1, rankOf(inDomain) - 1),
  }
}

/** Replicates in which the statistic has no value (a domain without weight) are left out, as R does. */
export function replicateVariance(
  { scale, rscales, mse }: Replication,
  thetas: ArrayLike<number>,
  estimate: number,
): number {
  const known = Array.from(thetas, (theta, r) => ({ theta, rscale: rscales[r] ?? 1 })).filter(({ theta }) =>
    Number.isFinite(theta),
  )
  const counted = known.filter(({ rscale }) => rscale > 0)
  const centre = mse ? estimate : counted.reduce((sum, { theta }) => sum + theta, 0) / counted.length
  return scale * known.reduce((sum, { theta, rscale }) => sum + rscale * (theta - centre) ** 2, 0)
}

/** More multiplications than this are not spent on the rank of a domain: that of the whole sample stands for it. */
const MAX_RANK_WORK = 3e7

/**
 * Rank of the replicate weights of a domain; less 1 it is the number of degrees of freedom (R: degf). Respondents drawn
 * together have weights in proportion, so that most rows need not be looked at.
 */
function createRank(rows: readonly Weighed[]): (inDomain: (index: number) => boolean) => number {
  const kinds = new Map<string, number>()
  const vectors: number[][] = []
  const kindOf = rows.map(({ weight, replicateWeights }) => {
    const factors = replicateWeights.map((one) => one / weight)
    const key = keyOf(factors)
    const known = kinds.get(key)
    if (known !== undefined) return known
    kinds.set(key, vectors.length)
    return vectors.push(factors) - 1
  })
  const ranks = new Map<string, number>()
  const rankOf = (present: readonly number[]): number => {
    const key = present.join()
    const known = ranks.get(key)
    if (known !== undefined) return known
    const rank = rankOfRows(present.flatMap((kind) => (vectors[kind] ? [vectors[kind]] : [])))
    ranks.set(key, rank)
    return rank
  }
  const all = vectors.map((_, kind) => kind)
  return (inDomain) => {
    const present = new Set<number>()
    kindOf.forEach((kind, i) => {
      if (inDomain(i)) present.add(kind)
    })
    const width = vectors[0]?.length ?? 0
    const isDear = present.size * width * Math.min(present.size, width) > MAX_RANK_WORK
    return rankOf(isDear ? all : [...present].sort((a, b) => a - b))
  }
}

/** Two sums of 32 bits over the numbers to six decimals: 64 bits distinguish rows, and text would take too long. */
function keyOf(factors: readonly number[]): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c]
  for (const factor of factors) {
    const rounded = Math.round(factor * 1e6) | 0
    a = Math.imul(a ^ rounded, 0x01000193)
    b = Math.imul(b ^ rounded ^ (b >>> 15), 0x85ebca6b)
  }
  return `${a},${b}`
}

/** Rank by Gram and Schmidt, each row projected twice; what is left of a row below 1e-7 of it counts as nothing. */
function rankOfRows(rows: readonly (readonly number[])[]): number {
  const basis: number[][] = []
  for (const row of rows) {
    if (basis.length === row.length) break
    const left = [...row]
    for (let pass = 0; pass < 2; pass++)
      for (const unit of basis) {
        const along = dot(unit, left)
        for (let k = 0; k < left.length; k++) left[k] = (left[k] ?? 0) - along * (unit[k] ?? 0)
      }
    const length = Math.sqrt(dot(left, left))
    if (length > 1e-7 * Math.sqrt(dot(row, row))) basis.push(left.map((one) => one / length))
  }
  return basis.length
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, one, k) => sum + one * (b[k] ?? 0), 0)
