import { holmAdjusted } from '../inference/change.ts'
import { differenceOf } from './linearised.ts'
import { pOf } from './pairwise.ts'
import type { Linearised, Respondent } from './survey-design.ts'

export const VERDICTS = ['above', 'below', 'not_distinguishable'] as const

/** How a group differs from the whole that it is a part of. */
export type AgainstWhole = {
  /** group less whole, with its standard error and 95 % interval */
  readonly difference: number
  readonly standardError: number
  readonly lower: number
  readonly upper: number
  /** two-sided, of no difference */
  readonly p: number
  /** corrected after Holm for all the groups that are compared */
  readonly adjustedP: number
  readonly verdict: (typeof VERDICTS)[number]
}

/**
 * Each group against the whole sample. A group is a part of the whole, so the two are correlated: the standard error is that
 * of the difference of both linearised statistics, with the degrees of freedom of the whole. p-values are corrected after
 * Holm (1979, Scandinavian Journal of Statistics 6), so that one of twenty equal districts is not found to differ by chance.
 */
export function againstWhole(
  respondents: readonly Respondent[],
  groups: readonly Linearised[],
  whole: Linearised,
  alpha = 0.05,
): AgainstWhole[] {
  const gaps = groups.map((group) => differenceOf(respondents, group, whole))
  const ps = gaps.map(pOf)
  const adjusted = holmAdjusted(ps)
  return gaps.map(({ value, standardError, lower, upper }, i) => {
    const adjustedP = adjusted[i] ?? 1
    const verdict = adjustedP > alpha ? 'not_distinguishable' : value > 0 ? 'above' : 'below'
    return { difference: value, standardError, lower, upper, p: ps[i] ?? 1, adjustedP, verdict }
  })
}
