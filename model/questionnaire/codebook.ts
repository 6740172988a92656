import { type Codebook, codebookSchema } from '../survey/codebook.ts'
import { ANSWERS, ITEMS, type Item } from './items.ts'

/** Changes with any question, answer or wording: answers to different versions are different surveys. */
export const QUESTIONNAIRE_VERSION = '1'

export type Fieldwork = Pick<Codebook, 'id' | 'title' | 'universe' | 'from' | 'to' | 'threshold'>
/** `q.<column>` and `a.<set>.<code>`; see messages/ */
export type QuestionnaireMessages = Readonly<Record<string, string>>

/** Columns that say how a respondent came into the sample, as the export writes them. */
export const DESIGN_COLUMNS = {
  respondent: 'respondent',
  weight: 'weight',
  stratum: 'stratum',
  cluster: 'cluster',
  zone: 'zone',
} as const

/** The codebook of what the questionnaire asks, for the survey that its answers become. */
export function codebookOf(fieldwork: Fieldwork, messages: QuestionnaireMessages): Codebook {
  return codebookSchema.parse({
    ...fieldwork,
    columns: DESIGN_COLUMNS,
    questions: ITEMS.map((item) => ({
      column: item.column,
      text: messages[`q.${item.column}`],
      base: item.base,
      ...categoriesOf(item, messages),
      ...(item.factor && { factor: item.factor }),
      ...(item.indicator && { indicator: item.indicator }),
      ...(item.counts && { counts: item.counts }),
      ...(item.group && { group: true }),
      ...(item.price && { price: true, unit: 'currency/month' }),
      ...(item.ordinal && { scale: 'ordinal', order: item.answers ? [...ANSWERS[item.answers]] : [] }),
      // a household without Internet pays nothing and leaves it empty, which the file cannot distinguish from no answer
      ...(item.price && { blank: 'not_asked' }),
    })),
  })
}

function categoriesOf({ answers, column }: Item, messages: QuestionnaireMessages) {
  if (answers === null) return {}
  const categories = Object.fromEntries(ANSWERS[answers].map((code) => [code, messages[`a.${answers}.${code}`]]))
  // a household without Internet is not part of how those with it are connected
  const none = column === 'connection' ? ['none'] : []
  return { categories, missing: none, inapplicable: none }
}
