import type { PoolClient } from '#infra/db/pool.ts'
import type { LoadedPack } from './read-pack.ts'

/** Who is named as the recorder of goals that came with the pack. */
const RECORDED_BY = 'city pack'

/**
 * Goals of the pack. What a person set or took back through the API stands; a row of the pack that changed since is a new
 * version.
 */
export async function loadGoals(client: PoolClient, { goals }: LoadedPack): Promise<void> {
  const rows = goals.map(({ code, dataPoint, benchmark, target, targetYear, baselineYear, source }) => ({
    ...{ code, data_point: dataPoint, benchmark, target, target_year: targetYear, baseline_year: baselineYear, source },
  }))
  await client.query(INSERT, [JSON.stringify(rows), RECORDED_BY])
}

const INSERT = `
  with row as (
    select * from jsonb_to_recordset($1::jsonb) as r
      (code text, data_point text, benchmark float8, target float8, target_year int, baseline_year int, source text)
  )
  insert into indicator_goal (code, data_point, benchmark, target, target_year, baseline_year, source, recorded_by)
  select row.*, $2
  from row
  left join lateral (
    select * from indicator_goal g where (g.code, g.data_point) = (row.code, row.data_point) order by g.id desc limit 1
  ) known on true
  where known.id is null or (known.recorded_by = $2 and
    (known.benchmark, known.target, known.target_year, known.baseline_year, known.source)
      is distinct from (row.benchmark, row.target, row.target_year, row.baseline_year, row.source))`
