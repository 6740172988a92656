import type { PoolClient } from '#infra/db/pool.ts'
import type { LoadedPack } from './read-pack.ts'

/** Surveys of the pack; each replaces the one with the same id as a whole. */
export async function loadSurveys(client: PoolClient, { surveys }: LoadedPack): Promise<void> {
  for (const { codebook, responses } of surveys) {
    await client.query('delete from survey where id = $1', [codebook.id])
    await client.query('insert into survey (id, codebook, respondents) values ($1, $2, $3)', [
      codebook.id,
      JSON.stringify(codebook),
      responses.length,
    ])
    const rows = responses.map((response) => ({ ...response, zone: response.zone ?? null }))
    await client.query(
      `insert into microdata.response (survey_id, respondent, weight, stratum, cluster, zone_key, answers)
       select $1, r.respondent, r.weight, r.stratum, r.cluster, r.zone, r.answers
       from jsonb_to_recordset($2::jsonb) as r
         (respondent text, weight float8, stratum text, cluster text, zone text, answers jsonb)`,
      [codebook.id, JSON.stringify(rows)],
    )
  }
}
