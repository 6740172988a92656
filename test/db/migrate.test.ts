import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listMigrations, migrate, pendingMigrations } from '#infra/db/migrate.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase({ migrated: false })
})
afterAll(() => database?.close())

test('a fresh database lacks every migration', async () => {
  const names = (await listMigrations()).map((migration) => migration.name)
  expect(await pendingMigrations(database.pool)).toEqual(names)
})

test('each number is used once', async () => {
  const numbers = (await listMigrations()).map(({ name }) => name.slice(0, 3))
  expect(numbers).toEqual([...new Set(numbers)])
})

test('two processes that migrate at once apply each file once', async () => {
  const applied = await Promise.all([migrate(database.pool), migrate(database.poolFor())])
  const names = (await listMigrations()).map((migration) => migration.name)
  expect(applied.flat().sort()).toEqual(names)
  expect(await pendingMigrations(database.pool)).toEqual([])
})

test('observation is a hypertable, rolled up hourly and daily, compressed and kept by policies', async () => {
  const { rows } = await database.pool.query<{ hypertable_name: string; policies: string[] }>(
    `select h.hypertable_name, array_agg(distinct j.proc_name::text order by j.proc_name::text) as policies
     from timescaledb_information.hypertables h join timescaledb_information.jobs j using (hypertable_name)
     where h.hypertable_name like '%observation%' group by 1 order by 1`,
  )
  expect(rows).toEqual([
    { hypertable_name: 'mobile_observation', policies: ['policy_compression'] },
    { hypertable_name: 'observation_packed', policies: ['policy_compression'] },
  ])
  // retention that waits for the rollups is a job of the schema, not a policy of TimescaleDB
  const { rows: jobs } = await database.pool.query<{ name: string }>(
    `select proc_name as name from timescaledb_information.jobs where proc_schema = 'public' order by 1`,
  )
  expect(jobs.map(({ name }) => name)).toEqual(['forget_rejected', 'retain_observations', 'roll_up_history'])
  const { rows: rollups } = await database.pool.query<{ view_name: string; refreshed: number; compressed: boolean }>(
    `select v.view_name, v.compression_enabled as compressed,
       (select count(*)::int from timescaledb_information.jobs j
        where j.proc_name = 'policy_refresh_continuous_aggregate'
          and j.hypertable_name in (v.view_name, v.materialization_hypertable_name)) as refreshed
     from timescaledb_information.continuous_aggregates v order by 1`,
  )
  expect(rollups).toEqual([
    { view_name: 'censored_hourly', compressed: false, refreshed: 1 },
    { view_name: 'direction_quarter', compressed: false, refreshed: 1 },
    { view_name: 'direction_second', compressed: true, refreshed: 1 },
    { view_name: 'meter_daily', compressed: false, refreshed: 1 },
    { view_name: 'meter_hourly', compressed: true, refreshed: 1 },
    { view_name: 'observation_daily', compressed: true, refreshed: 1 },
    { view_name: 'observation_hourly', compressed: true, refreshed: 1 },
    { view_name: 'observation_quarter', compressed: true, refreshed: 1 },
    { view_name: 'sound_daily', compressed: false, refreshed: 1 },
    { view_name: 'sound_hourly', compressed: false, refreshed: 1 },
  ])
})

// Cell and parents from the H3 documentation (h3geo.org/docs/api/hierarchy): cellToParent(85283473fffffff, 4) = 8428347ffffffff.
test('h3_parent gives the parent that the H3 documentation gives', async () => {
  const { rows } = await database.pool.query<{ parent: string }>(
    `select to_hex(h3_parent(x'085283473fffffff'::bigint, 4)) as parent`,
  )
  expect(rows[0]?.parent).toBe('8428347ffffffff')
})

describe('a database that other versions of the files made', () => {
  const folders: string[] = []
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))
  const folderWith = async (files: Record<string, string>): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'citywell-migrations-'))
    folders.push(folder)
    for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql)
    return folder
  }
  const withDatabase = async (run: (pool: TestDatabase['pool']) => Promise<void>): Promise<void> => {
    const own = await openTestDatabase({ migrated: false })
    try {
      await run(own.pool)
    } finally {
      await own.close()
    }
  }

  test('is refused and left as it is; ready names what differs', () =>
    withDatabase(async (pool) => {
      await migrate(pool, await folderWith({ '001_a.sql': 'create table a (x int);' }))
      const edited = await folderWith({
        '001_a.sql': 'create table a (x int, y int);',
        '002_b.sql': 'create table b ();',
      })
      await expect(migrate(pool, edited)).rejects.toMatchObject({
        code: 'SCHEMA_MISMATCH',
        message: expect.stringContaining('001_a.sql'),
      })
      expect(await pendingMigrations(pool, edited)).toEqual(['001_a.sql', '002_b.sql'])
      expect((await pool.query(`select to_regclass('b') as b`)).rows).toEqual([{ b: null }])
    }))

  test('is refused when it is newer than the code', () =>
    withDatabase(async (pool) => {
      const newer = { '001_a.sql': 'create table a ();', '002_b.sql': 'create table b ();' }
      await migrate(pool, await folderWith(newer))
      const older = await folderWith({ '001_a.sql': newer['001_a.sql'] })
      await expect(migrate(pool, older)).rejects.toThrow(/002_b\.sql/)
    }))

  test('line endings of a checkout do not count', () =>
    withDatabase(async (pool) => {
      await migrate(pool, await folderWith({ '001_a.sql': 'create table a (\n  x int\n);\n' }))
      expect(await migrate(pool, await folderWith({ '001_a.sql': 'create table a (\r\n  x int\r\n);\r\n' }))).toEqual(
        [],
      )
    }))

  test('checksums are adopted for the released schema, and refused for what was edited before it', async () => {
    await database.pool.query('update schema_migration set checksum = null')
    expect(await migrate(database.pool)).toEqual([])
    const { rows } = await database.pool.query('select 1 from schema_migration where checksum is null')
    expect(rows).toEqual([])
    await withDatabase(async (pool) => {
      const [registry] = await listMigrations()
      const folder = await folderWith({
        [registry?.name ?? '']: registry?.sql ?? '',
        // a voice without the date on which it is deleted, as an early version had it
        '018_voices.sql': 'create table voice (id int);',
      })
      await migrate(pool, folder)
      await pool.query('alter table schema_migration drop column checksum')
      expect(await pendingMigrations(pool, folder)).toEqual([])
      await expect(migrate(pool, folder)).rejects.toThrow(/018_voices\.sql/)
    })
  })
})

test('a deadlock with another session, such as a job of TimescaleDB, is retried', async ({ skip }) => {
  if (database.kind === 'embedded') skip('the embedded database has one session: nothing can deadlock with it')
  const folder = await mkdtemp(join(tmpdir(), 'citywell-migrations-'))
  const empty = await openTestDatabase({ migrated: false })
  const job = await empty.pool.connect()
  try {
    await writeFile(join(folder, '001_tables.sql'), 'create table a (x int); create table b (x int);')
    await migrate(empty.pool, folder)
    // This session notices the deadlock first, so it is the one that is rolled back.
    await writeFile(
      join(folder, '002_both.sql'),
      `set local deadlock_timeout = '10ms'; lock table b; select pg_sleep(0.3); lock table a; alter table b add y int;`,
    )
    await job.query('begin; lock table a')
    const migrated = migrate(empty.poolFor({ max: 1 }), folder)
    await job.query('select pg_sleep(0.1)')
    await job.query('lock table b; commit')
    expect(await migrated).toEqual(['002_both.sql'])
  } finally {
    job.release()
    await empty.close()
    await rm(folder, { recursive: true })
  }
})
