import type { PoolClient } from '#infra/db/pool.ts'
import { storeSurvey } from '../survey/store-survey.ts'
import type { LoadedPack } from './read-pack.ts'

const KEPT = `
  select id from survey where origin = 'person' union select id from survey_erased`

/**
 * Surveys of the pack; each replaces the one with the same id as a whole. One that a person imported under that id stays,
 * and one that a person erased does not come back.
 * @returns ids of the surveys of the pack that were left alone
 */
export async function loadSurveys(client: PoolClient, { surveys }: LoadedPack): Promise<string[]> {
  const kept = new Set((await client.query<{ id: string }>(KEPT)).rows.map(({ id }) => id))
  for (const { codebook, responses } of surveys) {
    if (!kept.has(codebook.id)) await storeSurvey(client, { codebook, responses, origin: 'pack', by: null })
  }
  return surveys.flatMap(({ codebook: { id } }) => (kept.has(id) ? [id] : []))
}
