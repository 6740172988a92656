import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { type Sensitivity, sensitivityOf, type ZoneScores } from '#model/wellbeing/sensitivity.ts'
import type { Answers } from './answers.ts'
import { createScorer, type Scorer } from './scores.ts'

type Dimensions = WellbeingResponse['dimensions']
type Of = {
  readonly scorer: Scorer
  readonly answers: Answers
  readonly dimensions: Dimensions
  readonly seed: number
  readonly zone: string | null
}
/** Value of a factor by scale, and share of those who agree. */
type FactorValue = { readonly linear: number; readonly topTwo: number }

/** Null where a factor that was asked may not be published: what is drawn from the others would be another index. */
export function sensitivity({ scorer, answers, dimensions, seed, zone }: Of): Sensitivity | null {
  const own = valuesOf(scorer, answers, dimensions)
  if (!own) return null
  const zones = zone === null ? zonesOf(answers, dimensions) : []
  return sensitivityOf(scoresOf(dimensions, own), { seed, zones })
}

/** Of every factor that was asked; undefined where one of them has no value here that may be published. */
function valuesOf(
  scorer: Scorer,
  answers: Answers,
  dimensions: Dimensions,
): ReadonlyMap<string, FactorValue> | undefined {
  const values = new Map<string, FactorValue>()
  for (const { id, score } of dimensions.flatMap(({ factors }) => factors)) {
    if (score.missing === 'not_asked') continue
    const items = answers.itemsOf(id)
    const [linear, topTwo] = [scorer.factor(items).value, scorer.topTwo(items)]
    if (linear === null || topTwo === null) return undefined
    values.set(id, { linear, topTwo })
  }
  return values.size > 0 ? values : undefined
}

const scoresOf = (dimensions: Dimensions, values: ReadonlyMap<string, FactorValue>): ZoneScores['dimensions'] =>
  dimensions.map(({ id, weight, factors }) => ({
    id,
    weight,
    factors: factors.flatMap((factor) => {
      const value = values.get(factor.id)
      return value ? [{ id: factor.id, weight: factor.weight, ...value }] : []
    }),
  }))

/** Zones, and areas that zones were joined into, all of whose factors may be published. */
function zonesOf(answers: Answers, dimensions: Dimensions): ZoneScores[] {
  const keys = new Set(answers.responses.flatMap(({ zone }) => zone ?? []))
  return [...keys].sort().flatMap((key): ZoneScores[] => {
    const values = knownOf(answers, key, () => valuesOf(createScorer(answers, key), answers, dimensions))
    return values ? [{ key, dimensions: scoresOf(dimensions, values) }] : []
  })
}

type Values = ReturnType<typeof valuesOf>
const MAX_SURVEYS = 10
const known = new Map<string, Map<string, Values>>()

/** What a zone says does not depend on the weights, which the page changes by the second. */
function knownOf({ version }: Answers, zone: string, find: () => Values): Values {
  const ofSurvey = known.get(version) ?? new Map<string, Values>()
  if (!known.has(version)) {
    if (known.size >= MAX_SURVEYS) known.clear()
    known.set(version, ofSurvey)
  }
  if (!ofSurvey.has(zone)) ofSurvey.set(zone, find())
  return ofSurvey.get(zone)
}
