import type { CoreIndicatorsResponse } from '#model/api/people.ts'
import type { Codebook, Question } from '#model/survey/codebook.ts'
import { CORE_INDICATORS } from '#model/survey/itu-core-indicators.ts'
import type { Microdata, Response, SurveySource } from './microdata.ts'
import { measured, openSurvey, protectionOf, surveyTables } from './survey-tables.ts'
import { characteristicsOf, checkBy, measureOf, publish } from './table.ts'

type Item = CoreIndicatorsResponse['indicators'][number]['items'][number]

/**
 * HH1 to HH19 as far as the survey asks them. A question with categories that count gives one share; one without gives a
 * share for each of its categories; a number gives a mean. `by`: characteristics, one table for each; absent: all.
 */
export async function coreIndicators(
  { pool, microdata }: SurveySource,
  id: string,
  by: readonly string[] | undefined,
): Promise<CoreIndicatorsResponse> {
  const codebook = await openSurvey(pool, id)
  const tables = by ?? characteristicsOf(codebook)
  for (const name of tables) checkBy(codebook, [name])
  const asked = codebook.questions.filter(({ indicator }) => indicator !== undefined)
  const characteristics = characteristicsOf(codebook).slice(1)
  // one reading for all of them, which is quicker than one for each
  const wholes = [...new Set(asked.flatMap(({ of }) => of ?? []))]
  const columns = [...asked.map(({ column }) => column), ...characteristics, ...wholes]
  const responses = await microdata.responses(codebook, columns)
  const placeOf = (whole: string): number => columns.length - wholes.length + wholes.indexOf(whole)
  const answers = { microdata, codebook, responses, offset: asked.length, tables, placeOf }
  const items = await Promise.all(asked.map((question, at) => itemsOf(answers, question, at)))
  const indicators = CORE_INDICATORS.map((indicator) => ({
    ...indicator,
    items: asked.flatMap((question, at) => (question.indicator === indicator.code ? (items[at] ?? []) : [])),
  }))
  const { universe, threshold, simulated } = codebook
  return { survey: id, universe, confidence: 0.95, threshold, simulated, by: [...tables], indicators }
}

type Answers = {
  readonly microdata: Microdata
  readonly codebook: Codebook
  readonly responses: readonly Response[]
  /** where the characteristics begin among the answers */
  readonly offset: number
  readonly tables: readonly string[]
  /** of a column that others are a part of, among the answers */
  placeOf(whole: string): number
}

async function itemsOf(
  { microdata, codebook, responses: all, offset, tables, placeOf }: Answers,
  question: Question,
  at: number,
): Promise<Item[]> {
  const categories = categoriesOf(question)
  const places = { at, whole: placeOf(question.of ?? '') }
  // who answered is the same for every category, and so is what is suppressed
  const any = measured(codebook, all, measureOf(question, categories[0]), places)
  const protections = await protectionOf(microdata, codebook, { ...any, question, at, offset })
  return categories.map((category) => {
    const measure = measureOf(question, category)
    const { responses, values, asked } = measured(codebook, all, measure, places)
    const estimates = surveyTables(codebook, responses, values, measure, offset, protections, asked)
    const cells = [[], ...tables.map((name) => [name])].flatMap((names) => estimates.table(names))
    return {
      question: question.column,
      text: question.text,
      category: category ?? null,
      label: (category !== undefined && question.categories?.[category]) || null,
      statistic: estimates.proportion ? 'proportion' : 'mean',
      estimates: cells.map(publish),
    }
  })
}

function categoriesOf({ categories, counts, missing }: Question): (string | undefined)[] {
  if (!categories || (counts && counts.length > 0)) return [undefined]
  return Object.keys(categories).filter((code) => !missing.includes(code))
}
