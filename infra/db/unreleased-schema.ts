import type { Queryable } from './pool.ts'

/**
 * Some migrations were edited while the first schema was being developed, before their checksums were recorded. What the
 * final version of each leaves in the catalogue, and its earlier versions do not:
 */
const MARKS: ReadonlyMap<string, string> = new Map([
  [
    '002_observations.sql',
    `exists (select from information_schema.columns where table_name = 'observation_daily' and column_name = 'usable_hourly_means')
     and exists (select from pg_constraint where conrelid = 'latest_observation'::regclass and contype = 'f')`,
  ],
  [
    '004_indicators.sql',
    `exists (select from information_schema.columns
             where table_name = 'survey' and column_name = 'codebook' and data_type = 'json')`,
  ],
  [
    '013_sound.sql',
    `exists (select from information_schema.columns where table_name = 'sound_hourly' and column_name = 'suspect_energy')`,
  ],
  [
    '018_voices.sql',
    `exists (select from information_schema.columns where table_name = 'voice' and column_name = 'delete_on')`,
  ],
])

/** Which of these applied migrations left something else than their released version does. */
export async function unreleasedParts(db: Queryable, applied: ReadonlySet<string>): Promise<string[]> {
  const unreleased: string[] = []
  for (const [name, mark] of MARKS) {
    if (!applied.has(name)) continue
    const { rows } = await db.query<{ released: boolean }>(`select ${mark} as released`)
    if (!rows[0]?.released) unreleased.push(name)
  }
  return unreleased
}
