import type { Pool } from '#infra/db/pool.ts'
import type { VulnerableGroups } from '#model/api/alerts.ts'
import type { Question } from '#model/survey/codebook.ts'
import { createPeriodCache } from '../indicators/period-cache.ts'
import { selectZones } from '../queries/zones.ts'
import { listSurveys, type SurveyRow } from '../surveys/microdata.ts'
import type { Surveys } from '../surveys/surveys.ts'
import { combined, unitsOf } from './area-estimates.ts'

export type VulnerableGroupsDeps = {
  readonly pool: Pool
  readonly clock: () => Date
  readonly surveys: Pick<Surveys, 'estimates'>
}
type Group = { readonly question: Question; readonly category: string }
type Answer = { readonly group: Group; readonly answer: Awaited<ReturnType<Surveys['estimates']>> }

const CONFIDENCE = 0.95
const MAX_GROUPS = 8
const FRESH_MS = 120_000

/**
 * The share of vulnerable groups in districts, from the newest survey by district whose codebook says which groups these are. As in an
 * area (area-estimates.ts), made of published figures of districts and nothing else.
 * @returns null where no survey knows them
 */
export function createVulnerableGroups({ pool, clock, surveys }: VulnerableGroupsDeps) {
  const answers = createPeriodCache<readonly Answer[]>({ freshMs: () => FRESH_MS, clock })
  return async (keys: readonly string[]): Promise<VulnerableGroups | null> => {
    const survey = (await listSurveys(pool)).find((row) => row.codebook.columns.zone && groupsOf(row).length > 0)
    if (!survey || keys.length === 0) return null
    const { id, title, from, to, threshold, simulated } = survey.codebook
    const asked = await answers.get(`${id} ${survey.importedAt.toISOString()}`, () => askAll(surveys, survey))
    const zones = (await selectZones(pool)).map(({ key, population }) => ({ key, population: population ?? 0 }))
    const counted = zones.filter(({ key }) => keys.includes(key))
    const units = unitsOf(counted, zones, survey.areas)
    return {
      survey: { id, title, from, to, threshold, simulated },
      confidence: CONFIDENCE,
      groups: asked.map(({ group: { question, category }, answer }) => ({
        ...{ question: question.column, text: question.text, category },
        label: question.categories?.[category] ?? category,
        ...combined(units, answer.estimates),
      })),
    }
  }
}

/** Codes that are no category of their question are nobody. */
const groupsOf = ({ codebook }: SurveyRow): Group[] =>
  codebook.questions
    .flatMap((question) =>
      (question.vulnerable ?? [])
        .filter((category) => question.categories?.[category] !== undefined)
        .map((category) => ({ question, category })),
    )
    .slice(0, MAX_GROUPS)

async function askAll(surveys: Pick<Surveys, 'estimates'>, survey: SurveyRow): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const group of groupsOf(survey)) {
    const of = { question: group.question.column, category: group.category, by: ['zone'] }
    answers.push({ group, answer: await surveys.estimates(survey.codebook.id, of) })
  }
  return answers
}
