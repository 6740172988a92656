import type { Queryable } from '#infra/db/pool.ts'
import { coarsenZones } from '#model/statistics/disclosure/coarsen-zones.ts'
import type { Codebook, SurveyArea } from '#model/survey/codebook.ts'
import type { SurveyResponse } from '#model/survey-file/response.ts'

/** Answers sent to the database at once: a few megabytes. */
const BATCH = 2_000
// A corner stands for the zone well enough to say which other zone is the nearest.
const ZONES = `
  select key, name, min((c ->> 0)::float8) + max((c ->> 0)::float8) as x, min((c ->> 1)::float8) + max((c ->> 1)::float8) as y
  from zone, jsonb_path_query(geometry, 'strict $.coordinates.**{1 to 4} ? (@.type() == "array" && @[0].type() == "number")') as c
  group by key, name`

/** Zones that have too few respondents of the whole survey, joined to their nearest. */
export async function areasOf(
  client: Queryable,
  { threshold }: Codebook,
  responses: readonly SurveyResponse[],
): Promise<SurveyArea[]> {
  const n = new Map<string, number>()
  for (const { zone } of responses) if (zone !== null) n.set(zone, (n.get(zone) ?? 0) + 1)
  if ([...n.values()].every((count) => count >= threshold)) return []
  const zones = (await client.query<{ key: string; name: string; x: number; y: number }>(ZONES)).rows
  const nameOf = new Map(zones.map(({ key, name }) => [key, name]))
  const samples = zones.map(({ key, x, y }) => ({ key, x, y, n: n.get(key) ?? 0 }))
  return coarsenZones(samples, threshold).map(({ key, zones: members }) => ({
    key,
    name: members.map((zone) => nameOf.get(zone) ?? zone).join(' + '),
    zones: [...members],
  }))
}

/** The answers as they are stored: of a zone that was joined, its area. */
export function* batchesOf(
  responses: readonly SurveyResponse[],
  areas: readonly SurveyArea[],
): Generator<SurveyResponse[]> {
  const areaOf = new Map(areas.flatMap(({ key, zones }) => zones.map((zone) => [zone, key])))
  for (let from = 0; from < responses.length; from += BATCH)
    yield responses
      .slice(from, from + BATCH)
      .map((one) => ({ ...one, zone: one.zone === null ? null : (areaOf.get(one.zone) ?? one.zone) }))
}
