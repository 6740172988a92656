import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listMigrations, pendingMigrations } from '#infra/db/migrate.ts'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import { PRIVATE, writeLines } from './archive-file.ts'
import { FORMAT, MANIFEST, type Manifest, type ManifestFile } from './manifest.ts'
import { labelOf, listRollups, listTables, quoted } from './tables.ts'

const BATCH_ROWS = 5_000

/**
 * Writes everything a city has into a folder: one gzip file of JSON lines per table and per rollup, and a manifest with
 * digests. One snapshot: what is stored meanwhile is in it as a whole or not at all.
 * @throws AppError CONFIG_INVALID when the folder is not empty, or the schema is not that of this version
 */
export async function exportCity(pool: Pool, folder: string, now: Date): Promise<Manifest> {
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
        files.push(await write(client, { folder, name, kind: 'table', from: quoted(table) }))
      }
      for (const { view, materialized, level } of await listRollups(client))
        if (level === 1) files.push(await write(client, { folder, name: view, kind: 'rollup', from: materialized }))
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
}

async function write(client: PoolClient, { folder, name, kind, from }: Part): Promise<ManifestFile> {
  const file = `${kind}.${name}.ndjson.gz`
  // row_to_json, not to_jsonb: a column of type json keeps the order of its members
  await client.query(`declare exported no scroll cursor for select row_to_json(t)::text as line from ${from} t`)
  async function* lines(): AsyncGenerator<string[]> {
    for (;;) {
      const { rows } = await client.query<{ line: string }>(`fetch ${BATCH_ROWS} from exported`)
      if (rows.length === 0) return
      yield rows.map(({ line }) => line)
    }
  }
  const written = await writeLines(join(folder, file), lines())
  await client.query('close exported')
  return { name, kind, file, ...written }
}
