import type { CoreIndicatorsResponse } from '#model/api/people.ts'
import { CORE_INDICATORS } from '#model/survey/itu-core-indicators.ts'
import { type CoreTables, coreTables } from './core-tables.ts'
import type { SurveySource } from './microdata.ts'
import { openSurvey } from './survey-tables.ts'
import { characteristicsOf, checkBy, publish } from './table.ts'

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
  const found = await coreTables(microdata, codebook)
  const indicators = CORE_INDICATORS.map((indicator) => ({
    ...indicator,
    items: found.filter(({ question }) => question.indicator === indicator.code).map((one) => itemOf(one, tables)),
  }))
  const { universe, threshold, simulated } = codebook
  return { survey: id, universe, confidence: 0.95, threshold, simulated, by: [...tables], indicators }
}

function itemOf({ question, category, tables }: CoreTables, by: readonly string[]): Item {
  const cells = [[], ...by.map((name) => [name])].flatMap((names) => tables.table(names))
  return {
    question: question.column,
    text: question.text,
    category: category ?? null,
    label: (category !== undefined && question.categories?.[category]) || null,
    statistic: tables.proportion ? 'proportion' : 'mean',
    estimates: cells.map(publish),
  }
}
