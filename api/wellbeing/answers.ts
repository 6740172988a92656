import type { Queryable } from '#infra/db/pool.ts'
import type { Codebook, Question } from '#model/survey.ts'
import { answered, loadResponses, type Response } from '../surveys/microdata.ts'
import { characteristicsOf } from '../surveys/table.ts'

/** Answers 1 to 5 of every respondent to every question that speaks of a factor. They stay in this folder. */
export type Answers = {
  readonly codebook: Codebook
  readonly responses: readonly Response[]
  readonly questions: readonly Question[]
  /** [respondent][question] */
  readonly scores: readonly (readonly (number | null)[])[]
  /** places of a factor's questions */
  itemsOf(factor: string): number[]
}

export async function loadAnswers(db: Queryable, codebook: Codebook): Promise<Answers> {
  const questions = codebook.questions.filter(({ factor }) => factor !== undefined)
  const columns = questions.map(({ column }) => column)
  // the characteristics follow: what may be published depends on them (see sheetOf)
  const responses = await loadResponses(db, codebook, [...columns, ...characteristicsOf(codebook).slice(1)])
  const scores = responses.map(({ answers }) => questions.map((question, k) => likert(question, answers[k])))
  const itemsOf = (factor: string): number[] =>
    questions.flatMap((question, k) => (question.factor === factor ? [k] : []))
  return { codebook, responses, questions, scores, itemsOf }
}

function likert(question: Question, raw: string | null | undefined): number | null {
  const value = Number(answered(question, raw) ?? Number.NaN)
  return value >= 1 && value <= 5 ? value : null
}
