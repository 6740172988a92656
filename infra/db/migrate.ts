import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inTransaction, type Pool, type PoolClient } from './pool.ts'

const FOLDER = join(import.meta.dirname, 'migrations')
/** Any constant will do: it only has to be ours. Two processes that migrate at once take turns on it. */
const LOCK = 7_203_911

export type Migration = { readonly name: string; readonly sql: string }

/** The numbered files of `migrations/`, in order. Forward only: a landed file is never edited. */
export async function listMigrations(folder = FOLDER): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{3}_.+\.sql$/.test(name)).sort()
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(folder, name), 'utf8') })))
}

/**
 * Brings the schema up to date, each file in a transaction of its own.
 * @returns the names that were applied now
 */
export async function migrate(pool: Pool, folder = FOLDER): Promise<string[]> {
  await inTransaction(pool, createLedger)
  const applied: string[] = []
  for (const migration of await listMigrations(folder)) {
    if (await inTransaction(pool, (client) => apply(client, migration))) applied.push(migration.name)
  }
  return applied
}

// `create table if not exists` is not safe against itself (two sessions collide in the catalogue), hence the lock here too.
async function createLedger(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [LOCK])
  await client.query(`
    create table if not exists schema_migration (
      name text primary key, applied_at timestamptz not null default now()
    )`)
}

async function apply(client: PoolClient, migration: Migration): Promise<boolean> {
  await client.query('select pg_advisory_xact_lock($1)', [LOCK])
  const done = await client.query('select 1 from schema_migration where name = $1', [migration.name])
  if (done.rowCount) return false
  await client.query(migration.sql)
  await client.query('insert into schema_migration (name) values ($1)', [migration.name])
  return true
}

/** The migrations this version of the code expects that the database does not have yet. */
export async function pendingMigrations(pool: Pick<Pool, 'query'>, folder = FOLDER): Promise<string[]> {
  const expected = (await listMigrations(folder)).map((migration) => migration.name)
  const exists = await pool.query<{ found: boolean }>(`select to_regclass('schema_migration') is not null as found`)
  if (!exists.rows[0]?.found) return expected
  const { rows } = await pool.query<{ name: string }>('select name from schema_migration')
  const present = new Set(rows.map((row) => row.name))
  return expected.filter((name) => !present.has(name))
}
