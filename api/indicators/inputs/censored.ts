import type { Queryable } from '#infra/db/pool.ts'
import type { Hours } from '../../measurements/hours.ts'

/** How many of the good observations of a Datastream are limits: "<2" below detection, ">500" above the range. */
export type CensoredCount = { readonly below: number; readonly above: number }

const COUNTS = `
  select datastream_id as id, sum(below)::int as below, sum(above)::int as above
  from censored_hourly where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3 group by 1`

/** By Datastream id; Datastreams without any are absent. */
export async function censoredCounts(
  db: Queryable,
  ids: readonly number[],
  { from, to }: Hours,
): Promise<ReadonlyMap<number, CensoredCount>> {
  const { rows } = await db.query<CensoredCount & { id: number }>(COUNTS, [ids, from, to])
  return new Map(rows.map(({ id, ...count }) => [id, count]))
}
