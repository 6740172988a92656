import type { Queryable } from '#infra/db/pool.ts'
import type { Period } from '#model/basics/period.ts'
import type { Codebook, Question } from '#model/survey/codebook.ts'
import { findSurvey, listSurveys, type SurveySource } from './microdata.ts'
import { openSurveyTables } from './survey-tables.ts'
import type { TableCell } from './table.ts'

/** The share that answers an ITU core indicator or a U4SSC indicator, for the city and by zone; cells marked as suppressed must not be published. */
export type SurveyedShare = {
  readonly codebook: Codebook
  readonly column: string
  readonly city: TableCell | undefined
  readonly zones: ReadonlyMap<string, TableCell>
}

/** A household survey stands for the years around it: fieldwork may lie this long before the period begins. */
const STANDS_FOR_MS = 2 * 365 * 86_400_000

/** The latest survey that answers the indicator and applies to the period; undefined where there is none. */
export async function surveyedShare(
  source: SurveySource,
  indicator: string,
  period: Period,
): Promise<SurveyedShare | undefined> {
  const asked = await questionFor(source.pool, indicator, period)
  return asked && shareOf(source, asked, undefined)
}

/** The share of each category of the question that answers the indicator: mode of travel, for one. */
export async function surveyedCategories(
  source: SurveySource,
  indicator: string,
  period: Period,
): Promise<ReadonlyMap<string, SurveyedShare> | undefined> {
  const asked = await questionFor(source.pool, indicator, period)
  if (!asked) return undefined
  const { categories = {}, missing } = asked.question
  const shares = new Map<string, SurveyedShare>()
  for (const category of Object.keys(categories).filter((code) => !missing.includes(code)))
    shares.set(category, await shareOf(source, asked, category))
  return shares
}

type Asked = { readonly codebook: Codebook; readonly question: Question }

async function questionFor(db: Queryable, indicator: string, period: Period): Promise<Asked | undefined> {
  const answersIt = (asked: Question): boolean => asked.indicator === indicator || asked.u4ssc === indicator
  const codebook = await surveyFor(db, period, answersIt)
  const question = codebook?.questions.find(answersIt)
  return codebook && question && { codebook, question }
}

async function shareOf(
  { pool, microdata }: SurveySource,
  { codebook, question }: Asked,
  category: string | undefined,
): Promise<SurveyedShare> {
  const tables = await openSurveyTables(microdata, codebook, question, category)
  const [city] = tables.table([])
  // zones that were too small by themselves have the value of the area they belong to
  const areas = (await findSurvey(pool, codebook.id))?.areas ?? []
  const members = new Map(areas.map(({ key, zones: own }) => [key, own]))
  const zones = new Map(
    tables.table(['zone']).flatMap((cell) => {
      const key = cell.group['zone'] ?? ''
      return (members.get(key) ?? [key]).map((zone) => [zone, cell] as const)
    }),
  )
  return { codebook, column: question.column, city, zones }
}

/** The latest survey that asks such a question and applies to the period. */
export async function surveyFor(
  db: Queryable,
  period: Pick<Period, 'from' | 'to'>,
  asks: (question: Question) => boolean,
): Promise<Codebook | undefined> {
  return (await listSurveys(db))
    .map(({ codebook }) => codebook)
    .filter(({ from, to, questions }) => {
      const stands = new Date(from) < period.to && new Date(to).getTime() > period.from.getTime() - STANDS_FOR_MS
      return stands && questions.some(asks)
    })
    .sort((a, b) => (a.to < b.to ? 1 : -1))[0]
}
