import type { Queryable } from '#infra/db/pool.ts'
import { goodSql } from '#model/observation/quality.ts'
import { confirmedSql } from '../measurements/confirmed.ts'

export type CoverageQuery = {
  property: string
  channel: string | undefined
  resolution: number
  from: Date
  to: Date
  limit: number
}
export type CoverageCell = { cell: string; n: number; p10: number; p50: number; p90: number; mean: number }

// A mean hides the badly served, hence the quantiles. Suspect and failed samples stay out.
const COVERAGE = `
  with samples as (
    select h3_parent(m.cell, $3) as cell, m.result
    from mobile_observation m
    where m.datastream_id in (
        select d.id from datastream d join thing t on t.id = d.thing_id
        where d.property = $1 and ($2::text is null or d.channel = $2) and ${confirmedSql('t')})
      and m.phenomenon_time >= $4 and m.phenomenon_time < $5 and ${goodSql('m.quality')}
  ), cells as (
    select cell, count(*) as n, avg(result) as mean,
           percentile_cont(array[0.1, 0.5, 0.9]) within group (order by result) as q
    from samples group by cell
  )
  select to_hex(cell) as cell, n, mean, q[1] as p10, q[2] as p50, q[3] as p90, count(*) over () as total
  from cells
  order by n desc, cell
  limit $6`

/** H3 cells with the quantiles of their samples, the best sampled first; `total` counts past the limit. */
export async function selectCoverage(
  db: Queryable,
  query: CoverageQuery,
): Promise<{ cells: CoverageCell[]; total: number }> {
  const { property, channel, resolution, from, to, limit } = query
  const { rows } = await db.query<CoverageCell & { total: number }>({
    text: COVERAGE,
    values: [property, channel ?? null, resolution, from, to, limit],
  })
  return { cells: rows.map(({ total: _, ...cell }) => cell), total: rows[0]?.total ?? 0 }
}
