/** A whole city out of one database and into another: from the embedded one to a server and back, where there is a server. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLines, writeLines } from '#domain/transfer/archive-file.ts'
import { exportCity, selectLines } from '#domain/transfer/export-city.ts'
import { columnTypes, parquetColumns } from '#domain/transfer/parquet-columns.ts'
import { readParquetLines } from '#domain/transfer/read-parquet.ts'
import { restoreCity, selectRows } from '#domain/transfer/restore-city.ts'
import { columnsOf, labelOf, listRollups, listTables, quoted } from '#domain/transfer/tables.ts'
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

/** Values as PostgreSQL takes them, by type; every type that a table of the city has is here. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    'null',
    ' ',
    '\\',
    '\\.',
    '\t',
    'a\nb',
    'a\r\nb',
    'a\u2028b\u2029',
    '"{}"',
    'Zürich 😀 𐐷',
    '日本',
    'NaN',
    '-infinity',
  ),
)
const json = fc
  .tuple(fc.json({ stringUnit: 'grapheme', maxDepth: 3 }), fc.constantFrom(0, 2))
  .map(([value, indent]) => JSON.stringify(JSON.parse(value), null, indent))
const jsonText = fc.oneof(
  json,
  fc.constantFrom(
    'null',
    '"null"',
    '""',
    '[]',
    '{}',
    '[null]',
    '{"a": null, "b": [null, {"c": null}]}',
    '"a\u2028b"',
    '1e400',
  ),
)
const array = (element: fc.Arbitrary<string>) =>
  fc
    .array(fc.option(element, { freq: 4 }), { maxLength: 4 })
    .map(
      (all) =>
        `{${all.map((one) => (one === null ? 'NULL' : JSON.stringify(one).replaceAll(/\\([nrtbf])/g, asIs))).join(',')}}`,
    )
const asIs = (_: string, letter: string): string => ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' })[letter] ?? letter
const integer = (bits: bigint) =>
  fc
    .oneof(fc.bigInt(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n), fc.constantFrom(0n, -(2n ** (bits - 1n))))
    .map(String)
const double = fc.double().map((value) => (Object.is(value, -0) ? '-0' : String(value)))
const instant = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '1901-12-13 20:45:51.000001+00', '2026-10-25 02:30:00.123456+02'),
  fc
    .tuple(fc.date({ min: new Date('0002-01-01'), max: new Date('9998-01-01'), noInvalidDate: true }), fc.nat(999))
    .map(([at, micros]) => at.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`)),
)
const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  boolean: fc.boolean().map(String),
  smallint: integer(16n),
  integer: integer(32n),
  bigint: integer(64n),
  real: fc.float().map(String),
  'double precision': double,
  numeric: fc.oneof(fc.constantFrom('NaN', 'Infinity', '-Infinity', '0.1000', '1e20', '-0.00'), integer(64n)),
  text,
  'character varying': text,
  'text[]': array(text),
  'integer[]': array(integer(32n)),
  'smallint[]': array(integer(16n)),
  'bigint[]': array(integer(64n)),
  'double precision[]': array(double),
  'timestamp with time zone[]': array(instant),
  bytea: fc.uint8Array({ maxLength: 8 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  date: fc.oneof(
    fc.constantFrom('0044-03-15', '9999-12-31', '1969-12-31'),
    fc
      .date({ min: new Date('0002-01-01'), max: new Date('9998-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString().slice(0, 10)),
  ),
  'time without time zone': fc.constantFrom('00:00:00', '23:59:59.999999', '24:00:00'),
  'timestamp with time zone': instant,
  'timestamp without time zone': fc.constantFrom('infinity', '-infinity', '2026-10-25 02:30:00.123456'),
  interval: fc.constantFrom('1 mon', '-1 days +02:03:04.000005', '00:00:00'),
  uuid: fc.uuid(),
  inet: fc.constantFrom('10.0.0.0/8', '2001:db8::1'),
  json: jsonText,
  jsonb: jsonText,
}

test('every type of column that a table of the city has is tried below', async () => {
  const types = new Set<string>()
  for (const table of await listTables(source.pool))
    for (const { type } of await columnTypes(source.pool, quoted(table))) types.add(type)
  expect([...types].filter((type) => VALUES[type] === undefined)).toEqual([])
})

test('files keep every value of every type, and tell a missing value from the null of JSON, from "" and from {}', async () => {
  const { pool } = source
  const table = { schema: 'public', name: 'edge', isHypertable: false }
  const names = Object.keys(VALUES).map((type, at) => ({ name: `c${at}`, type }))
  await pool.query(
    `create table edge (id int primary key, ${names.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
  )
  const row = fc.tuple(...names.map(({ type }) => fc.option(VALUES[type] ?? fc.constant(''), { freq: 5 })))
  let run = 0
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
        run += 1
        await pool.query('truncate edge')
        for (const [id, values] of rows.entries())
          await pool.query(`insert into edge values (${id}${values.map((_, at) => `, $${at + 1}`).join('')})`, values)
        for (const lines of [await throughLines(run), await throughParquet(run)])
          expect(await restored(lines)).toEqual(await stored())
      }),
      { seed: 20_261_201, numRuns: 60 },
    )
  } finally {
    await pool.query('drop table edge')
  }

  async function stored(): Promise<string[]> {
    const { rows } = await pool.query<{ line: string }>('select e::text as line from edge e order by id')
    return rows.map(({ line }) => line)
  }
  async function restored(lines: readonly string[]): Promise<string[]> {
    const { rows } = await pool.query<{ line: string }>(
      `with r as (${selectRows('edge', await columnsOf(pool, table))}) select r::text as line from r order by id`,
      [`[${lines.join(',')}]`],
    )
    return rows.map(({ line }) => line)
  }
  async function throughLines(run: number): Promise<string[]> {
    const { rows } = await pool.query<{ line: string }>(selectLines('edge', await columnTypes(pool, 'edge')))
    const path = join(root, `edge-${run}.ndjson.gz`)
    await writeLines(path, once(rows.map(({ line }) => line)))
    return (await Array.fromAsync(readLines(path, 3))).flat()
  }
  async function throughParquet(run: number): Promise<string[]> {
    const columns = await parquetColumns(pool, 'edge')
    const path = join(root, `edge-${run}.parquet`)
    const { rows } = await pool.query(`select ${columns.map(({ select }) => select).join(', ')} from edge`)
    await writeParquet(path, columns, once(rows))
    return (await Array.fromAsync(readParquetLines(path, 3))).flat()
  }
})

async function* once<T>(batch: T): AsyncGenerator<T> {
  yield batch
}

test('an export of format 1, in which JSON was not text, can still be restored', async () => {
  const { pool } = source
  await pool.query('create table old (id int, j json, b jsonb)')
  try {
    const { rows } = await pool.query(
      `select o::text as line from (${selectRows('old', await columnsOf(pool, { schema: 'public', name: 'old', isHypertable: false }), false)}) o`,
      ['[{"id":1,"j":{"b": 1, "a": 2},"b":"text"},{"id":2,"j":null,"b":[null]}]'],
    )
    expect(rows.map(({ line }) => line)).toEqual(['(1,"{""b"": 1, ""a"": 2}","""text""")', '(2,,[null])'])
  } finally {
    await pool.query('drop table old')
  }
})

test('Parquet has the results of the observations', async () => {
  const { pool } = source
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
