import { join } from 'node:path'
import { cancelWaitingNotifications } from '#domain/notifications/after-restore.ts'
import { listMigrations, migrate } from '#infra/db/migrate.ts'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import { digestOf, readLines } from './archive-file.ts'
import { type Manifest, type ManifestFile, readManifest } from './manifest.ts'
import { readParquetLines } from './read-parquet.ts'
import { columnsOf, labelOf, listRollups, listTables, quoted, type Table } from './tables.ts'

const BATCH_ROWS = 2_000

/**
 * Brings an exported city into an empty database: all of it, in one transaction, or nothing.
 * @throws AppError CONFIG_INVALID when the export is incomplete or damaged, comes from another schema, or the database has a city
 */
export async function restoreCity(pool: Pool, folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder)
  for (const { file, sha256 } of manifest.files) {
    if ((await digestOf(join(folder, file))) !== sha256)
      throw new AppError('CONFIG_INVALID', `${join(folder, file)} is not what was exported: its SHA-256 differs`)
  }
  await requireSameSchema(manifest)
  await migrate(pool)
  await requireEmpty(pool)
  await inTransaction(pool, (client) => restoreTables(client, folder, manifest))
  await restoreRollups(pool, folder, manifest)
  return manifest
}

async function requireSameSchema({ schema }: Manifest): Promise<void> {
  const now = new Map((await listMigrations()).map(({ name, checksum }) => [name, checksum]))
  const names = new Set([...now.keys(), ...Object.keys(schema)])
  const differing = [...names].filter((name) => now.get(name) !== schema[name])
  if (differing.length > 0)
    throw new AppError(
      'CONFIG_INVALID',
      `the export has the schema of another version (${differing.join(', ')}): restore it with that version, then upgrade`,
    )
}

async function requireEmpty(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ taken: boolean }>(
    'select exists (select from city) or exists (select from thing) or exists (select from ingest_ledger) as taken',
  )
  if (rows[0]?.taken)
    throw new AppError('CONFIG_INVALID', 'the database has a city already; restore into an empty database or DATA_DIR')
}

async function restoreTables(client: PoolClient, folder: string, { files, format }: Manifest): Promise<void> {
  await client.query('set local statement_timeout = 0')
  const ofTable = new Map(files.flatMap((file) => (file.kind === 'table' ? [[file.name, file] as const] : [])))
  for (const table of await listTables(client)) {
    const file = ofTable.get(labelOf(table))
    if (!file) throw new AppError('CONFIG_INVALID', `the export has no table ${labelOf(table)}`)
    await restoreTable(client, folder, { table, file, format })
  }
  await cancelWaitingNotifications(client)
}

type Part = { readonly table: Table; readonly file: ManifestFile; readonly format: Manifest['format'] }

async function restoreTable(client: PoolClient, folder: string, { table, file, format }: Part): Promise<void> {
  const target = quoted(table)
  const columns = await columnsOf(client, table)
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  // Triggers would write again what they wrote before the export. Those of hypertables belong to TimescaleDB and stay.
  if (!table.isHypertable) await client.query(`alter table ${target} disable trigger user`)
  // rows that migrations or triggers put there
  await client.query(`delete from ${target}`)
  let rows = 0
  for await (const lines of linesOf(folder, file)) {
    await client.query(
      `insert into ${target} (${names}) overriding system value ${selectRows(target, columns, hasJsonAsText(format, file))}`,
      [`[${lines.join(',')}]`],
    )
    rows += lines.length
  }
  if (!table.isHypertable) await client.query(`alter table ${target} enable trigger user`)
  if (rows !== file.rows)
    throw new AppError('CONFIG_INVALID', `${file.file} has ${rows} rows, and ${file.rows} were exported`)
  for (const { name, isIdentity } of columns) {
    if (!isIdentity) continue
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), max("${name}")) from ${target} having max("${name}") is not null`,
      [target, name],
    )
  }
}

const hasJsonAsText = (format: Manifest['format'], { file }: ManifestFile): boolean =>
  format >= 2 || file.endsWith('.parquet')

/** The rows of `$1`, an array of lines as `selectLines` and `readParquetLines` write them. */
export function selectRows(
  target: string,
  columns: readonly { readonly name: string; readonly isJson: boolean }[],
  hasJsonAsText = true,
): string {
  const isText = (isJson: boolean): boolean => isJson && hasJsonAsText
  const values = columns.map(({ name, isJson }) => (isText(isJson) ? `(line ->> '${name}')::json` : `t."${name}"`))
  if (!columns.some(({ isJson }) => isText(isJson)))
    return `select ${values.join(', ')} from json_populate_recordset(null::${target}, $1::json) t`
  return `select ${values.join(', ')} from json_array_elements($1::json) lines (line), json_populate_record(null::${target}, line) t`
}

const linesOf = (folder: string, { file }: ManifestFile) =>
  file.endsWith('.parquet')
    ? readParquetLines(join(folder, file), BATCH_ROWS)
    : readLines(join(folder, file), BATCH_ROWS)

/** Rolls up what raw there is, then adds the rollups whose raw is gone: neither is enough alone. */
async function restoreRollups(pool: Pool, folder: string, { files }: Manifest): Promise<void> {
  const rollups = await listRollups(pool)
  const refresh = async (level: number): Promise<void> => {
    for (const { view } of rollups.filter((rollup) => rollup.level === level))
      await pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
  }
  await refresh(1)
  await inTransaction(pool, async (client) => {
    await client.query('set local statement_timeout = 0')
    for (const file of files.filter(({ kind }) => kind === 'rollup')) {
      for await (const lines of linesOf(folder, file)) {
        await client.query(
          `insert into rollup_rescue (view, datastream_id, bucket, content)
           select $1, (row ->> 'datastream_id')::int, (row ->> 'bucket')::timestamptz, row from jsonb_array_elements($2::jsonb) row`,
          [file.name, `[${lines.join(',')}]`],
        )
      }
    }
    await client.query('call restore_rollups()')
  })
  await refresh(2)
}
