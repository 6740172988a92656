import type { PoolClient } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import { isStored } from '../survey/is-stored.ts'
import { storeSurvey } from '../survey/store-survey.ts'
import type { LoadedPack } from './read-pack.ts'

const KEPT = `
  select id from survey where origin = 'person' union select id from survey_erased`

/**
 * Surveys of the pack; each replaces the one with the same id as a whole, unless it is the same. One that a person imported under that id stays,
 * and one that a person erased does not come back, under its own id or another.
 * @returns ids of the surveys of the pack that were left alone
 */
export async function loadSurveys(client: PoolClient, { surveys }: LoadedPack): Promise<string[]> {
  const kept = new Set((await client.query<{ id: string }>(KEPT)).rows.map(({ id }) => id))
  for (const { codebook, responses } of surveys) {
    if (kept.has(codebook.id) || (await isStored(client, { codebook, responses }))) continue
    await client.query('savepoint before_survey')
    try {
      await storeSurvey(client, { codebook, responses, origin: 'pack', by: null })
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'SURVEY_IS_A_VERSION')) throw error
      await client.query('rollback to savepoint before_survey')
      kept.add(codebook.id)
    }
  }
  return surveys.flatMap(({ codebook: { id } }) => (kept.has(id) ? [id] : []))
}
