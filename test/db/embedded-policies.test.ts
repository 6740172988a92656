import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { startPolicies } from '#infra/embedded/database/policies.ts'

let database: EmbeddedDatabase
let pool: pg.Pool
const lines: string[] = []
const log = { info: (line: string) => lines.push(line), error: (line: string) => lines.push(`error: ${line}`) }

const SCHEMA = `
  create table station as select generate_series(1, 3) as id;
  create table level (sensor int not null, at timestamptz not null, metres float8 not null);
  select create_hypertable('level', 'at', chunk_time_interval => interval '1 day');
  alter table level set (timescaledb.compress, timescaledb.compress_segmentby = 'sensor');
  select add_compression_policy('level', interval '7 days', schedule_interval => interval '1 hour');
  select add_retention_policy('level', interval '30 days');`

const HOURLY = `
  create materialized view level_hourly with (timescaledb.continuous, timescaledb.materialized_only = true) as
  select sensor, time_bucket(interval '1 hour', at) as bucket, count(*) as n, sum(metres) as total
  from level group by 1, 2 with no data`

const DAILY = `
  create materialized view level_daily with (timescaledb.continuous, timescaledb.materialized_only = true) as
  select sensor, time_bucket(interval '1 day', bucket) as bucket, sum(n) as n
  from level_hourly group by 1, 2 with no data`

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  pool = new pg.Pool(database.poolConfig)
  await pool.query(SCHEMA)
  await pool.query(HOURLY)
  await pool.query(DAILY)
  await pool.query(
    "select add_continuous_aggregate_policy('level_hourly', null, interval '1 hour', interval '5 minutes'); select add_continuous_aggregate_policy('level_daily', null, interval '1 day', interval '30 minutes')",
  )
  // two sensors, one value every ten minutes, 40 days up to now
  await pool.query(
    "insert into level select sensor, now() - n * interval '10 minutes', 1 from generate_series(1, 2) sensor, generate_series(0, 40 * 144 - 1) n",
  )
}, 120_000)

afterAll(async () => {
  await pool?.end()
  await database?.close()
})

const count = async (sql: string) => Number((await pool.query(sql)).rows[0].n)

test('due policies materialise, compress and drop, each in its time', async () => {
  let clock = 0
  const policies = startPolicies({ pool, log, firstAfterMs: 1e8, now: () => clock })
  try {
    expect(await count('select count(*) as n from level_hourly')).toBe(0)
    await policies.runDue()
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([])
    // hours that ended at least an hour ago, for both sensors, and all of their values
    const complete = "at < time_bucket(interval '1 hour', now() - interval '1 hour')"
    const hours = await count(
      `select count(distinct (sensor, date_trunc('hour', at))) as n from level where ${complete}`,
    )
    expect(await count('select count(*) as n from level_hourly')).toBeGreaterThanOrEqual(hours)
    expect(await count(`select sum(n) as n from level_hourly where bucket >= now() - interval '20 days'`)).toBe(
      await count(
        `select count(*) as n from level where ${complete} and at >= time_bucket(interval '1 hour', now() - interval '20 days') + interval '1 hour'`,
      ),
    )
    // of the days that began in the last three, only the first ended a day ago: two sensors, 144 values each
    expect(await count("select sum(n) as n from level_daily where bucket >= now() - interval '3 days'")).toBe(2 * 144)
    expect(
      await count(
        "select count(*) as n from timescaledb_information.chunks where hypertable_name = 'level' and range_end < now() - interval '7 days' and not is_compressed",
      ),
    ).toBe(0)
    expect(
      await count(
        "select count(*) as n from timescaledb_information.chunks where hypertable_name = 'level' and is_compressed",
      ),
    ).toBeGreaterThanOrEqual(20)
    expect(await count("select count(*) as n from level where at < now() - interval '31 days'")).toBe(0)

    expect(
      await count("select reltuples as n from pg_class where oid = 'station'::regclass"), // -1 until it is analysed
    ).toBe(3)

    // nothing is due again before its interval is over
    lines.length = 0
    clock = 4 * 60_000
    await policies.runDue()
    expect(lines).toEqual([])

    // late data is materialised by the next run
    await pool.query(
      "insert into level values (1, date_trunc('day', now()) - interval '10 days' + interval '5 minutes', 100)",
    )
    clock = 5 * 60_000
    await policies.runDue()
    expect(lines).toEqual([expect.stringContaining('Refresh')])
    expect(
      await count(
        "select total as n from level_hourly where sensor = 1 and bucket = date_trunc('day', now()) - interval '10 days'",
      ),
    ).toBe(106)
  } finally {
    await policies.stop()
  }
}, 120_000)

test('a job that fails is named, tried again, and does not keep the others from running', async () => {
  await pool.query(
    "create procedure broken(job_id int, config jsonb) language plpgsql as $$ begin raise exception 'the pump is out'; end $$",
  )
  await pool.query("select add_job('broken', interval '1 minute')")
  lines.length = 0
  let clock = 0
  const policies = startPolicies({ pool, log, firstAfterMs: 1e8, now: () => clock })
  try {
    await Promise.all([policies.runDue(), policies.runDue()])
    const failures = () => lines.filter((line) => line.startsWith('error'))
    expect(failures()).toEqual([expect.stringMatching(/User-Defined Action.*failed.*the pump is out/)])
    expect(lines.length).toBeGreaterThan(4)
    clock = 60_000
    await policies.runDue()
    expect(failures()).toHaveLength(2)
  } finally {
    await policies.stop()
  }
}, 120_000)

test('late data shows in the aggregates at the next look, long before the policy is due', async () => {
  const clock = 0
  const policies = startPolicies({ pool, log, firstAfterMs: 1e8, now: () => clock })
  try {
    await policies.runDue()
    const before = await count("select sum(n) as n from level_hourly where bucket > now() - interval '4 days'")
    // sensor 3 was away and sends ten values of three days ago at once
    await pool.query(
      "insert into level select 3, date_trunc('day', now()) - interval '3 days' + n * interval '1 minute', 2 from generate_series(1, 10) n",
    )
    await policies.runDue()
    expect(await count("select sum(n) as n from level_hourly where bucket > now() - interval '4 days'")).toBe(
      before + 10,
    )
  } finally {
    await policies.stop()
  }
})

test('no statement refreshes more than a day, whatever is stored meanwhile', async () => {
  await pool.query("insert into level select 1, now() - n * interval '1 day', 3 from generate_series(1, 20) n")
  const refreshes = await pool.query<{ id: number }>(
    "select job_id as id from timescaledb_information.jobs where proc_name = 'policy_refresh_continuous_aggregate'",
  )
  const statements: string[] = []
  let stored = 0
  const busy = {
    query: async (text: string, values?: unknown[]) => {
      statements.push(text)
      // a history that is being loaded, most recent day first
      if (text.startsWith('call refresh') && stored++ < 20)
        await pool.query("insert into level values (2, now() - $1 * interval '1 day', 4)", [stored])
      return pool.query(text, values)
    },
  }
  const policies = startPolicies({ pool: busy as never, log, firstAfterMs: 1e8, now: () => 0 })
  try {
    lines.length = 0
    await policies.runDue()
    const windows = statements.flatMap((text) => [...text.matchAll(/', '([^']+)', '([^']+)'\)/g)])
    expect(windows.length).toBeGreaterThan(20)
    const lengths = windows.map(([, from = '', to = '']) => Date.parse(to) - Date.parse(from))
    expect(Math.max(...lengths)).toBeLessThanOrEqual(24 * 3_600_000)
    for (const { id } of refreshes.rows) expect(statements).not.toContain(`call run_job(${id})`)
    // and what came in between is there after the next look
    await policies.runDue()
    const complete = "at < time_bucket(interval '1 hour', now() - interval '1 hour')"
    expect(await count("select sum(n) as n from level_hourly where bucket >= now() - interval '10 days'")).toBe(
      await count(
        `select count(*) as n from level where ${complete} and at >= time_bucket(interval '1 hour', now() - interval '10 days') + interval '1 hour'`,
      ),
    )
  } finally {
    await policies.stop()
  }
}, 120_000)
