import type { Queryable } from '#infra/db/pool.ts'
import { withSampledShares } from '#model/statistics/design.ts'
import { type Codebook, codebookSchema, type Question, type SurveyArea } from '#model/survey.ts'

export type SurveyRow = {
  readonly codebook: Codebook
  readonly respondents: number
  readonly origin: 'pack' | 'person'
  readonly importedAt: Date
  readonly areas: readonly SurveyArea[]
}

/** One respondent: how it was sampled, its zone, and its answers to the columns asked for, in their order. */
export type Response = {
  readonly weight: number
  readonly stratum: string
  readonly cluster: string
  readonly sampled?: number
  readonly zone: string | null
  readonly answers: readonly (string | null)[]
}

const COLUMNS = 'codebook, respondents, origin, imported_at as "importedAt", areas'
// the newest fieldwork first
const SURVEYS = `select ${COLUMNS} from survey order by codebook ->> 'to' desc, id`
const SURVEY = `select ${COLUMNS} from survey where id = $1`
// The one door to the answers (migration 010). Who calls it sees single respondents, so the API's own role may not.
const RESPONSES = `select weight, stratum, cluster, zone, answers from estimator_responses($1, $2)`

export async function listSurveys(db: Queryable): Promise<SurveyRow[]> {
  return (await db.query<SurveyRow>(SURVEYS)).rows.map(parsed)
}

export async function findSurvey(db: Queryable, id: string): Promise<SurveyRow | undefined> {
  const row = (await db.query<SurveyRow>(SURVEY, [id])).rows[0]
  return row && parsed(row)
}

// Defaults of the codebook (threshold, missing codes) hold for surveys that were stored before the field was.
const parsed = (row: SurveyRow): SurveyRow => ({ ...row, codebook: codebookSchema.parse(row.codebook) })

/** What estimates are made from. Nothing else in the API holds the connection behind it. */
export type Microdata = {
  responses(codebook: Codebook, columns: readonly string[]): Promise<readonly Response[]>
}
/** What surveys are read from: all that anybody may know of them, and the answers. */
export type SurveySource = { readonly pool: Queryable; readonly microdata: Microdata }

/** @param db logged in as the estimator (citywell_estimator), or as the owner of the database */
export const openMicrodata = (db: Queryable): Microdata => ({
  async responses({ id, population }, columns) {
    return withSampledShares((await db.query<Response>(RESPONSES, [id, columns])).rows, population)
  },
})

/** The answer, or null where it was not given or the question did not apply. */
export function answered(question: Question, raw: string | null | undefined): string | null {
  if (raw === null || raw === undefined || raw === '' || question.missing.includes(raw)) return null
  return raw
}
