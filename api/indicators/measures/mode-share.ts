import { defineMeasure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'
import { estimated } from '../measure/survey-estimate.ts'

const CODE = 'EC:I:T:4A'
const MODES: Readonly<Record<string, string>> = {
  private: 'by private vehicle',
  public: 'by public transport',
  walking: 'on foot',
  cycling: 'by bicycle',
  para: 'by paratransit',
}

/**
 * How people go to work, from a survey question that is marked with this code and whose categories are called private,
 * public, walking, cycling and para. Counters on streets see vehicles and not ways to work.
 */
export const modeShare = defineMeasure({
  code: CODE,
  origin: 'surveyed',
  needs: `a survey with a question of indicator ${CODE} whose categories are private, public, walking, cycling and para`,
  unit: '%',
  statistic: 'percent',
  dataPoints: Object.keys(MODES),
  subjects: () => [],
  possible: async (inputs) => (await inputs.surveyedModes(CODE)) !== undefined,
  inputs: { shares: (inputs) => inputs.surveyedModes(CODE) },
  compute(context) {
    const { data, dataPoint: mode, period } = context
    if (!data.shares) return missing(`no survey of the two years before ${period.label} asks how people go to work`)
    const share = data.shares.get(mode)
    if (!share) return missing(`the survey has no answer "${mode}"`)
    return estimated(share, { who: 'people', counted: MODES[mode] ?? mode }, context)
  },
})
