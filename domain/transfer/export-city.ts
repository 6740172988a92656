import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listMigrations, pendingMigrations } from '#infra/db/migrate.ts'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import { PRIVATE, writeLines } from './archive-file.ts'
import { FORMAT, MANIFEST, type Manifest, type ManifestFile } from './manifest.ts'
import { type ColumnType, columnTypes, parquetColumns } from './parquet-columns.ts'
import { labelOf, listRollups, listTables, quoted } from './tables.ts'
import { type Rows, writeParquet } from './write-parquet.ts'

const BATCH_ROWS = 5_000

/** `ndjson`: one JSON line per row; `parquet`: for programs that analyse data. Both can be restored. */
export const EXPORT_FORMATS = ['ndjson', 'parquet'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/**
 * Writes everything a city has into a folder: one file per table and per rollup, and a manifest with
 * digests. One snapshot: what is stored meanwhile is in it as a whole or not at all.
 * @throws AppError CONFIG_INVALID when the folder is not empty, or the schema is not that of this version
 */
export async function exportCity(
  pool: Pool,
  folder: string,
  now: Date,
  format: ExportFormat = 'ndjson',
): Promise<Manifest> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0)
    throw new AppError('CONFIG_INVALID', `${folder} is not empty; an export is written into a folder of its own`)
  const pending = await pendingMigrations(pool)
  if (pending.length > 0)
    throw new AppError(
      'CONFIG_INVALID',
      `the schema is not that of this version (${pending.join(', ')}): migrate first`,
    )
  const schema = Object.fromEntries((await listMigrations()).map(({ name, checksum }) => [name, checksum]))
  const manifest = await inTransaction(
    pool,
    async (client): Promise<Manifest> => {
      await client.query('set local statement_timeout = 0')
      const files: ManifestFile[] = []
      for (const table of await listTables(client)) {
        const name = labelOf(table)
        files.push(await write(client, { folder, name, kind: 'table', from: quoted(table), format }))
      }
      for (const { view, materialized, level } of await listRollups(client))
        if (level === 1)
          files.push(await write(client, { folder, name: view, kind: 'rollup', from: materialized, format }))
      const city = await client.query<{ name: string }>(`select pack ->> 'name' as name from city`)
      return { format: FORMAT, exportedAt: now.toISOString(), city: city.rows[0]?.name ?? null, schema, files }
    },
    'begin isolation level repeatable read read only',
  )
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  await writeFile(join(folder, MANIFEST), text, { flag: 'wx', mode: PRIVATE, flush: true })
  return manifest
}

type Part = {
  readonly folder: string
  readonly name: string
  readonly kind: ManifestFile['kind']
  readonly from: string
  readonly format: ExportFormat
}

async function write(client: PoolClient, { folder, name, kind, from, format }: Part): Promise<ManifestFile> {
  const file = `${kind}.${name}.${format === 'parquet' ? 'parquet' : 'ndjson.gz'}`
  const path = join(folder, file)
  if (format === 'parquet') {
    const columns = await parquetColumns(client, from)
    const selected = columns.map(({ select }) => select).join(', ')
    const written = await writeParquet(path, columns, rowsOf(client, `select ${selected} from ${from} t`))
    return { name, kind, file, ...written }
  }
  const rows = rowsOf(client, selectLines(from, await columnTypes(client, from)))
  async function* lines(): AsyncGenerator<string[]> {
    for await (const batch of rows) yield batch.map(({ line }) => line as string)
  }
  return { name, kind, file, ...(await writeLines(path, lines())) }
}

/**
 * Rows as lines of JSON. A column of type json or jsonb is its text, because `null` in a row stands for no value: the value null of
 * JSON would be lost.
 */
export function selectLines(from: string, columns: readonly ColumnType[]): string {
  const values = columns.map(({ name, type }) => (/^jsonb?$/.test(type) ? `"${name}"::text` : `"${name}"`))
  return `select row_to_json(t)::text as line from (select ${values.join(', ')} from ${from}) t`
}

async function* rowsOf(client: PoolClient, query: string): AsyncGenerator<Rows> {
  await client.query(`declare exported no scroll cursor for ${query}`)
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>(`fetch ${BATCH_ROWS} from exported`)
    if (rows.length === 0) break
    yield rows
  }
  await client.query('close exported')
}
