import { formatMeasure, type MeasureRef } from '../../state/measure-ref.ts'
import type { ViewState } from '../../state/view-state.ts'
import type { Survey } from './survey.ts'

type Question = Survey['questions'][number]
type SurveyRef = Extract<MeasureRef, { kind: 'survey' }>

export const newestOf = (surveys: readonly Survey[] | undefined): Survey | undefined =>
  surveys?.toSorted((a, b) => (a.to < b.to ? 1 : -1))[0]

/** What was asked, without what only divides people into groups. */
export const questionsOf = ({ questions }: Survey): Question[] => questions.filter(({ group }) => !group)

/** Answers that can be asked for one by one: categories that are not "not answered". */
export const answersOf = ({ categories = {}, missing }: Question): [code: string, label: string][] =>
  Object.entries(categories).filter(([code]) => !missing.includes(code))

/** Null where the answers that count as yes are meant; else the one asked for, or the first. */
export function answerOf(question: Question, asked: string | null): string | null {
  const answers = answersOf(question)
  if (answers.length === 0) return null
  if (answers.some(([code]) => code === asked)) return asked
  return (question.counts?.length ?? 0) > 0 ? null : (answers[0]?.[0] ?? null)
}

/** What the survey layer shows: what the address asks for as far as this survey has it. */
export function surveyRefOf(surveys: readonly Survey[] | undefined, state: ViewState): SurveyRef | null {
  const survey = surveys?.find(({ id }) => id === state.survey) ?? newestOf(surveys)
  if (!survey) return null
  const questions = questionsOf(survey)
  const question = questions.find(({ column }) => column === state.measure) ?? questions[0]
  if (!question) return null
  const characteristic = survey.questions.find(({ column, group }) => group && column === state.among?.name)
  const known = state.among !== null && characteristic?.categories?.[state.among.category] !== undefined
  return {
    kind: 'survey',
    survey: survey.id,
    question: question.column,
    answer: answerOf(question, state.answer),
    among: known ? state.among : null,
  }
}

export const PRESETS = ['covered', 'exposed', 'price'] as const
export type Preset = { readonly id: (typeof PRESETS)[number]; readonly a: MeasureRef; readonly b: MeasureRef }

/** Comparisons that cities ask for, with the questions of this city's newest survey. */
export function presetsOf(surveys: readonly Survey[] | undefined): Preset[] {
  const survey = newestOf(surveys)
  const ask = (fits: (question: Question) => boolean): MeasureRef | null => {
    const found = survey && questionsOf(survey).find(fits)
    if (!survey || !found) return null
    const answer = answerOf(found, null)
    return { kind: 'survey', survey: survey.id, question: found.column, answer, among: null }
  }
  const connected: MeasureRef = ask(({ indicator, counts }) => indicator === 'HH6' && counts !== undefined) ?? {
    kind: 'indicator',
    code: 'EC:ICT:ICT:1C',
    dataPoint: '',
  }
  const price = ask((question) => question.price === true)
  return [
    { id: 'covered', a: { kind: 'coverage', name: '4g' }, b: connected },
    { id: 'exposed', a: { kind: 'indicator', code: 'EN:EN:AQ:1C', dataPoint: 'pm2_5' }, b: connected },
    ...(price ? [{ id: 'price', a: { kind: 'zone', name: 'income' }, b: price } as const] : []),
  ]
}

/** The measures that a layer needs, as the address writes them. */
export function measuresOf(surveys: readonly Survey[] | undefined, state: ViewState): (string | null)[] {
  if (state.layer === 'survey') {
    const ref = surveyRefOf(surveys, state)
    return [ref && formatMeasure(ref), null]
  }
  if (state.layer !== 'compare') return [null, null]
  const [usual] = surveys ? presetsOf(surveys) : []
  return [state.a ?? usual?.a ?? null, state.b ?? usual?.b ?? null].map((ref) => ref && formatMeasure(ref))
}
