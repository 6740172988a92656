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
  const { rows } = await database.pool.query<{ hypertable_name: string; policies: string[] }>(
    `select h.hypertable_name, array_agg(distinct j.proc_name::text order by j.proc_name::text) as policies
     from timescaledb_information.hypertables h join timescaledb_information.jobs j using (hypertable_name)
     where h.hypertable_name like '%observation%' group by 1 order by 1`,
  )
  expect(rows).toEqual([
    { hypertable_name: 'mobile_observation', policies: ['policy_compression'] },
    { hypertable_name: 'observation_packed', policies: ['policy_compression', 'policy_retention'] },
  ])
  const { rows: rollups } = await database.pool.query<{ view_name: string; refreshed: number; compressed: boolean }>(
    `select v.view_name, v.compression_enabled as compressed,
       (select count(*)::int from timescaledb_information.jobs j
        where j.proc_name = 'policy_refresh_continuous_aggregate'
          and j.hypertable_name in (v.view_name, v.materialization_hypertable_name)) as refreshed
     from timescaledb_information.continuous_aggregates v order by 1`,
  )
  expect(rollups).toEqual([
    { view_name: 'observation_daily', compressed: true, refreshed: 1 },
    { view_name: 'observation_hourly', compressed: true, refreshed: 1 },
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
