import { DAY_MS } from '#model/basics/durations.ts'
import { leaf } from '#model/indicators/evidence.ts'
import type { SurveyedShare } from '../../surveys/indicator-share.ts'
import type { OpenCell } from '../../surveys/table.ts'
import { nameOf, type Place } from './context.ts'
import type { Computed } from './define-measure.ts'
import { missing, type Outcome } from './outcome.ts'

type Wording = { readonly who: string; readonly counted: string }

/** The estimate for the city or a zone, or the reason why it must not be shown. */
export function estimated(surveyed: SurveyedShare, wording: Wording, place: Place): Computed | Outcome {
  const { zone, period } = place
  const cell = zone ? surveyed.zones.get(zone.key) : surveyed.city
  if (!cell) return missing(`none of the ${wording.who} of ${nameOf(place)} answered`)
  if (cell.suppressed !== null)
    return missing(WHY_SUPPRESSED[cell.suppressed](surveyed.codebook.threshold, wording.who))
  const { from, to } = surveyed.codebook
  const ofAnotherTime = Date.parse(to) + DAY_MS <= period.from.getTime() || Date.parse(from) >= period.to.getTime()
  return { ...computed(cell, { ...wording, name: nameOf(place) }, surveyed), ofAnotherTime }
}

const WHY_SUPPRESSED = {
  below_threshold: (threshold: number, who: string) => `suppressed: fewer than ${threshold} ${who} answered`,
  dominance: (_: number, who: string) => `suppressed: one of the ${who} makes up too much of the amount`,
  complementary: () => 'suppressed so that the estimate of another zone cannot be computed from the total',
}

type Question = {
  readonly codebook: { id: string; from: string; to: string; simulated: boolean }
  readonly column: string
}

function computed(
  { mean, nonresponse }: OpenCell,
  { name, who, counted }: Wording & { name: string },
  { codebook, column }: Question,
): Computed {
  const ref = `survey ${codebook.id}, question ${column}`
  const effect = mean.designEffect === null ? '' : `, design effect ${mean.designEffect.toFixed(2)}`
  const { verdict } = mean.reliability
  const reliability = verdict === 'present' ? '' : `, ${verdict} by the NCHS presentation standards`
  const unanswered =
    nonresponse === null
      ? ''
      : `, ${(100 * nonresponse.nonresponseWeighted).toFixed(1)} % of those asked did not answer`
  const subject = `${who.charAt(0).toUpperCase()}${who.slice(1)}`
  return {
    label: `${subject} of ${name} ${counted}, survey of ${codebook.from} to ${codebook.to}${effect}${unanswered}${reliability}`,
    n: mean.n,
    simulated: codebook.simulated,
    ref,
    interval: [100 * mean.lower, 100 * mean.upper],
    standardError: 100 * mean.standardError,
    parts: (origin) => [
      leaf({ label: `${counted}, weighted`, value: mean.weightedTotal, unit: who, origin, ref }),
      leaf({ label: 'that answered, weighted', value: mean.weightedBase, unit: who, origin, ref }),
    ],
  }
}
