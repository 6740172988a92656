import { leaf, node } from '#model/indicators/evidence.ts'
import type { TableCell } from '../../surveys/table.ts'
import { found, type Measure, missing, type Outcome, originOf, placeOf } from './measure.ts'

/** EC:ICT:ICT:1C: households with Internet (ITU core indicator HH6), estimated from the newest survey that asks it. */
export const householdInternet: Measure = {
  code: 'EC:ICT:ICT:1C',
  version: 1,
  origin: 'surveyed',
  needs: 'a household survey with a question that answers the ITU core indicator HH6',
  possible: async (inputs) => (await inputs.surveyed('HH6')) !== undefined,
  async evaluate(inputs, scope) {
    const surveyed = await inputs.surveyed('HH6')
    if (!surveyed)
      return new Map([['', missing(`no survey of the two years before ${inputs.period.label} asks for HH6`)]])
    const cell = scope.zone ? surveyed.zones.get(scope.zone.key) : surveyed.city
    const place = placeOf(scope, inputs)
    if (!cell) return new Map([['', missing(`no household of ${place} answered`)]])
    if (cell.held) return new Map([['', missing(WHY_HELD[cell.held](surveyed.codebook.threshold))]])
    return new Map([['', outcome(cell, place, surveyed)]])
  },
}

const WHY_HELD = {
  below_threshold: (threshold: number) => `suppressed: fewer than ${threshold} households answered`,
  complementary: () => 'suppressed so that the estimate of another zone cannot be computed from the total',
}

type About = {
  readonly codebook: { id: string; from: string; to: string; simulated: boolean }
  readonly column: string
}

function outcome({ mean }: TableCell, place: string, { codebook, column }: About): Outcome {
  const origin = originOf(codebook.simulated, 'surveyed')
  const ref = `survey ${codebook.id}, question ${column}`
  const households = (label: string, value: number) => leaf({ label, value, unit: 'households', origin, ref })
  const effect = mean.designEffect === null ? '' : `, design effect ${mean.designEffect.toFixed(2)}`
  const evidence = node(
    {
      label: `Households of ${place} with Internet, survey of ${codebook.from} to ${codebook.to}${effect}`,
      unit: '%',
      method: 'percent',
      origin,
      n: mean.n,
      ref,
    },
    [
      households('with Internet, weighted', mean.weightedTotal),
      households('that answered, weighted', mean.weightedBase),
    ],
  )
  return found(evidence, {
    n: mean.n,
    interval: [100 * mean.lower, 100 * mean.upper],
    standardError: 100 * mean.standardError,
    simulated: codebook.simulated,
  })
}
