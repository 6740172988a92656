import type { PoolClient } from '#infra/db/pool.ts'
import type { LoadedPack } from './read-pack.ts'

/** Who is named as the recorder of values that came with the pack. */
const RECORDED_BY = 'city pack'

/** Reported values of the pack. A row equal to the newest version of its key is not recorded again. */
export async function loadReported(client: PoolClient, { city, reported }: LoadedPack): Promise<void> {
  const rows = reported.map((row) => ({
    ...row,
    numerator: row.numerator ?? null,
    denominator: row.denominator ?? null,
    value: row.value ?? null,
    simulated: city.simulated,
    recorded_by: RECORDED_BY,
  }))
  await client.query(INSERT, [JSON.stringify(rows)])
}

const INSERT = `
  with row as (
    select * from jsonb_to_recordset($1::jsonb) as r
      (code text, data_point text, zone text, period text, numerator float8, denominator float8, value float8, unit text,
       source text, data_quality text, verified boolean, note text, simulated boolean, recorded_by text)
  )
  insert into reported_value
    (code, data_point, zone_key, period, numerator, denominator, value, unit, source, data_quality, verified, note, simulated, recorded_by)
  select row.code, row.data_point, row.zone, row.period, row.numerator, row.denominator,
         row.value, row.unit, row.source,
         row.data_quality, row.verified, row.note, row.simulated, row.recorded_by
  from row
  where not exists (
    select from reported_value known
    where (known.code, known.data_point, known.zone_key, known.period) = (row.code, row.data_point, row.zone, row.period))`
