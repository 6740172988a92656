import type { Pool } from '#infra/db/pool.ts'
import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { parsePeriod } from '#model/basics/period.ts'
import type { Codebook } from '#model/survey/codebook.ts'
import { DIMENSIONS, ENVIRONMENT_BLOCK } from '#model/wellbeing/framework.ts'
import type { Indicators } from '../indicators/engine.ts'
import { surveyFor } from '../surveys/indicator-share.ts'
import type { Microdata } from '../surveys/microdata.ts'
import { type Answers, loadAnswers } from './answers.ts'
import { relatedIndicators } from './related-indicators.ts'
import { createScorer, NOT_ASKED, type Scorer } from './scores.ts'
import { sensitivity } from './sensitivity.ts'
import type { Weights } from './weights.ts'

export type WellbeingDeps = {
  readonly pool: Pool
  readonly microdata: Microdata
  readonly clock: () => Date
  readonly indicators: Indicators
}
export type WellbeingQuery = {
  readonly period: string
  readonly zone: string | undefined
  readonly weights: Weights
  readonly seed: number
}
type Dimensions = WellbeingResponse['dimensions']

/** The digital wellbeing index of the city or a zone, with the related measured indicators. */
export async function wellbeing(deps: WellbeingDeps, query: WellbeingQuery): Promise<WellbeingResponse> {
  const { period, zone = null, weights, seed } = query
  const codebook = await surveyFor(deps.pool, parsePeriod(period, 'UTC', deps.clock()), ({ factor }) => Boolean(factor))
  const answers = codebook && (await loadAnswers(deps, codebook))
  const scorer = answers && createScorer(answers, zone)
  const valuesOf = relatedIndicators(deps.indicators, period, zone)
  const [dimensions, environment] = await Promise.all([
    Promise.all(DIMENSIONS.map((dimension) => dimensionOf(dimension, weights, answers, scorer, valuesOf))),
    Promise.all(
      ENVIRONMENT_BLOCK.map(async ({ id, indicators }) => ({
        id,
        indicators: (await Promise.all(indicators.map(valuesOf))).flat(),
      })),
    ),
  ])
  const planned = answers ? plan(weights, answers) : []
  return {
    basis: 'citywell',
    period,
    zone,
    ...surveyFacts(codebook),
    index: scorer ? scorer.index(planned) : NOT_ASKED,
    dimensions,
    sensitivity: scorer && answers ? sensitivity({ scorer, answers, dimensions, seed, zone }) : null,
    environment,
  }
}

const surveyFacts = (codebook: Codebook | undefined) => ({
  survey: codebook?.id ?? null,
  universe: codebook?.universe ?? null,
  confidence: 0.95,
  threshold: codebook?.threshold ?? null,
  simulated: codebook?.simulated ?? false,
})

/** Dimensions and factors with their weights and the places of their items among the answers. */
export const plan = (weights: Weights, { itemsOf }: Answers) =>
  DIMENSIONS.map(({ id, factors }) => ({
    weight: weights.of(id),
    factors: factors.map((factor) => ({ weight: weights.of(factor.id), items: itemsOf(factor.id) })),
  }))

async function dimensionOf(
  { id, factors }: (typeof DIMENSIONS)[number],
  weights: Weights,
  answers: Answers | undefined,
  scorer: Scorer | undefined,
  valuesOf: ReturnType<typeof relatedIndicators>,
): Promise<Dimensions[number]> {
  const planned = factors.map((factor) => ({ weight: weights.of(factor.id), items: answers?.itemsOf(factor.id) ?? [] }))
  return {
    id,
    weight: weights.of(id),
    score: scorer ? scorer.dimension(planned) : NOT_ASKED,
    factors: await Promise.all(
      factors.map(async (factor, i) => {
        const items = planned[i]?.items ?? []
        const score = scorer ? scorer.factor(items) : NOT_ASKED
        const measured = (await Promise.all(factor.beside.map(valuesOf))).flat()
        return {
          id: factor.id,
          weight: weights.of(factor.id),
          score,
          items: items
            .flatMap((item) => answers?.questions[item] ?? [])
            .map(({ column, text }) => ({ question: column, text })),
          beside: measured,
          disagreement: disagreementOf(score, measured),
        }
      }),
    ),
  }
}

/** Halfway of the scale of answers, and of the four bands of an indicator's score. */
const MIDDLE = { perceived: 50, points: 2.5 }

/**
 * Whether what people say and what is measured point in opposite directions: the whole interval of the one lies on the
 * other side of the middle than every scored related value. A reason to look closer, not a decision on which is right.
 */
export function disagreementOf(
  { lower, upper }: Pick<Dimensions[number]['score'], 'lower' | 'upper'>,
  beside: readonly { score: { points: number } | null }[],
): 'perceived_better' | 'measured_better' | null {
  const points = beside.flatMap(({ score }) => score?.points ?? [])
  if (lower === null || upper === null || points.length === 0) return null
  if (lower > MIDDLE.perceived && points.every((one) => one < MIDDLE.points)) return 'perceived_better'
  if (upper < MIDDLE.perceived && points.every((one) => one > MIDDLE.points)) return 'measured_better'
  return null
}
