import type { Queryable } from '#infra/db/pool.ts'

export type Table = { readonly schema: string; readonly name: string; readonly isHypertable: boolean }

/** `"public"."thing"`, for a statement. Only names that the catalogue gave are quoted, never a caller's. */
export const quoted = ({ schema, name }: Pick<Table, 'schema' | 'name'>): string => `"${schema}"."${name}"`
export const labelOf = ({ schema, name }: Pick<Table, 'schema' | 'name'>): string => `${schema}.${name}`

/** Made by the migrations themselves, or only of use to the database they were written in; a session ends with its server. */
const LEFT_OUT = new Set([
  'public.schema_migration',
  'public.rollup_rescue',
  'public.quality_progress',
  'public.nightly_job',
  'public.session',
])

// Parents before children, so that every foreign key finds its target.
const TABLES = `
  with recursive own as (
    select c.oid, n.nspname::text as schema, c.relname::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname in ('public', 'microdata')
  ), depth as (
    select oid, 0 as level from own
    union all
    select f.conrelid, depth.level + 1 from depth
    join pg_constraint f on f.confrelid = depth.oid and f.contype = 'f' and f.conrelid <> f.confrelid
    where depth.level < 20
  )
  select own.schema, own.name, max(depth.level) as level,
         exists (select from timescaledb_information.hypertables h
                 where h.hypertable_schema = own.schema and h.hypertable_name = own.name) as "isHypertable"
  from own join depth using (oid) group by own.schema, own.name order by level, own.schema, own.name`

/** Every table with data of the city, parents before children. */
export async function listTables(db: Queryable): Promise<Table[]> {
  const { rows } = await db.query<Table>(TABLES)
  return rows.filter((table) => !LEFT_OUT.has(labelOf(table)))
}

type Column = { readonly name: string; readonly isIdentity: boolean; readonly isJson: boolean }

/** Columns that a row brings with it: all that are not computed. */
export async function columnsOf(db: Queryable, { schema, name }: Table): Promise<Column[]> {
  const { rows } = await db.query<Column>(
    `select column_name as name, is_identity = 'YES' as "isIdentity", data_type in ('json', 'jsonb') as "isJson"
     from information_schema.columns
     where table_schema = $1 and table_name = $2 and is_generated = 'NEVER' order by ordinal_position`,
    [schema, name],
  )
  return rows
}

export type Rollup = { readonly view: string; readonly materialized: string; readonly level: number }

/** Continuous aggregates, those over raw observations first. */
export const listRollups = async (db: Queryable): Promise<Rollup[]> =>
  (await db.query<Rollup>('select view, materialized, level from rollup_view order by level, view')).rows
