/** A whole city out of one database and into another: from the embedded one to a server and back, where there is a server. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportCity } from '#domain/transfer/export-city.ts'
import { parquetColumns } from '#domain/transfer/parquet-columns.ts'
import { readParquetLines } from '#domain/transfer/read-parquet.ts'
import { restoreCity } from '#domain/transfer/restore-city.ts'
import { labelOf, listRollups, listTables, quoted } from '#domain/transfer/tables.ts'
import { writeParquet } from '#domain/transfer/write-parquet.ts'
import { migrate } from '#infra/db/migrate.ts'
import type { Pool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { DATA } from './city-rows.ts'

const NOW = new Date('2026-11-01T12:00:00Z')
let root: string
let folder: string
let source: { pool: Pool; close(): Promise<void> }
let target: TestDatabase

async function openEmbedded() {
  const database = await openEmbeddedDatabase({})
  const pool = new pg.Pool({ ...database.poolConfig, max: 2 }) as Pool
  return {
    pool,
    close: async () => {
      await pool.end()
      await database.close()
    },
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'citywell-transfer-'))
  folder = join(root, 'export')
  source = await openEmbedded()
  await migrate(source.pool)
  for (const statement of DATA) await source.pool.query(statement)
  await source.pool.query(`
    insert into observation (datastream_id, phenomenon_time, result, quality)
    select 1, now() - interval '430 days' + n * interval '30 minutes', n * 0.5, 1 from generate_series(1, 96) n`)
  await runJobs('roll_up_history')
  // as if that history had been measured live, a year ago: its raw data goes, its rollups stay
  await source.pool.query(`
    update _timescaledb_catalog.chunk c set creation_time = i.range_start from timescaledb_information.chunks i
    where i.chunk_name = c.table_name and i.hypertable_name = 'observation_packed'`)
  await runJobs('retain_observations')
  for (const { view } of await listRollups(source.pool))
    await source.pool.query(`call refresh_continuous_aggregate('${view}', now() - interval '380 days', null)`)
  target = await openTestDatabase({ migrated: false })
})
afterAll(async () => {
  await source?.close()
  await target?.close()
  await rm(root, { recursive: true, force: true })
})

async function runJobs(name: string): Promise<void> {
  const jobs = await source.pool.query(`select job_id as id from timescaledb_information.jobs where proc_name = $1`, [
    name,
  ])
  for (const { id } of jobs.rows) await source.pool.query(`call run_job(${id})`)
}

/** Every table and every rollup (whose sums are exact here, so that their order does not matter), as rows of JSON in an order of their own. */
async function contentOf(pool: Pool): Promise<Record<string, string[]>> {
  const content: Record<string, string[]> = {}
  const parts = [
    ...(await listTables(pool)).map((table) => [labelOf(table), quoted(table)] as const),
    ...(await listRollups(pool)).map(({ view }) => [view, view] as const),
  ]
  for (const [name, from] of parts) {
    const { rows } = await pool.query<{ line: string }>(`select row_to_json(t)::text as line from ${from} t`)
    content[name] = rows.map(({ line }) => line).sort()
  }
  return content
}

test('what is restored is what was exported, row for row, with rollups whose raw data is gone', async () => {
  const manifest = await exportCity(source.pool, folder, NOW)
  expect(manifest.city).toBe('Old Town')
  expect((await stat(join(folder, 'manifest.json'))).mode & 0o077).toBe(0)
  await restoreCity(target.pool, folder)
  const [before, after] = [await contentOf(source.pool), await contentOf(target.pool)]
  expect(before['observation_hourly']?.length).toBeGreaterThan(48)
  expect(after).toEqual(before)
  // the order of answers in a codebook is that of the file
  const { rows } = await target.pool.query(`select codebook::text as text from survey`)
  expect(rows[0].text).toBe('{"id": "poll", "b": 1, "a": 2}')
})

test('the next row after a restore gets a number that was never used', async () => {
  const insert = `insert into zone (key, name, area_km2, geometry) values ('new', 'New', 1, '{}') returning id`
  const { rows } = await target.pool.query<{ id: number }>(insert)
  const { rows: used } = await source.pool.query<{ id: number }>('select max(id) as id from zone')
  expect(rows[0]?.id).toBe((used[0]?.id ?? 0) + 1)
})

test('back again into an embedded database, as Parquet', async () => {
  const back = join(root, 'back')
  const { files } = await exportCity(target.pool, back, NOW, 'parquet')
  expect(files.every(({ file }) => file.endsWith('.parquet'))).toBe(true)
  expect((await stat(join(back, 'table.microdata.response.parquet'))).mode & 0o077).toBe(0)
  const embedded = await openEmbedded()
  try {
    await restoreCity(embedded.pool, back)
    expect(await contentOf(embedded.pool)).toEqual(await contentOf(target.pool))
  } finally {
    await embedded.close()
  }
})

test('Parquet keeps every value, and the observations have their results', async () => {
  const { pool } = source
  const table = 'public.edge'
  await pool.query(`
    create table edge (id int, big bigint, small smallint, r real, f float8, yes bool, day date, at timestamptz, j json, b jsonb,
                       list text[], bytes bytea, text text, amount numeric);
    insert into edge values
      (1, 9223372036854775807, -32768, 0.1, 'NaN', true, '1969-12-31', '2026-03-29 01:30:00.123456+00', '{"b": 1, "a": [null]}',
       '"text"', '{a,"b c",null}', '\\x00ff', 'Zürich 😀 "quoted"', 0.1000),
      (2, -9007199254740993, 0, 1e9, '-Infinity', false, '9999-12-31', 'infinity', '1', '2', '{}', '', '', 1e20),
      (3, 0, 1, -3.4e38, 5e-324, null, null, '-infinity', null, null, null, null, null, null),
      (4, 1, 1, 1, 1.7976931348623157e308, true, '2026-01-01', '1901-12-13 20:45:51.000001+00', '[]', '{}', '{x}', '\\x01', E'a\nb', 2)`)
  try {
    const path = join(root, 'edge.parquet')
    const columns = await parquetColumns(pool, table)
    const select = `select ${columns.map((column) => column.select).join(', ')} from ${table} order by id`
    const batches = async function* () {
      yield (await pool.query(select)).rows
    }
    expect(await writeParquet(path, columns, batches())).toMatchObject({ rows: 4 })
    const read = []
    for await (const lines of readParquetLines(path, new Set(['j', 'b']), 3)) read.push(...lines)
    const { rows } = await pool.query(
      `select e::text = p::text as same, e::text as written, p::text as read
       from edge e full join json_populate_recordset(null::edge, $1::json) p using (id)`,
      [`[${read.join(',')}]`],
    )
    expect(rows.filter(({ same }) => !same)).toEqual([])
    expect(rows).toHaveLength(4)
  } finally {
    await pool.query('drop table edge')
  }
  const file = await asyncBufferFromFile(join(root, 'back', 'table.public.observation_packed.parquet'))
  const observations = await parquetReadObjects({ file })
  const { rows } = await pool.query<{ n: number; total: number }>(
    'select count(*)::int as n, sum(result) as total from observation',
  )
  expect(observations).toHaveLength(rows[0]?.n ?? 0)
  expect(observations.reduce((sum, { result }) => sum + result, 0)).toBe(rows[0]?.total)
})

test('a database with a city, a folder with files and a damaged export are refused', async () => {
  await expect(restoreCity(target.pool, folder)).rejects.toThrow(/has a city already/)
  await expect(exportCity(source.pool, folder, NOW)).rejects.toThrow(/is not empty/)
  const file = join(folder, 'table.public.thing.ndjson.gz')
  const bytes = await readFile(file)
  bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1
  await writeFile(file, bytes)
  await expect(restoreCity(target.pool, folder)).rejects.toThrow(/SHA-256/)
  await rm(join(folder, 'manifest.json'))
  await expect(restoreCity(target.pool, folder)).rejects.toThrow(/not a complete export/)
})
