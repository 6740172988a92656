import type { MeasureRef } from '../../../state/measure-ref.ts'
import type { LayerChoice } from '../../layer-model/layer.ts'
import type { Survey } from '../survey/survey-measure.ts'
import { answerOf, newestOf, questionsOf } from '../survey/survey-ref.ts'

type Question = Survey['questions'][number]

export const PRESETS = ['covered', 'exposed', 'price'] as const
export type Preset = { readonly id: (typeof PRESETS)[number]; readonly a: MeasureRef; readonly b: MeasureRef }

/** Comparisons that many cities need, with the questions of the latest survey of this city. */
export function presetsOf(surveys: readonly Survey[] | undefined): Preset[] {
  const survey = newestOf(surveys)
  const find = (fits: (question: Question) => boolean): MeasureRef | null => {
    const found = survey && questionsOf(survey).find(fits)
    if (!survey || !found) return null
    const answer = answerOf(found, null)
    return { kind: 'survey', survey: survey.id, question: found.column, answer, among: null }
  }
  const connected: MeasureRef = find(({ indicator, counts }) => indicator === 'HH6' && counts !== undefined) ?? {
    kind: 'indicator',
    code: 'EC:ICT:ICT:1C',
    dataPoint: '',
  }
  const price = find((question) => question.price === true)
  return [
    { id: 'covered', a: { kind: 'coverage', name: '4g' }, b: connected },
    { id: 'exposed', a: { kind: 'indicator', code: 'EN:EN:AQ:1C', dataPoint: 'pm2_5' }, b: connected },
    ...(price ? [{ id: 'price', a: { kind: 'zone', name: 'income' }, b: price } as const] : []),
  ]
}

/** What is compared: the choice of the reader, else the first preset. Null until it is known. */
export function comparedOf(surveys: readonly Survey[] | undefined, { a, b }: Pick<LayerChoice, 'a' | 'b'>) {
  const [first] = surveys ? presetsOf(surveys) : []
  return { a: a ?? first?.a ?? null, b: b ?? first?.b ?? null }
}
