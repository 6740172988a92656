import { afterAll, beforeAll, expect, test } from 'vitest'
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

test('two processes that migrate at once apply each file once', async () => {
  const applied = await Promise.all([migrate(database.pool), migrate(database.poolFor())])
  const names = (await listMigrations()).map((migration) => migration.name)
  expect(applied.flat().sort()).toEqual(names)
  expect(await pendingMigrations(database.pool)).toEqual([])
})

test('observation is a hypertable, rolled up hourly and daily, compressed and kept by policies', async () => {
  const { rows } = await database.pool.query<{ proc_name: string; n: number }>(
    `select proc_name, count(*) as n from timescaledb_information.jobs where job_id >= 1000 group by 1 order by 1`,
  )
  expect(rows).toEqual([
    { proc_name: 'policy_compression', n: 4 },
    { proc_name: 'policy_refresh_continuous_aggregate', n: 2 },
    { proc_name: 'policy_retention', n: 1 },
  ])
})

// Cell and parents from the H3 documentation (h3geo.org/docs/api/hierarchy): cellToParent(85283473fffffff, 4) = 8428347ffffffff.
test('h3_parent gives the parent that the H3 documentation gives', async () => {
  const { rows } = await database.pool.query<{ parent: string }>(
    `select to_hex(h3_parent(x'085283473fffffff'::bigint, 4)) as parent`,
  )
  expect(rows[0]?.parent).toBe('8428347ffffffff')
})
