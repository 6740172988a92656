import { type Measure, missing, type Outcome } from './measure.ts'
import { estimated } from './surveyed-shares.ts'

const CODE = 'EC:I:T:4A'
const MODES = {
  private: 'by private vehicle',
  public: 'by public transport',
  walking: 'on foot',
  cycling: 'by bicycle',
  para: 'by paratransit',
}

/**
 * EC:I:T:4A: how people go to work, from a survey question that is marked with this code and whose categories are called
 * private, public, walking, cycling and para. Counters on streets see vehicles and not ways to work.
 */
export const modeShare: Measure = {
  code: CODE,
  version: 1,
  origin: 'surveyed',
  needs: `a survey with a question of indicator ${CODE} whose categories are private, public, walking, cycling and para`,
  possible: async (inputs) => (await inputs.surveyedModes(CODE)) !== undefined,
  async evaluate(inputs, scope) {
    const shares = await inputs.surveyedModes(CODE)
    return new Map(
      Object.entries(MODES).map(([mode, counted]): [string, Outcome] => {
        if (!shares)
          return [mode, missing(`no survey of the two years before ${inputs.period.label} asks how people go to work`)]
        const share = shares.get(mode)
        return [mode, share ? estimated(share, { who: 'people', counted }, inputs, scope) : missing(NO_ANSWER(mode))]
      }),
    )
  },
}

const NO_ANSWER = (mode: string): string => `the survey has no answer "${mode}"`
