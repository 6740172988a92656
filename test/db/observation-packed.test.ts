/** `observation` reads and takes results as the float8 they are; beneath it they are whole numbers (002_observations.sql). */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { packResult } from '#ingest/commit/packed-result.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database?.close())
beforeEach(() => database.pool.query('delete from observation'))

const RESULTS = [12.3, -0.05, 40_000, 0, 0.1 + 0.2, 1 / 3, -7.25, 1e49, 101_325.25, 3e-15, 123_456.789012, 2 ** 53 + 2]
const query = (text: string, values: unknown[] = []) => database.pool.query(text, values)
const insert = (results: readonly number[], from = '2026-01-05T00:00:00Z') =>
  query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select 7, $2::timestamptz + (ord - 1) * interval '1 minute', result, 1
     from unnest($1::float8[]) with ordinality as r (result, ord)`,
    [results, from],
  )
const read = async () =>
  (await query('select result, quality, reasons from observation where datastream_id = 7 order by phenomenon_time'))
    .rows
const compress = () => query(`select compress_chunk(c, true) from show_chunks('observation_packed') c`)

test('SQL and TypeScript pack alike', async () => {
  const { rows } = await query(
    'select p.scaled, p.divisor::float8 as divisor from unnest($1::float8[]) r, pack_result(r) p',
    [RESULTS],
  )
  expect(rows.map(({ scaled, divisor }) => ({ scaled: Number(scaled), divisor }))).toEqual(
    RESULTS.map((result) => packResult(result)),
  )
})

test('gives back the very same results, compressed or not', async () => {
  await insert(RESULTS)
  expect((await read()).map(({ result }) => result)).toEqual(RESULTS)
  await compress()
  expect((await read()).map(({ result }) => result)).toEqual(RESULTS)
})

test('takes late observations, new flags and deletions into what is compressed', async () => {
  await insert([1.5, 2.5, 3.5])
  await compress()
  await insert([9.75], '2026-01-05T01:00:00Z')
  await query('update observation set quality = 4, reasons = 2 where result = 2.5')
  await query('delete from observation where result = 3.5')
  expect(await read()).toEqual([
    { result: 1.5, quality: 1, reasons: 0 },
    { result: 2.5, quality: 4, reasons: 2 },
    { result: 9.75, quality: 1, reasons: 0 },
  ])
  await expect(insert([1.5])).rejects.toMatchObject({ code: '23505' })
})

test('what no divisor can hold is refused, not stored as something else', async () => {
  await expect(insert([1e300])).rejects.toMatchObject({ code: '22003' })
  await expect(
    query(
      `insert into observation_packed (datastream_id, phenomenon_time, scaled, divisor, quality) values (7, now(), 1, 0, 1)`,
    ),
  ).rejects.toMatchObject({ code: '23514' })
})

// (2 * 1.5 + 2.5) / 3, with a failed 100 left out
test('rollups are of results', async () => {
  await insert([1.5, 1.5, 2.5, 100])
  await query('update observation set quality = 4 where result = 100')
  await query(`call refresh_continuous_aggregate('observation_hourly', '2026-01-01', '2026-01-10')`)
  const { rows } = await query('select n, good, total, low, high, first, last from observation_hourly')
  expect(rows).toEqual([{ n: 4, good: 3, total: 5.5, low: 1.5, high: 2.5, first: 1.5, last: 2.5 }])
})
