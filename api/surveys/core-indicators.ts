import type { Queryable } from '#infra/db/pool.ts'
import type { CoreIndicatorsResponse } from '#model/api/people.ts'
import { CORE_INDICATORS } from '#model/itu-core-indicators.ts'
import type { Codebook, Question } from '#model/survey.ts'
import { openSheet, openSurvey } from './sheet.ts'
import { characteristicsOf, checkBy, publish } from './table.ts'

type Item = CoreIndicatorsResponse['indicators'][number]['items'][number]

/**
 * HH1 to HH19 as far as the survey asks them. A question with categories that count gives one share; one without gives a
 * share for each of its categories; a number gives a mean. `by`: characteristics, one table for each; absent: all.
 */
export async function coreIndicators(
  db: Queryable,
  id: string,
  by: readonly string[] | undefined,
): Promise<CoreIndicatorsResponse> {
  const codebook = await openSurvey(db, id)
  const tables = by ?? characteristicsOf(codebook)
  for (const name of tables) checkBy(codebook, [name])
  const indicators = []
  for (const indicator of CORE_INDICATORS) {
    const items: Item[] = []
    for (const question of codebook.questions.filter((asked) => asked.indicator === indicator.code))
      items.push(...(await itemsOf(db, codebook, question, tables)))
    indicators.push({ ...indicator, items })
  }
  const { universe, threshold, simulated } = codebook
  return { survey: id, universe, confidence: 0.95, threshold, simulated, by: [...tables], indicators }
}

async function itemsOf(db: Queryable, codebook: Codebook, question: Question, by: readonly string[]): Promise<Item[]> {
  const items: Item[] = []
  for (const category of categoriesOf(question)) {
    const sheet = await openSheet(db, codebook, question, category)
    const cells = [[], ...by.map((name) => [name])].flatMap((names) => sheet.table(names))
    items.push({
      question: question.column,
      text: question.text,
      category: category ?? null,
      label: (category !== undefined && question.categories?.[category]) || null,
      statistic: sheet.proportion ? 'proportion' : 'mean',
      estimates: cells.map(publish),
    })
  }
  return items
}

function categoriesOf({ categories, counts, missing }: Question): (string | undefined)[] {
  if (!categories || (counts && counts.length > 0)) return [undefined]
  return Object.keys(categories).filter((code) => !missing.includes(code))
}
