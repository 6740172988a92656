import type { Queryable } from '#infra/db/pool.ts'
import type { Codebook } from '#model/survey/codebook.ts'
import type { SurveyResponse } from '#model/survey-file/response.ts'
import { areasOf, batchesOf } from './areas.ts'

const STORED = `
  select (select count(*)::int from microdata.response where survey_id = $1) as answers,
         (select count(*)::int from microdata.withdrawn where survey_id = $1) as withdrawn
  from survey where id = $1 and origin = 'pack' and codebook::text = $2 and areas = $3::jsonb`
// Where survey_add_responses() would put each of them, and what it would store there (migration 059).
const COMPARED = `
  select count(*) filter (where is_answer)::int as answers, count(*) filter (where is_withdrawn)::int as withdrawn,
         coalesce(bool_and(same), true) as same
  from jsonb_to_recordset($2::jsonb) as given
    (respondent text, weight float8, "baseWeight" float8, "clusterSize" float8, "replicateWeights" jsonb,
     stratum text, cluster text, zone text, answers jsonb)
  left join microdata.erased e on e.survey_id = $1 and e.digest = microdata.digest_of($1, given.respondent)
  left join microdata.set_aside s on s.survey_id = $1 and s.digest = e.digest
  left join microdata.response r on r.survey_id = $1 and r.respondent = given.respondent
  left join microdata.withdrawn w on w.survey_id = $1 and w.place = md5(given.respondent || $1)
  cross join lateral (
    select e.digest is null as is_answer, e.digest is not null and not e.released and s.digest is null as is_withdrawn
  ) kind
  cross join lateral (
    select (r.respondent is not null) = is_answer and (w.place is not null) = is_withdrawn and (
      not is_answer and not is_withdrawn
      or (given.weight, given."baseWeight", given."clusterSize",
          case when jsonb_typeof(given."replicateWeights") = 'array' then given."replicateWeights" end,
          coalesce(given.stratum, ''), coalesce(given.cluster, ''), given.zone, given.answers)
        is not distinct from case
          when is_answer then (r.weight, r.base_weight, r.cluster_size, to_jsonb(r.replicates), r.stratum, r.cluster, r.zone_key, r.answers)
          else (w.weight, w.base_weight, w.cluster_size, to_jsonb(w.replicates), w.stratum, w.cluster, w.zone_key, w.answers)
        end) as same
  ) compared`

type Counts = { readonly answers: number; readonly withdrawn: number }

/**
 * Whether storing this survey of a pack would leave everything as it is. The rows themselves are compared: of a file in which somebody was
 * erased since, a digest would still say what they had answered to whoever tries all answers, with a salt as without.
 */
export async function isStored(
  client: Queryable,
  { codebook, responses }: { readonly codebook: Codebook; readonly responses: readonly SurveyResponse[] },
): Promise<boolean> {
  const { id } = codebook
  const areas = await areasOf(client, codebook, responses)
  const [stored] = (await client.query<Counts>(STORED, [id, JSON.stringify(codebook), JSON.stringify(areas)])).rows
  if (!stored) return false
  const found = { answers: 0, withdrawn: 0 }
  for (const batch of batchesOf(responses, areas)) {
    const { rows } = await client.query<Counts & { same: boolean }>(COMPARED, [id, JSON.stringify(batch)])
    const [compared] = rows
    if (!compared?.same) return false
    found.answers += compared.answers
    found.withdrawn += compared.withdrawn
  }
  return found.answers === stored.answers && found.withdrawn === stored.withdrawn
}
