import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database?.close())

const refresh = async () => {
  for (const view of ['observation_hourly', 'observation_daily'])
    await database.pool.query(`call refresh_continuous_aggregate('${view}', '2026-01-01', '2026-03-01')`)
}

// Hourly readings of 10 on 1 to 28 January 2026; then 16 at half past noon of the 10th: hour (10 + 16) / 2, day (24 * 10 + 16) / 25.
test('late data finds its way into rollups that are compressed', async () => {
  await database.pool.query(`
    insert into observation (datastream_id, phenomenon_time, result, quality)
    select s, timestamptz '2026-01-01T00:00:00Z' + n * interval '1 hour', 10, 1
    from generate_series(1, 3) s, generate_series(0, 28 * 24 - 1) n`)
  await refresh()
  for (const table of ['observation_packed', 'observation_hourly', 'observation_daily'])
    await database.pool.query(`select compress_chunk(c, true) from show_chunks('${table}') c`)
  await database.pool.query(`insert into observation values (2, '2026-01-10T12:30:00Z', 16, 1, 0)`)
  await refresh()
  const hour = await database.pool.query(
    `select datastream_id as id, n, total / good as mean from observation_hourly where bucket = '2026-01-10T12:00:00Z' order by 1`,
  )
  expect(hour.rows).toEqual([
    { id: 1, n: 1, mean: 10 },
    { id: 2, n: 2, mean: 13 },
    { id: 3, n: 1, mean: 10 },
  ])
  const day = await database.pool.query(
    `select datastream_id as id, n::int as n, total / good as mean from observation_daily where bucket = '2026-01-10T00:00:00Z' order by 1`,
  )
  expect(day.rows).toEqual([
    { id: 1, n: 24, mean: 10 },
    { id: 2, n: 25, mean: 256 / 25 },
    { id: 3, n: 24, mean: 10 },
  ])
})
