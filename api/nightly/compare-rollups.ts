/**
 * Every rollup of the catalogue against what its own definition gives of its source now: a continuous aggregate that a migration adds
 * is compared without a line here. What rests on another rollup is compared with that one, which is compared with raw.
 */
import type { Queryable } from '#infra/db/pool.ts'

/** One Datastream on one day (UTC) of which buckets of a rollup are not what its definition gives. */
export type RollupDifference = {
  readonly rollup: string
  readonly day: string
  readonly datastreamId: number
  readonly buckets: number
  /** which columns differ; none where a bucket is missing or should not be there */
  readonly columns: readonly string[]
}
type Rollup = { readonly name: string; readonly statement: string }

type Row = {
  name: string
  definition: string
  source: string
  time: string
  width: string
  columns: { name: string; numeric: boolean }[]
}
const ROLLUPS = `
  select v.view as name, c.view_definition as definition, coalesce(parent.view, raw.table_name::text) as source,
         coalesce(parent.time, dimension.column_name::text) as time, bucketing.bucket_width as width,
         (select json_agg(json_build_object('name', a.attname, 'numeric', a.atttypid in ('float8'::regtype, 'numeric'::regtype, 'int8'::regtype))
                          order by a.attnum)
          from pg_attribute a
          where a.attrelid = format('public.%I', v.view)::regclass and a.attnum > 0 and a.attname not in ('datastream_id', 'bucket')) as columns
  from rollup_view v
  join timescaledb_information.continuous_aggregates c on c.view_schema = 'public' and c.view_name = v.view
  join _timescaledb_catalog.continuous_aggs_bucket_function bucketing on bucketing.mat_hypertable_id = v.mat_hypertable_id
  join _timescaledb_catalog.hypertable raw on raw.id = v.raw_hypertable_id
  join _timescaledb_catalog.dimension dimension on dimension.hypertable_id = raw.id
  left join (select view, mat_hypertable_id, 'bucket' as time from rollup_view) parent on parent.mat_hypertable_id = v.raw_hypertable_id
  order by v.level, v.view`

/** A statement for each rollup: `$1` and `$2` are the edges of the day. */
export async function listRollups(db: Queryable): Promise<Rollup[]> {
  return (await db.query<Row>(ROLLUPS)).rows.map((row) => ({ name: row.name, statement: statementOf(row) }))
}

// The name of the source stands for a part of it: of all the buckets that begin on the day. Sums come in different orders, so they
// may differ in the last digits; nothing else may.
const statementOf = ({ name, definition, source, time, width, columns }: Row): string => {
  const differs = ({ name: column, numeric }: Row['columns'][number]): string =>
    numeric
      ? `(d."${column}" is null) <> (s."${column}" is null) or abs(d."${column}"::float8 - s."${column}"::float8) > 1e-9 * greatest(1, abs(d."${column}"::float8))`
      : `d."${column}" is distinct from s."${column}"`
  const flags = columns.map((column) => `coalesce(${differs(column)}, false) as "${column.name}"`)
  const any = columns.map(({ name: column }) => `"${column}"`)
  const listed = columns.map(({ name: column }) => `case when bool_or(here and "${column}") then '${column}' end`)
  return `
  with ${source} as (
    select * from public.${source} where ${time} >= $1::timestamptz and ${time} < $2::timestamptz + interval '${width}'
  ), compared as (
    select coalesce(d.datastream_id, s.datastream_id) as id, d.bucket is not null and s.bucket is not null as here, ${flags.join(', ')}
    from (select * from (${definition.replace(/;\s*$/, '')}) defined where bucket >= $1::timestamptz and bucket < $2::timestamptz) d
    full join (select * from public.${name} where bucket >= $1::timestamptz and bucket < $2::timestamptz) s
      on s.datastream_id = d.datastream_id and s.bucket = d.bucket
  )
  select id, count(*)::int as buckets, array_remove(array[${listed.join(', ')}], null) as columns
  from compared where not here or ${any.join(' or ')}
  group by id order by id`
}

/** All differences of a rollup on a day. */
export async function compareRollup(
  db: Queryable,
  { name, statement }: Rollup,
  [from, to]: readonly [Date, Date],
): Promise<RollupDifference[]> {
  type Found = { id: number; buckets: number; columns: string[] }
  const { rows } = await db.query<Found>(statement, [from, to])
  const day = from.toISOString().slice(0, 10)
  return rows.map(({ id, buckets, columns }) => ({ rollup: name, day, datastreamId: id, buckets, columns }))
}
