import { holmAdjusted } from '../inference/change.ts'
import { twoSidedP } from '../inference/student-t.ts'
import { differenceOf } from './linearised.ts'
import type { Estimated, Linearised, Respondent } from './survey-design.ts'

/** A gap between two groups, with its p-value by itself and among all that were looked at. */
export type PairGap = {
  /** places of the two groups; `b` is null where `a` is compared with all the others together */
  readonly a: number
  readonly b: number | null
  readonly gap: Estimated
  /** two-sided, of no gap */
  readonly p: number
  /** corrected after Holm for all comparisons */
  readonly adjustedP: number
}
export type WidestGap = { readonly gap: PairGap; readonly significant: boolean; readonly comparisons: number }

/** With more groups than this each is compared with the rest, because pairs grow with the square. */
export const MAX_GROUPS_IN_PAIRS = 12

/**
 * Gaps between all pairs of groups, or of each group to the others together where there are many, as `a` less `b`.
 * Student's t with the degrees of freedom of the two groups; p-values corrected after Holm (1979, Scandinavian Journal of
 * Statistics 6), so that looking at many pairs does not find a gap by chance.
 * @param rest of a group: the mean over all the other groups
 */
export function pairwiseGaps(
  respondents: readonly Respondent[],
  groups: readonly Linearised[],
  rest: (group: number) => Linearised | undefined,
): PairGap[] {
  const found = compared(groups, rest).map(({ a, b, of, against }) => {
    const gap = differenceOf(respondents, of, against)
    return { a, b, gap, p: pOf(gap) }
  })
  const adjusted = holmAdjusted(found.map(({ p }) => p))
  return found.map((one, i) => ({ ...one, adjustedP: adjusted[i] ?? 1 }))
}

/** The widest gap of those that hold after correction; where none does, the widest of all. */
export function widestGap(gaps: readonly PairGap[], alpha = 0.05): WidestGap | null {
  const significant = gaps.filter(({ adjustedP }) => adjustedP <= alpha)
  const [gap] = (significant.length > 0 ? significant : gaps).toSorted(
    (x, y) => Math.abs(y.gap.value) - Math.abs(x.gap.value),
  )
  return gap ? { gap, significant: significant.length > 0, comparisons: gaps.length } : null
}

type Comparison = { a: number; b: number | null; of: Linearised; against: Linearised }

function compared(
  groups: readonly Linearised[],
  rest: (group: number) => Linearised | undefined,
): readonly Comparison[] {
  if (groups.length > MAX_GROUPS_IN_PAIRS)
    return groups.flatMap((of, a) => {
      const against = rest(a)
      return against ? [{ a, b: null, of, against }] : []
    })
  return groups.flatMap((of, a) => groups.slice(a + 1).map((against, k) => ({ a, b: a + 1 + k, of, against })))
}

/** Of no gap, two-sided: Student's t. Without any variance it is certain. */
export function pOf({ value, standardError, degreesOfFreedom }: Estimated): number {
  if (standardError === 0) return value === 0 ? 1 : 0
  return twoSidedP(value / standardError, degreesOfFreedom)
}
