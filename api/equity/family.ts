import type { Exposure } from '#model/api/equity.ts'
import { type PairGap, widestGap } from '#model/statistics/estimation/pairwise.ts'
import { holmAdjusted } from '#model/statistics/inference/change.ts'

/** An exposure with the tests that it rests on; none where people of zones were counted and not sampled. */
export type Tested = {
  readonly exposure: Exposure
  /** two-sided p of no gap to everybody, group by group; null without one */
  readonly gaps: readonly (number | null)[]
  /** all pairs of groups, by their places in `labels` */
  readonly pairs: readonly PairGap[]
  readonly labels: readonly string[]
}

export const untested = (exposure: Exposure): Tested => ({ exposure, gaps: [], pairs: [], labels: [] })

const ALPHA = 0.05

/**
 * All measures of one answer are one family: with ten of them, each tested by itself at 5 %, a gap by chance would be found in
 * two of five answers. Gaps to everybody are one family, pairs of groups another, since each has its own column of the table.
 */
export function correctedTogether(tested: readonly Tested[]): Exposure[] {
  const gaps = spread(
    tested.map((one) => one.gaps.flatMap((p) => p ?? [])),
    holmAdjusted,
  )
  const pairs = spread(
    tested.map((one) => one.pairs.map(({ p }) => p)),
    holmAdjusted,
  )
  const comparisons = tested.reduce((sum, one) => sum + one.pairs.length, 0)
  return tested.map(({ exposure, gaps: ps, pairs: own, labels }, i) => {
    const adjusted = [...(gaps[i] ?? [])]
    const groups = exposure.groups.map((group, k) =>
      ps[k] == null ? group : { ...group, significant: (adjusted.shift() ?? 1) <= ALPHA },
    )
    const widest = widestOf(
      own.map((pair, k) => ({ ...pair, adjustedP: pairs[i]?.[k] ?? 1 })),
      labels,
    )
    return { ...exposure, groups, widest: widest && { ...widest, comparisons } }
  })
}

/** Applies a correction to all lists as one, and gives each its own part of the result. */
function spread(lists: readonly (readonly number[])[], correct: (ps: readonly number[]) => number[]): number[][] {
  const all = correct(lists.flat())
  let at = 0
  return lists.map((list) => {
    at += list.length
    return all.slice(at - list.length, at)
  })
}

/** The widest gap between two groups; the means of both are published, so it reveals nothing more. */
function widestOf(pairs: readonly PairGap[], labels: readonly string[]): Exposure['widest'] {
  const found = widestGap(pairs, ALPHA)
  if (!found) return null
  const { a, b, gap, p, adjustedP } = found.gap
  const { value, lower, upper } = gap
  const [one, other] = [labels[a] ?? '', b === null ? null : (labels[b] ?? '')]
  const { significant, comparisons } = found
  return { group: one, against: other, value, lower, upper, p, adjustedP, significant, comparisons }
}
