import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { SURVEYED_SHARES } from '#model/indicators/surveyed.ts'
import type { SurveyedShare } from '../../surveys/indicator-share.ts'
import type { TableCell } from '../../surveys/table.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { found, type Measure, missing, type Outcome, originOf, placeOf, type Scope } from './measure.ts'

type Share = {
  readonly code: string
  /** how a codebook marks the question that answers it */
  readonly answers: string
  /** what the share is of, e.g. households */
  readonly who: string
  /** what it is a share with, e.g. "with Internet" */
  readonly counted: string
  readonly needs: string
}

/** A share of households or persons, estimated from the newest survey that asks it. */
const surveyedShare = ({ code, answers, who, counted, needs }: Share): Measure => ({
  code,
  version: 1,
  origin: 'surveyed',
  needs,
  possible: async (inputs) => (await inputs.surveyed(answers)) !== undefined,
  async evaluate(inputs, scope) {
    const surveyed = await inputs.surveyed(answers)
    if (!surveyed)
      return new Map([['', missing(`no survey of the two years before ${inputs.period.label} asks for ${answers}`)]])
    return new Map([['', estimated(surveyed, { who, counted }, inputs, scope)]])
  },
})

const DAY_MS = 86_400_000

/** The estimate for the city or a zone, or why it must not be shown. */
export function estimated(
  surveyed: SurveyedShare,
  { who, counted }: { who: string; counted: string },
  inputs: Inputs,
  scope: Scope,
): Outcome {
  const cell = scope.zone ? surveyed.zones.get(scope.zone.key) : surveyed.city
  const place = placeOf(scope, inputs)
  if (!cell) return missing(`none of the ${who} of ${place} answered`)
  if (cell.held) return missing(WHY_HELD[cell.held](surveyed.codebook.threshold, who))
  const { from, to } = surveyed.codebook
  const ofAnotherTime =
    Date.parse(to) + DAY_MS <= inputs.period.from.getTime() || Date.parse(from) >= inputs.period.to.getTime()
  return { ...outcome(cell, { place, who, counted }, surveyed), ofAnotherTime }
}

/** EC:ICT:ICT:1C rests on the ITU core indicator HH6; the others on a question that says which one it answers. */
export const surveyedShares: readonly Measure[] = [
  surveyedShare({
    code: 'EC:ICT:ICT:1C',
    answers: 'HH6',
    who: 'households',
    counted: 'with Internet',
    needs: 'a household survey with a question that answers the ITU core indicator HH6',
  }),
  ...Object.entries(SURVEYED_SHARES).map(([code, who]) =>
    surveyedShare({
      code,
      answers: code,
      who,
      counted: `that count for "${indicatorOf(code)?.name ?? code}"`,
      needs: `a household survey with a question that says u4ssc: "${code}"`,
    }),
  ),
]

const WHY_HELD = {
  below_threshold: (threshold: number, who: string) => `suppressed: fewer than ${threshold} ${who} answered`,
  dominance: (_: number, who: string) => `suppressed: one of the ${who} makes up too much of the amount`,
  complementary: () => 'suppressed so that the estimate of another zone cannot be computed from the total',
}

type Words = { readonly place: string; readonly who: string; readonly counted: string }
type About = {
  readonly codebook: { id: string; from: string; to: string; simulated: boolean }
  readonly column: string
}

function outcome(
  { mean, nonresponse }: TableCell,
  { place, who, counted }: Words,
  { codebook, column }: About,
): Outcome {
  const origin = originOf(codebook.simulated, 'surveyed')
  const ref = `survey ${codebook.id}, question ${column}`
  const part = (label: string, value: number) => leaf({ label, value, unit: who, origin, ref })
  const effect = mean.designEffect === null ? '' : `, design effect ${mean.designEffect.toFixed(2)}`
  const { verdict } = mean.reliability
  const judged = verdict === 'present' ? '' : `, ${verdict} by the NCHS presentation standards`
  const unanswered =
    nonresponse === null
      ? ''
      : `, ${(100 * nonresponse.nonresponseWeighted).toFixed(1)} % of those asked did not answer`
  const subject = `${who.charAt(0).toUpperCase()}${who.slice(1)}`
  const evidence = node(
    {
      label: `${subject} of ${place} ${counted}, survey of ${codebook.from} to ${codebook.to}${effect}${unanswered}${judged}`,
      unit: '%',
      method: 'percent',
      origin,
      n: mean.n,
      ref,
    },
    [part(`${counted}, weighted`, mean.weightedTotal), part('that answered, weighted', mean.weightedBase)],
  )
  return found(evidence, {
    n: mean.n,
    interval: [100 * mean.lower, 100 * mean.upper],
    standardError: 100 * mean.standardError,
    simulated: codebook.simulated,
  })
}
