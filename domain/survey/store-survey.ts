import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Codebook, SurveyArea } from '#model/survey/codebook.ts'
import type { SurveyResponse } from '#model/survey-file/response.ts'
import { areasOf, batchesOf } from './areas.ts'

export type SurveyToStore = {
  readonly codebook: Codebook
  readonly responses: readonly SurveyResponse[]
  readonly origin: 'pack' | 'person'
  /** who answers for it; null for what a pack brings */
  readonly by: string | null
}
export type Stored = {
  readonly respondents: number
  /** respondents of the file who were erased earlier and stay out */
  readonly erased: number
  readonly areas: readonly SurveyArea[]
  /** respondents, drawn at random, who take part in no figure: an earlier version differed by too few */
  readonly setAside: number
  /** cells whose figures would show the difference to an earlier version, and are suppressed from now on */
  readonly keptBack: number
}

const REPLACING = `select survey_replacing($1)`
const REPLACED = `select set_aside as "setAside", kept_back as "keptBack" from survey_replaced($1)`
const DELETE = `delete from survey where id = $1`
const INSERT = `
  insert into survey (id, codebook, respondents, origin, imported_by, areas) values ($1, $2, 0, $3, $4, $5)`
const ADD = `select survey_add_responses($1, $2) as added`
const COUNT = `update survey set respondents = $2 where id = $1`
const VERSIONS_OF = `select id, deleted_on::text as "deletedOn", common from survey_versions_of($1)`
const FORGET_ERASURE = `delete from survey_erased where id = $1`

/**
 * Replaces the survey with the same id as a whole, so that nobody learns an answer by comparing it with any earlier version (migration
 * 055). Runs in the transaction of the caller: all of it, or nothing.
 * @throws AppError SURVEY_IS_A_VERSION where it is another version of a deleted survey, or of one with another id
 */
export async function storeSurvey(
  client: Queryable,
  { codebook, responses, origin, by }: SurveyToStore,
  onProgress: (stored: number) => void = () => {},
): Promise<Stored> {
  const { id } = codebook
  const areas = await areasOf(client, codebook, responses)
  // comparing two versions of a large file takes minutes
  await client.query(`set local statement_timeout = '10min'`)
  await client.query(REPLACING, [id])
  await client.query(DELETE, [id])
  await client.query(INSERT, [id, JSON.stringify(codebook), origin, by, JSON.stringify(areas)])
  let respondents = 0
  let sent = 0
  for (const batch of batchesOf(responses, areas)) {
    const { rows } = await client.query<{ added: number }>(ADD, [id, JSON.stringify(batch)])
    respondents += rows[0]?.added ?? 0
    sent += batch.length
    onProgress(sent)
  }
  await client.query(COUNT, [id, respondents])
  await client.query(FORGET_ERASURE, [id])
  await refuseVersion(client, id)
  type Replaced = Pick<Stored, 'setAside' | 'keptBack'>
  const replaced = (await client.query<Replaced>(REPLACED, [id])).rows[0] ?? { setAside: 0, keptBack: 0 }
  return { respondents, erased: responses.length - respondents, areas, ...replaced }
}

type VersionOf = { readonly id: string; readonly deletedOn: string | null; readonly common: number }

/** What it is a version of cannot be compared with it, so its figures would show in whose answers the two differ. */
async function refuseVersion(client: Queryable, id: string): Promise<void> {
  const of = (await client.query<VersionOf>(VERSIONS_OF, [id])).rows[0]
  if (!of) return
  const isSame = of.id === id
  if (of.deletedOn === null)
    throw new AppError(
      'SURVEY_IS_A_VERSION',
      `survey "${id}" has ${of.common} respondents in common with survey "${of.id}" of the same time: import it as "${of.id}", which replaces that one`,
    )
  throw new AppError(
    'SURVEY_IS_A_VERSION',
    `survey "${id}" differs from ${isSame ? 'the one' : `survey "${of.id}"`} that was deleted on ${of.deletedOn} (respondents in common: ${of.common}), so a comparison of published figures could reveal answers: import what was deleted as "${of.id}" first, then this file as "${of.id}"`,
  )
}
