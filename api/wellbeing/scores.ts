import type { WellbeingScore } from '#model/api/wellbeing.ts'
import { cellId } from '#model/statistics/linked-tables.ts'
import { surveyMean } from '#model/statistics/survey-mean.ts'
import {
  dimensionScore,
  factorScore,
  indexScore,
  type PlannedDimension,
  type PlannedFactor,
} from '#model/wellbeing/person.ts'
import { sheetOf } from '../surveys/sheet.ts'
import type { Answers } from './answers.ts'

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

/** Scores of the city (zone null) or a zone, as a domain of the sample. */
export function createScorer(answers: Answers, zone: string | null): Scorer {
  const { responses, scores, questions } = answers
  const cell = cellId(zone === null ? {} : { zone })
  const here = (i: number): boolean => zone === null || responses[i]?.zone === zone
  const mayNot = (values: readonly (number | null)[]): boolean =>
    sheetOf(answers.codebook, responses, values, false, questions.length).held.has(cell)
  // A zone that any single item hides is hidden in all that is made of items: weights could be chosen to single one out.
  const hiddenByItem = questions.some((_, k) => mayNot(scores.map((person) => person[k] ?? null)))

  const score = (of: (person: readonly (number | null)[]) => number | null): WellbeingScore => {
    const values = scores.map(of)
    if (!values.some((value, i) => value !== null && here(i))) return nothing('nobody_answered')
    if (hiddenByItem || mayNot(values)) return nothing('suppressed')
    const mean = surveyMean(responses, (i) => (here(i) ? (values[i] ?? null) : null))
    if (!mean) return nothing('nobody_answered')
    const { value, standardError, degreesOfFreedom, n } = mean
    const spread = { standardError, degreesOfFreedom }
    // the scale ends at 0 and 100
    return { value, lower: Math.max(0, mean.lower), upper: Math.min(100, mean.upper), ...spread, n, missing: null }
  }

  return {
    factor: (items) => (items.length === 0 ? NOT_ASKED : score((person) => factorScore(person, items))),
    dimension: (factors) => {
      if (factors.every(({ items }) => items.length === 0)) return NOT_ASKED
      if (factors.every(({ items, weight }) => items.length === 0 || weight === 0)) return nothing('no_weight')
      return score((person) => dimensionScore(person, factors))
    },
    index: (dimensions) => {
      const asked = dimensions.flatMap(({ weight, factors }) =>
        factors.filter(({ items }) => items.length > 0).map((factor) => factor.weight * weight),
      )
      if (asked.length === 0) return NOT_ASKED
      return asked.every((weight) => weight === 0)
        ? nothing('no_weight')
        : score((person) => indexScore(person, dimensions))
    },
    topTwo: (items) => {
      const share = (person: readonly (number | null)[]): number | null => {
        if (factorScore(person, items) === null) return null
        const given = items.flatMap((item) => person[item] ?? [])
        return (100 * given.filter((answer) => answer >= 4).length) / given.length
      }
      return surveyMean(responses, (i) => (here(i) ? share(scores[i] ?? []) : null))?.value ?? null
    },
  }
}
