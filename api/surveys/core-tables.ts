import type { Codebook, Question } from '#model/survey/codebook.ts'
import type { Microdata, Response } from './microdata.ts'
import { measured, protectionOf, type SurveyTables, surveyTables } from './survey-tables.ts'
import { characteristicsOf, measureOf } from './table.ts'

/** One figure that a survey gives: a question, or one of its categories where it does not say which of them count. */
export type CoreTables = {
  readonly question: Question
  readonly category: string | undefined
  readonly tables: SurveyTables
}

/**
 * Tables of every question that answers an ITU core indicator, in the order of the codebook. A question with categories that
 * count gives one share; one without gives a share for each of its categories; a number gives a mean.
 */
export async function coreTables(microdata: Microdata, codebook: Codebook): Promise<CoreTables[]> {
  const asked = codebook.questions.filter(({ indicator }) => indicator !== undefined)
  const characteristics = characteristicsOf(codebook).slice(1)
  // one reading for all of them, which is quicker than one for each
  const wholes = [...new Set(asked.flatMap(({ of }) => of ?? []))]
  const columns = [...asked.map(({ column }) => column), ...characteristics, ...wholes]
  const responses = await microdata.responses(codebook, columns)
  const placeOf = (whole: string): number => columns.length - wholes.length + wholes.indexOf(whole)
  const answers = { microdata, codebook, responses, offset: asked.length, placeOf }
  return (await Promise.all(asked.map((question, at) => tablesOf(answers, question, at)))).flat()
}

type Answers = {
  readonly microdata: Microdata
  readonly codebook: Codebook
  readonly responses: readonly Response[]
  /** where the characteristics begin among the answers */
  readonly offset: number
  /** of a column that others are a part of, among the answers */
  placeOf(whole: string): number
}

async function tablesOf(
  { microdata, codebook, responses: all, offset, placeOf }: Answers,
  question: Question,
  at: number,
): Promise<CoreTables[]> {
  const categories = categoriesOf(question)
  const places = { at, whole: placeOf(question.of ?? '') }
  // who answered is the same for every category, and so is what is suppressed
  const any = measured(codebook, all, measureOf(question, categories[0]), places)
  const protections = await protectionOf(microdata, codebook, { ...any, question, at, offset })
  return categories.map((category) => {
    const measure = measureOf(question, category)
    const { responses, values, asked } = measured(codebook, all, measure, places)
    return {
      question,
      category,
      tables: surveyTables(codebook, responses, values, measure, offset, protections, asked),
    }
  })
}

function categoriesOf({ categories, counts, missing }: Question): (string | undefined)[] {
  if (!categories || (counts && counts.length > 0)) return [undefined]
  return Object.keys(categories).filter((code) => !missing.includes(code))
}
