import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database?.close())

const count = async (table: string): Promise<number> => {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*) as n from ${table} where datastream_id = 1`,
  )
  return rows[0]?.n ?? -1
}

async function runJobs(procedure: string): Promise<void> {
  const { rows } = await database.pool.query<{ id: number }>(
    `select job_id as id from timescaledb_information.jobs where proc_name = $1 order by job_id`,
    [procedure],
  )
  for (const { id } of rows) await database.pool.query(`call run_job(${id})`)
}

// 48 hours of values from 430 days ago, one every half hour; raw is kept for 400 days.
test('raw observations go after 400 days, their hourly and daily aggregates stay, also after the next refresh', async () => {
  await database.pool.query(`
    insert into observation (datastream_id, phenomenon_time, result, quality)
    select 1, time_bucket(interval '1 day', now()) - interval '430 days' + n * interval '30 minutes', n, case when n = 7 then 3 else 1 end
    from generate_series(0, 95) n`)
  await database.pool.query(
    `call refresh_continuous_aggregate('observation_hourly', null, now() - interval '405 days')`,
  )
  await database.pool.query(`call refresh_continuous_aggregate('observation_daily', null, now() - interval '405 days')`)
  expect([await count('observation'), await count('observation_hourly'), await count('observation_daily')]).toEqual([
    96, 48, 2,
  ])

  await runJobs('policy_retention')
  await runJobs('policy_refresh_continuous_aggregate')
  expect([await count('observation'), await count('observation_hourly'), await count('observation_daily')]).toEqual([
    0, 48, 2,
  ])
  // what was suspect is still told apart: the eighth value, 7
  const { rows } = await database.pool.query(
    `select sum(n)::int as n, sum(good)::int as good, sum(suspect)::int as suspect, sum(suspect_total) as total from observation_daily where datastream_id = 1`,
  )
  expect(rows).toEqual([{ n: 96, good: 95, suspect: 1, total: 7 }])
})
