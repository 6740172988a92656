import type { MeasureRef } from '../../../state/measure-ref.ts'
import type { LayerChoice } from '../../layer-model/layer.ts'
import type { Survey } from './survey-measure.ts'

type Question = Survey['questions'][number]
export type SurveyRef = Extract<MeasureRef, { kind: 'survey' }>

export const newestOf = (surveys: readonly Survey[] | undefined): Survey | undefined =>
  surveys?.toSorted((a, b) => (a.to < b.to ? 1 : -1))[0]

/** The questions, without those that only divide people into groups. */
export const questionsOf = ({ questions }: Survey): Question[] => questions.filter(({ group }) => !group)

/** Answers that can be shown one by one: categories that are not "not answered". */
export const answersOf = ({ categories = {}, missing }: Question): [code: string, label: string][] =>
  Object.entries(categories).filter(([code]) => !missing.includes(code))

/** Null where the answers that count as yes are meant; else the requested one, or the first. */
export function answerOf(question: Question, requested: string | null): string | null {
  const answers = answersOf(question)
  if (answers.length === 0) return null
  if (answers.some(([code]) => code === requested)) return requested
  return (question.counts?.length ?? 0) > 0 ? null : (answers[0]?.[0] ?? null)
}

type SurveyChoice = Pick<LayerChoice, 'survey' | 'measure' | 'answer' | 'among'>

/** What the survey layer shows: what the address requests, as far as this survey has it. */
export function surveyRefOf(surveys: readonly Survey[] | undefined, choice: SurveyChoice): SurveyRef | null {
  const survey = surveys?.find(({ id }) => id === choice.survey) ?? newestOf(surveys)
  if (!survey) return null
  const questions = questionsOf(survey)
  const question = questions.find(({ column }) => column === choice.measure) ?? questions[0]
  if (!question) return null
  const characteristic = survey.questions.find(({ column, group }) => group && column === choice.among?.name)
  const known = choice.among !== null && characteristic?.categories?.[choice.among.category] !== undefined
  return {
    kind: 'survey',
    survey: survey.id,
    question: question.column,
    answer: answerOf(question, choice.answer),
    among: known ? choice.among : null,
  }
}
