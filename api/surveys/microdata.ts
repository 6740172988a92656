import type { Queryable } from '#infra/db/pool.ts'
import { cellId } from '#model/statistics/disclosure/linked-tables.ts'
import type { ProtectionRequest } from '#model/statistics/disclosure/protect-intervals.ts'
import { createCalibration } from '#model/statistics/estimation/calibration.ts'
import { createReplication } from '#model/statistics/estimation/replication.ts'
import { type VarianceMethod, withSampledShares } from '#model/statistics/estimation/survey-design.ts'
import { type Codebook, codebookSchema, type Question, type SurveyArea } from '#model/survey/codebook.ts'
import { openProtection, type Protection } from './protection.ts'
import { openPublications, type Publications } from './publications.ts'

export type SurveyRow = {
  readonly codebook: Codebook
  readonly respondents: number
  readonly origin: 'pack' | 'person'
  readonly importedAt: Date
  readonly areas: readonly SurveyArea[]
}

/** One respondent: how it was sampled, its zone, and its answers to the requested columns, in their order. */
export type Response = {
  readonly weight: number
  readonly stratum: string
  readonly cluster: string
  readonly sampled?: number
  readonly sampledWithin?: number
  readonly replicateWeights: readonly number[] | null
  readonly variance: VarianceMethod
  readonly zone: string | null
  readonly answers: readonly (string | null)[]
}

const COLUMNS = 'codebook, respondents, origin, imported_at as "importedAt", areas'
// latest fieldwork first
const SURVEYS = `select ${COLUMNS} from survey order by codebook ->> 'to' desc, id`
const SURVEY = `select ${COLUMNS} from survey where id = $1`
// The one door to the answers (migration 010). Who calls it sees single respondents, so the API's own role may not.
const RESPONSES = `
  select weight, base_weight as "baseWeight", cluster_size as "clusterSize", replicates as "replicateWeights",
         stratum, cluster, zone, answers
  from estimator_responses($1, $2)`
const KEPT_BACK = 'select estimator_kept_back($1, $2) as cell'

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
  /** cells of a question ('': of everybody) that erasures have touched: their figures would show what changed */
  suppressionSeeds(survey: string, question: string): Promise<readonly string[]>
  /** what was published of the survey before its present version and erasures, and where to note what is published now */
  publications(survey: string): Promise<Publications>
  /** which cells are suppressed */
  protect(request: ProtectionRequest): Promise<Protection>
}
/** What surveys are read from: all that anybody may know of them, and the answers. */
export type SurveySource = { readonly pool: Queryable; readonly microdata: Microdata }

type Row = Omit<Response, 'variance' | 'sampled' | 'sampledWithin'> & {
  readonly baseWeight: number | null
  readonly clusterSize: number | null
}

/** @param db logged in as the estimator (citywell_estimator), or as the owner of the database */
export const openMicrodata = (db: Queryable): Microdata => ({
  protect: openProtection(db),
  publications: openPublications(db),
  async suppressionSeeds(survey, question) {
    const { rows } = await db.query<{ cell: Record<string, string> }>(KEPT_BACK, [survey, question])
    return rows.map(({ cell }) => cellId(cell)).sort()
  },
  async responses(codebook, columns) {
    // what the weights were raked to comes along, for the variance, and goes no further
    const margins = (codebook.margins ?? []).map(({ column }) => column)
    const { rows } = await db.query<Row>(RESPONSES, [codebook.id, [...columns, ...margins]])
    const variance = varianceOf(codebook, rows, columns.length)
    const asked = rows.map((row) => ({ ...row, answers: row.answers.slice(0, columns.length), variance }))
    return withSampledShares(asked, knownClusters(codebook))
  },
})

function varianceOf({ margins = [], replicates }: Codebook, rows: readonly Row[], at: number): VarianceMethod {
  const weighed = rows.flatMap(({ weight, replicateWeights }) =>
    replicateWeights && replicateWeights.length > 0 ? [{ weight, replicateWeights }] : [],
  )
  if (replicates && rows.length > 0 && weighed.length === rows.length)
    return { replication: createReplication(replicates, weighed) }
  // surveys stored before sample weights were recorded use their raked weights as given
  const raked = rows.flatMap(({ weight, baseWeight, zone, answers }) =>
    baseWeight === null
      ? []
      : [
          {
            weight,
            baseWeight,
            categories: margins.map(({ column }, k) => (column === 'zone' ? zone : answers[at + k]) ?? ''),
          },
        ],
  )
  return margins.length > 0 && rows.length > 0 && raked.length === rows.length
    ? { calibration: createCalibration(raked) }
    : {}
}

/** Clusters of the population; not where the second stage is left open, because the variance would lack it. */
function knownClusters({ population, columns, wholeClusters }: Codebook): Codebook['population'] {
  const isDeclared = columns.cluster === undefined || columns.clusterSize !== undefined || wholeClusters
  return isDeclared ? population : undefined
}

/** The answer, or null where it was not given or the question did not apply. */
export function answered(question: Question, raw: string | null | undefined): string | null {
  if (raw === null || raw === undefined || raw === '' || question.missing.includes(raw)) return null
  return raw
}

/** Whether the question was put to the respondent: an empty cell says no only where the codebook says so. */
export function wasAsked({ blank, inapplicable }: Question, raw: string | null | undefined): boolean {
  if (raw === null || raw === undefined || raw === '') return blank === 'not_answered'
  return !inapplicable?.includes(raw)
}
