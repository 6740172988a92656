import type { Queryable } from '#infra/db/pool.ts'

type Rows = Record<string, string[]>

/** Of every table: place and transactions of each row, also those that only locked it. */
export async function writtenRows(pool: Queryable): Promise<Rows> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'microdata')`,
  )
  const written: Rows = {}
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`select concat_ws(' ', ctid, xmin, xmax) as row from ${name}`)
    written[name] = rows.map(({ row }) => row)
  }
  return written
}
