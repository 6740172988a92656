import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import { SURVEYED_SHARES } from '#model/indicators/surveyed-shares.ts'
import { defineMeasure, type Measure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'
import { estimated } from '../measure/survey-estimate.ts'

type Share = {
  readonly code: string
  /** the indicator that a codebook names at the question which answers it */
  readonly question: string
  /** who is counted, for example households */
  readonly who: string
  /** what they are counted for, for example "with Internet" */
  readonly counted: string
  readonly needs: string
}

/** A share of households or persons, estimated from the latest survey that asks for it. */
const surveyedShare = ({ code, question, who, counted, needs }: Share): Measure =>
  defineMeasure({
    code,
    origin: 'surveyed',
    needs,
    unit: '%',
    statistic: 'percent',
    subjects: () => [],
    possible: async (inputs) => (await inputs.surveyed(question)) !== undefined,
    inputs: { share: (inputs) => inputs.surveyed(question) },
    compute: (context) =>
      context.data.share
        ? estimated(context.data.share, { who, counted }, context)
        : missing(`no survey of the two years before ${context.period.label} asks for ${question}`),
  })

/** EC:ICT:ICT:1C rests on the ITU core indicator HH6; the others on a question that names the indicator it answers. */
export const surveyedShares: readonly Measure[] = [
  surveyedShare({
    code: 'EC:ICT:ICT:1C',
    question: 'HH6',
    who: 'households',
    counted: 'with Internet',
    needs: 'a household survey with a question that answers the ITU core indicator HH6',
  }),
  ...Object.entries(SURVEYED_SHARES).map(([code, who]) =>
    surveyedShare({
      code,
      question: code,
      who,
      counted: `that count for "${indicatorOf(code)?.name ?? code}"`,
      needs: `a household survey with a question that says u4ssc: "${code}"`,
    }),
  ),
]
