/**
 * The schema as numbered files, forward only. Every applied file is recorded with its SHA-256, so that a database which
 * was made by another version of a file is refused instead of taken for up to date.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#model/basics/errors.ts'
import { ADVISORY_LOCKS } from './advisory-locks.ts'
import { inTransaction, type Pool, type PoolClient } from './pool.ts'
import { isContention } from './retry.ts'
import { unreleasedParts } from './unreleased-schema.ts'

const FOLDER = join(import.meta.dirname, 'migrations')
/** Two processes that migrate at once take turns on it. */
const LOCK = ADVISORY_LOCKS.migration
const MAX_ATTEMPTS = 20
const RETRY_MS = 100

export type Migration = { readonly name: string; readonly sql: string; readonly checksum: string }
type Applied = { readonly name: string; readonly checksum: string | null }

/** The numbered files of `migrations/`, in order. Forward only: a released file is never edited. */
export async function listMigrations(folder = FOLDER): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{3}_.+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8')
      return { name, sql, checksum: checksumOf(sql) }
    }),
  )
}

/** SHA-256 in hexadecimal; line endings do not count, because a checkout may change them. */
const checksumOf = (sql: string): string => createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')

/**
 * Brings the schema up to date, each file in a transaction of its own.
 * @returns the names that were applied now
 * @throws AppError SCHEMA_MISMATCH when the database was made by other versions of the files, before anything is changed
 */
export async function migrate(pool: Pool, folder = FOLDER): Promise<string[]> {
  const migrations = await listMigrations(folder)
  await inTransaction(pool, (client) => verify(client, migrations))
  const applied: string[] = []
  for (const migration of migrations) {
    if (await retryOnContention(() => inTransaction(pool, (client) => apply(client, migration))))
      applied.push(migration.name)
  }
  return applied
}

/**
 * TimescaleDB starts the jobs that earlier files schedule as soon as these are committed, and a job that reads what a later
 * file changes can deadlock with it. PostgreSQL then rolls one of them back: the file is applied again.
 */
async function retryOnContention<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isContention(error) || attempt === MAX_ATTEMPTS) throw error
      await sleep(RETRY_MS * attempt)
    }
  }
}

// `create table if not exists` is not safe against itself (two sessions collide in the catalogue), hence the lock.
async function verify(client: PoolClient, migrations: readonly Migration[]): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [LOCK])
  await client.query(`
    create table if not exists schema_migration (
      name text primary key, applied_at timestamptz not null default now()
    )`)
  await client.query('alter table schema_migration add column if not exists checksum text')
  const { rows } = await client.query<Applied>('select name, checksum from schema_migration order by name')
  const checksums = new Map(migrations.map(({ name, checksum }) => [name, checksum]))
  const changed = rows.filter(({ name, checksum }) => checksum !== null && checksum !== checksums.get(name))
  if (changed.length > 0) throw new AppError('SCHEMA_MISMATCH', changed.map(({ name }) => name).join(', '))
  // Applied before checksums were recorded: only the released versions are adopted.
  const unrecorded = new Set(rows.flatMap(({ name, checksum }) => (checksum === null ? [name] : [])))
  if (unrecorded.size === 0) return
  const unreleased = await unreleasedParts(client, unrecorded)
  if (unreleased.length > 0) throw new AppError('SCHEMA_MISMATCH', unreleased.join(', '))
  for (const name of unrecorded)
    await client.query('update schema_migration set checksum = $2 where name = $1', [name, checksums.get(name)])
}

async function apply(client: PoolClient, { name, sql, checksum }: Migration): Promise<boolean> {
  await client.query('select pg_advisory_xact_lock($1)', [LOCK])
  const done = await client.query('select 1 from schema_migration where name = $1', [name])
  if (done.rowCount) return false
  await client.query(sql)
  await client.query('insert into schema_migration (name, checksum) values ($1, $2)', [name, checksum])
  return true
}

/** The migrations this version of the code expects that the database does not have yet, or has in another version. */
export async function pendingMigrations(pool: Pick<Pool, 'query'>, folder = FOLDER): Promise<string[]> {
  const expected = await listMigrations(folder)
  const exists = await pool.query<{ found: boolean }>(`select to_regclass('schema_migration') is not null as found`)
  if (!exists.rows[0]?.found) return expected.map(({ name }) => name)
  // by way of JSON, because a database that was never migrated by this version has no column of that name
  const { rows } = await pool.query<Applied>(
    `select name, to_jsonb(m) ->> 'checksum' as checksum from schema_migration m`,
  )
  const present = new Map(rows.map(({ name, checksum }) => [name, checksum]))
  return expected
    .filter(({ name, checksum }) => !present.has(name) || (present.get(name) ?? checksum) !== checksum)
    .map(({ name }) => name)
}
