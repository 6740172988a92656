import { createHash } from 'node:crypto'
import type { Codebook, Question } from '#model/survey/codebook.ts'
import { answered, findSurvey, type Response, type SurveySource } from '../surveys/microdata.ts'
import { type Protections, protectionOf } from '../surveys/survey-tables.ts'
import { characteristicsOf } from '../surveys/table.ts'

/** Answers 1 to 5 of every respondent to every question that speaks of a factor. They stay in this folder. */
export type Answers = {
  readonly codebook: Codebook
  readonly responses: readonly Response[]
  readonly questions: readonly Question[]
  /** [respondent][question] */
  readonly scores: readonly (readonly (number | null)[])[]
  /** the same for the same answers */
  readonly version: string
  /** suppressed cells, by question */
  readonly protections: readonly Protections[]
  /** places of a factor's questions */
  itemsOf(factor: string): number[]
  /** the area that a zone was merged into because it was too small; otherwise the zone */
  areaOf(zone: string): string
}

export async function loadAnswers({ pool, microdata }: SurveySource, codebook: Codebook): Promise<Answers> {
  const questions = codebook.questions.filter(({ factor }) => factor !== undefined)
  const columns = questions.map(({ column }) => column)
  // the characteristics follow: what may be published depends on them (see protectionOf)
  const responses = await microdata.responses(codebook, [...columns, ...characteristicsOf(codebook).slice(1)])
  const scores = responses.map(({ answers }) => questions.map((question, k) => likert(question, answers[k])))
  const protections = await Promise.all(
    questions.map((question, at) => {
      const values = scores.map((person) => person[at] ?? null)
      return protectionOf(microdata, codebook, {
        responses,
        values,
        asked: null,
        question,
        at,
        offset: questions.length,
      })
    }),
  )
  const areas = (await findSurvey(pool, codebook.id))?.areas ?? []
  return {
    codebook,
    responses,
    questions,
    scores,
    version: versionOf(codebook, responses),
    protections,
    itemsOf: (factor) => questions.flatMap((question, k) => (question.factor === factor ? [k] : [])),
    areaOf: (zone) => areas.find(({ zones }) => zones.includes(zone))?.key ?? zone,
  }
}

const versionOf = (codebook: Codebook, responses: readonly Response[]): string =>
  createHash('sha256')
    .update(JSON.stringify([codebook, responses.map(({ weight, zone, answers }) => [weight, zone, answers])]))
    .digest('base64')

function likert(question: Question, raw: string | null | undefined): number | null {
  const value = Number(answered(question, raw) ?? Number.NaN)
  return value >= 1 && value <= 5 ? value : null
}
