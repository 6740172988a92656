import type { SchemaElement } from 'hyparquet'
import type { Queryable } from '#infra/db/pool.ts'

/** A column of a table as Parquet holds it: how it is selected, and what the driver's value becomes. */
export type ParquetColumn = {
  readonly name: string
  readonly select: string
  readonly element: SchemaElement
  readonly value: (selected: unknown) => unknown
}

/** What stands for the timestamps `infinity` and `-infinity`, which Parquet does not have: the last and first of Python. */
export const INFINITY_MICROS = 253_402_300_799_999_999n
export const MINUS_INFINITY_MICROS = -62_135_596_800_000_000n

type Kind = {
  readonly type: Omit<SchemaElement, 'name'>
  readonly select?: (column: string) => string
  readonly value?: (selected: string) => unknown
}
const TEXT: Kind = {
  type: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  select: (column) => `${column}::text`,
}
const INT32: Kind = { type: { type: 'INT32' } }
/** By the name of the type in PostgreSQL. Every other type is text as PostgreSQL writes it: JSON, arrays, bytes. */
const KINDS: Readonly<Record<string, Kind>> = {
  boolean: { type: { type: 'BOOLEAN' } },
  smallint: INT32,
  integer: INT32,
  bigint: { type: { type: 'INT64' }, select: (column) => `${column}::text`, value: BigInt },
  real: { type: { type: 'FLOAT' } },
  'double precision': { type: { type: 'DOUBLE' } },
  date: { type: { type: 'INT32', converted_type: 'DATE' }, select: (column) => `${column} - date '1970-01-01'` },
  'timestamp with time zone': {
    type: {
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
    select: (column) => `case ${column} when 'infinity' then '${INFINITY_MICROS}'
      when '-infinity' then '${MINUS_INFINITY_MICROS}' else trunc(extract(epoch from ${column}) * 1000000)::text end`,
    value: BigInt,
  },
}

export type ColumnType = { readonly name: string; readonly type: string }

/** Columns of a table or of a rollup, with the names of their types in PostgreSQL. */
export async function columnTypes(db: Queryable, relation: string): Promise<ColumnType[]> {
  const { rows } = await db.query<ColumnType>(
    `select attname::text as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [relation],
  )
  return rows
}

/** The same as Parquet. The observations have their result in addition to how it is stored. */
export async function parquetColumns(db: Queryable, relation: string): Promise<ParquetColumn[]> {
  const rows = await columnTypes(db, relation)
  const columns = rows.map(({ name, type }) => columnOf(name, `"${name}"`, type))
  const isPacked = ['scaled', 'divisor'].every((name) => rows.some((row) => row.name === name))
  return isPacked ? [...columns, columnOf('result', '(scaled::float8 / divisor::float8)', 'double precision')] : columns
}

function columnOf(name: string, expression: string, type: string): ParquetColumn {
  const { type: element, select = (column) => column, value } = KINDS[type] ?? TEXT
  return {
    name,
    select: `${select(expression)} as "${name}"`,
    element: { name, repetition_type: 'OPTIONAL', ...element },
    value: (selected) => (selected === null || value === undefined ? selected : value(selected as string)),
  }
}
