import type { WellbeingChange, WellbeingScore } from '#model/api/wellbeing.ts'
import { AppError } from '#model/basics/errors.ts'
import { type Change, changeOf, holm } from '#model/statistics/inference/change.ts'
import { DIMENSIONS } from '#model/wellbeing/framework.ts'
import { openSurvey } from '../surveys/survey-tables.ts'
import { type Answers, loadAnswers } from './answers.ts'
import { createScorer, NOT_ASKED, type Scorer } from './scores.ts'
import type { Weights } from './weights.ts'
import { plan, type WellbeingDeps } from './wellbeing.ts'

export type ChangeQuery = {
  readonly baseline: string
  readonly followup: string
  readonly zone: string | undefined
  readonly weights: Weights
}
type Row = WellbeingChange['index']

/**
 * What changed from one survey to the next, on the questions that both asked: a factor that gained or lost a question
 * is compared by those it kept. What either survey suppresses has no change.
 * @throws AppError SURVEY_UNKNOWN, REQUEST_INVALID
 */
export async function wellbeingChange(deps: WellbeingDeps, query: ChangeQuery): Promise<WellbeingChange> {
  const { baseline, followup, zone = null, weights } = query
  if (baseline === followup) throw new AppError('REQUEST_INVALID', 'a survey is not compared with itself')
  const [before, after] = await Promise.all(
    [baseline, followup].map(async (id) => loadAnswers(deps, await openSurvey(deps.pool, id))),
  )
  if (!before || !after) throw new AppError('REQUEST_INVALID', 'two surveys are needed')
  const [from, to] = [onlyShared(before, after), onlyShared(after, before)]
  const scorers = { from: createScorer(from, zone), to: createScorer(to, zone) }
  const compare = (score: (scorer: Scorer, answers: Answers) => WellbeingScore): Row =>
    rowOf(score(scorers.from, from), score(scorers.to, to))
  const dimensions = DIMENSIONS.map((dimension, i) => ({
    id: dimension.id,
    ...compare((scorer, answers) => {
      const planned = plan(weights, answers)[i]
      return planned ? scorer.dimension(planned.factors) : NOT_ASKED
    }),
    factors: dimension.factors.map(({ id }) => ({
      id,
      items: from.itemsOf(id).length,
      ...compare((scorer, answers) => scorer.factor(answers.itemsOf(id))),
    })),
  }))
  return {
    baseline: factsOf(before),
    followup: factsOf(after),
    zone,
    confidence: 0.95,
    index: compare((scorer, answers) => scorer.index(plan(weights, answers))),
    dimensions: judgeTogether(dimensions),
  }
}

const factsOf = ({ codebook: { id, title, from, to, simulated } }: Answers) => ({ id, title, from, to, simulated })

/** The same survey with the questions that the other one asked too: same column, same words, same factor. */
function onlyShared(answers: Answers, other: Answers): Answers {
  const same = (k: number): boolean => {
    const own = answers.questions[k]
    return other.questions.some(
      ({ column, factor, text }) => column === own?.column && factor === own.factor && text === own.text,
    )
  }
  return { ...answers, itemsOf: (factor) => answers.itemsOf(factor).filter(same) }
}

function rowOf(from: WellbeingScore, to: WellbeingScore): Row {
  const change = changeBetween(from, to)
  return { from, to, change, significant: change && (change.lower > 0 || change.upper < 0) }
}

function changeBetween(from: WellbeingScore, to: WellbeingScore): Change | null {
  const [a, b] = [measured(from), measured(to)]
  return a && b ? changeOf(a, b) : null
}

function measured({ value, standardError, degreesOfFreedom }: WellbeingScore) {
  if (value === null || standardError === null || degreesOfFreedom === null) return null
  return { value, standardError, degreesOfFreedom }
}

type Compared = Omit<WellbeingChange['dimensions'][number], 'factors'> & {
  factors: Omit<WellbeingChange['dimensions'][number]['factors'][number], 'holds'>[]
}

/** With two dozen factors one is "significant" by chance: which remain significant when all are tested together. */
function judgeTogether(dimensions: readonly Compared[]): WellbeingChange['dimensions'] {
  const changes = dimensions.flatMap(({ factors }) => factors.flatMap(({ change }) => change ?? []))
  const rejected = holm(changes.map(({ p }) => p))
  const holds = new Map(changes.map((change, i) => [change, rejected[i] ?? false]))
  return dimensions.map((dimension) => ({
    ...dimension,
    factors: dimension.factors.map((factor) => ({
      ...factor,
      holds: factor.change && (holds.get(factor.change) ?? false),
    })),
  }))
}
