import { type Margin, rake } from '../statistics/estimation/rake.ts'
import type { Codebook } from '../survey/codebook.ts'
import { problem, type SurveyProblem } from './problem.ts'
import type { SurveyResponse } from './response.ts'

/**
 * Weights that meet the known totals of the codebook, and each set of replicate weights with them. The weights before it
 * are kept, because the variance rests on them. Whoever did not state a characteristic cannot be raked by it.
 */
export function raked(
  responses: readonly SurveyResponse[],
  { margins = [], questions, replicates }: Codebook,
): readonly SurveyResponse[] | { why: SurveyProblem[] } {
  if (margins.length === 0) return responses
  const category = ({ zone, answers }: SurveyResponse, column: string): string => {
    if (column === 'zone') return zone ?? ''
    const answer = answers[column] ?? ''
    return questions.find((asked) => asked.column === column)?.missing.includes(answer) ? '' : answer
  }
  const unstated = margins.flatMap(({ column }) => {
    const n = responses.filter((one) => category(one, column) === '').length
    const why = `is not known of ${n} respondents; impute it, or leave the margin out`
    return n > 0 ? [problem(null, 'margins', column, why)] : []
  })
  if (unstated.length > 0) return { why: unstated }
  const of = margins.map(
    ({ column, totals }): Margin => ({ of: (i) => category(responses[i] as SurveyResponse, column), totals }),
  )
  const full = meet(
    responses.map(({ weight }) => weight),
    of,
    '',
  )
  if ('why' in full) return full
  const sets: (readonly number[])[] = []
  for (let r = 0; r < (responses[0]?.replicateWeights?.length ?? 0); r++) {
    const set = meet(
      responses.map(({ replicateWeights }) => replicateWeights?.[r] ?? 0),
      of,
      `replicate ${r + 1}`,
    )
    if ('why' in set) return set
    sets.push(set.weights)
  }
  return responses.map((one, i) => ({
    ...one,
    weight: full.weights[i] ?? one.weight,
    baseWeight: replicates ? null : one.weight,
    replicateWeights: replicates ? sets.map((set) => set[i] ?? 0) : null,
  }))
}

function meet(
  weights: readonly number[],
  margins: readonly Margin[],
  what: string,
): { weights: readonly number[] } | { why: SurveyProblem[] } {
  try {
    const raking = rake(weights, margins)
    return raking.converged ? raking : { why: [problem(null, 'margins', what, 'cannot all be met at once')] }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { why: [problem(null, 'margins', what, error.message)] }
  }
}
