import type { WellbeingScore } from '#model/api/wellbeing.ts'
import { combinationOf } from '#model/statistics/estimation/linearised.ts'
import { estimated } from '#model/statistics/estimation/survey-design.ts'
import { type ItemShare, type PlannedDimension, type PlannedFactor, sharesOf } from '#model/wellbeing/shares.ts'
import type { Answers } from './answers.ts'
import { itemMeansOf } from './item-means.ts'

const nothing = (missing: WellbeingScore['missing']): WellbeingScore => ({
  value: null,
  lower: null,
  upper: null,
  standardError: null,
  degreesOfFreedom: null,
  n: null,
  missing,
})
export const NOT_ASKED = nothing('not_asked')

export type Scorer = {
  factor(items: readonly number[]): WellbeingScore
  dimension(factors: readonly PlannedFactor[]): WellbeingScore
  index(dimensions: readonly PlannedDimension[]): WellbeingScore
  /** share of answers 4 and 5, 0 to 100; ask only for what may be published */
  topTwo(items: readonly number[]): number | null
}

/**
 * Scores of the city (zone null) or a zone. A score is made of the means of its questions and of nothing else, so that it
 * may be published where they may. Its standard error also tells how two questions go together: it is kept back where
 * few answered both.
 */
export function createScorer(answers: Answers, zone: string | null): Scorer {
  const means = itemMeansOf(answers, zone)
  const sharesHere = (dimensions: readonly PlannedDimension[]): ItemShare[] | null =>
    sharesOf(dimensions, (item) => means.isSuppressed(item) || means.of(item) !== undefined)

  const score = (dimensions: readonly PlannedDimension[]): WellbeingScore => {
    const shares = sharesHere(dimensions)
    if (!shares) return nothing('nobody_answered')
    const items = shares.map(({ item }) => item)
    if (items.some(means.isSuppressed) || means.meetInTooFew(items)) return nothing('suppressed')
    const found = combinationOf(
      shares.flatMap(({ item, share }) => {
        const of = means.of(item)?.mean
        return of ? [{ share, of }] : []
      }),
    )
    if (!found) return nothing('nobody_answered')
    const { value, standardError, degreesOfFreedom, n, lower, upper } = estimated(answers.responses, found)
    const spread = { standardError, degreesOfFreedom }
    // the scale ends at 0 and 100
    return { value, lower: Math.max(0, lower), upper: Math.min(100, upper), ...spread, n, missing: null }
  }

  return {
    factor: (items) => (items.length === 0 ? NOT_ASKED : score(alone(items))),
    dimension: (factors) => {
      if (factors.every(({ items }) => items.length === 0)) return NOT_ASKED
      if (factors.every(({ items, weight }) => items.length === 0 || weight === 0)) return nothing('no_weight')
      return score([{ weight: 1, factors }])
    },
    index: (dimensions) => {
      const asked = dimensions.flatMap(({ weight, factors }) =>
        factors.filter(({ items }) => items.length > 0).map((factor) => factor.weight * weight),
      )
      if (asked.length === 0) return NOT_ASKED
      return asked.every((weight) => weight === 0) ? nothing('no_weight') : score(dimensions)
    },
    topTwo: (items) => {
      const shares = sharesHere(alone(items))
      return shares?.reduce((sum, { item, share }) => sum + share * (means.of(item)?.topTwo ?? 0), 0) ?? null
    },
  }
}

const alone = (items: readonly number[]): PlannedDimension[] => [{ weight: 1, factors: [{ weight: 1, items }] }]
