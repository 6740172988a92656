import { polygonToCells } from 'h3-js'
import type { Queryable } from '#infra/db/pool.ts'
import type { Area } from '#model/basics/geo.ts'
import { goodSql } from '#model/observation/quality.ts'
import type { Hours } from '../../measurements/hours.ts'

/** Median signal power of one generation in one H3 cell. */
export type Signal = { readonly generation: string; readonly cell: string; readonly median: number; readonly n: number }

/** About 0.1 km2 a cell: a few street blocks. */
export const CELL_RESOLUTION = 9

// Good samples only. What names no generation is 3G where it is RSCP and 4G where it is RSRP.
const SIGNALS = `
  select case when d.channel in ('3g', '4g', '5g') then d.channel when d.property = 'rscp' then '3g' else '4g' end as generation,
         to_hex(h3_parent(m.cell, ${CELL_RESOLUTION})) as cell,
         percentile_cont(0.5) within group (order by m.result) as median, count(*)::int as n
  from mobile_observation m join datastream d on d.id = m.datastream_id
  where m.datastream_id = any($3::int[]) and ${goodSql('m.quality')} and m.phenomenon_time >= $1 and m.phenomenon_time < $2
  group by 1, 2`

/** Of Datastreams of rsrp and rscp. */
export async function signals(
  db: Queryable,
  ids: readonly number[],
  { from, to }: Pick<Hours, 'from' | 'to'>,
): Promise<Signal[]> {
  return (await db.query<Signal>(SIGNALS, [from, to, ids])).rows
}

/** The H3 cells whose centre lies in an area. */
export function cellsIn(area: Area): string[] {
  const polygons = area.type === 'Polygon' ? [area.coordinates] : area.coordinates
  return polygons.flatMap((rings) =>
    polygonToCells(
      rings.map((ring) => ring.map(([lon, lat]) => [lon, lat])),
      CELL_RESOLUTION,
      true,
    ),
  )
}
