import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { checkInvariants } from '#domain/invariants/invariants.ts'
import {
  MIN_OBSERVATION_RETENTION_DAYS,
  OBSERVATION_RETENTION_DAYS,
  REJECTED_MESSAGE_RETENTION_DAYS,
  ROLLUP_HISTORY_DAYS,
  ROLLUP_REFRESH_DAYS,
  SUPPRESSION_CACHE_DAYS,
} from '#model/basics/retention.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

let database: TestDatabase
beforeEach(async () => {
  await database?.close()
  database = await openTestDatabase()
  await database.pool.query(
    `insert into thing (key, name, domain, kind) values ('air-1', 'Air 1', 'air', 'air_station')`,
  )
  await database.pool.query(
    `insert into datastream (thing_id, property, unit) select id, 'pm2_5', 'ug/m3' from thing union all select id, 'pm10', 'ug/m3' from thing`,
  )
})
afterAll(() => database?.close())

const query = async (text: string) => (await database.pool.query(text)).rows
const counts = async (id = 1) => {
  const [row] = await query(`
    select (select count(*)::int from observation where datastream_id = ${id}) as raw,
           (select count(*)::int from observation_hourly where datastream_id = ${id}) as hours,
           (select sum(n)::int from observation_daily where datastream_id = ${id}) as "inDays"`)
  return row
}

/** Two days from 430 days ago, a value every half hour; the eighth is suspect. */
const insertHistory = (id = 1) =>
  query(`
    insert into observation (datastream_id, phenomenon_time, result, quality)
    select ${id}, time_bucket(interval '1 day', now()) - interval '430 days' + n * interval '30 minutes', n, case when n = 7 then 3 else 1 end
    from generate_series(0, 95) n`)

async function runJob(procedure: string): Promise<void> {
  const rows = await query(
    `select job_id as id from timescaledb_information.jobs where proc_name = '${procedure}' order by 1`,
  )
  expect(rows.length).toBeGreaterThan(0)
  for (const { id } of rows) await database.pool.query(`call run_job(${id})`)
}
const allJobs = async () => {
  for (const name of ['policy_refresh_continuous_aggregate', 'roll_up_history', 'retain_observations'])
    await runJob(name)
}
/** As if the chunks had been there since their observations were measured: live data of a city in its second year. */
const age = () =>
  query(`
    update _timescaledb_catalog.chunk c set creation_time = i.range_start from timescaledb_information.chunks i
    where i.chunk_name = c.table_name and i.hypertable_name in ('observation_packed', 'mobile_observation')`)

test('history that is imported today is rolled up and stays, whatever its age', async () => {
  await insertHistory()
  await allJobs()
  await allJobs()
  expect(await counts()).toEqual({ raw: 96, hours: 48, inDays: 96 })
})

test('directions of history keep their vectors when the raw data goes', async () => {
  await query(`insert into datastream (thing_id, property, unit) select id, 'wind_direction', 'deg' from thing`)
  await query(`insert into datastream (thing_id, property, unit) select id, 'wind_speed', 'm/s' from thing`)
  await query(`
    insert into observation (datastream_id, phenomenon_time, result, quality)
    select d.id, time_bucket(interval '1 day', now()) - interval '430 days' + n * interval '1 minute',
           case when d.property = 'wind_speed' then 4 else (350 + 20 * n) % 360 end, 1
    from generate_series(0, 1) n, datastream d where d.property like 'wind%'`)
  const vectors = () =>
    query('select good::int, paired::int, wind, wind_north as north, wind_east as east from direction_quarter')
  // 350 and 10 degrees at 4 m/s
  const expected = [
    { good: 2, paired: 2, wind: 8, north: expect.closeTo(8 * Math.cos(Math.PI / 18), 9), east: expect.closeTo(0, 9) },
  ]
  await allJobs()
  expect(await vectors()).toEqual(expected)
  await age()
  await allJobs()
  await allJobs()
  expect(await query(`select from observation`)).toEqual([])
  expect(await vectors()).toEqual(expected)
})

describe('raw observations measured and stored more than 400 days ago', () => {
  test('are rolled up before they are dropped, also when no policy has reached them', async () => {
    await insertHistory()
    await age()
    await runJob('retain_observations')
    expect(await counts()).toMatchObject({ raw: 96 })
    await allJobs()
    await runJob('policy_refresh_continuous_aggregate')
    expect(await counts()).toEqual({ raw: 0, hours: 48, inDays: 96 })
    // what was suspect still stands apart: the eighth value, 7
    expect(
      await query(
        `select sum(n)::int as n, sum(good)::int as good, sum(suspect)::int as suspect, sum(suspect_total) as total from observation_daily`,
      ),
    ).toEqual([{ n: 96, good: 95, suspect: 1, total: 7 }])
  })

  test('leave rollups that survive when history of another Datastream arrives for the same time', async () => {
    await insertHistory(1)
    await age()
    await allJobs()
    const before = await query('select * from observation_hourly where datastream_id = 1 order by bucket')
    await insertHistory(2)
    await allJobs()
    expect(await query('select * from observation_hourly where datastream_id = 1 order by bucket')).toEqual(before)
    expect(await counts(1)).toEqual({ raw: 0, hours: 48, inDays: 96 })
    expect(await counts(2)).toEqual({ raw: 96, hours: 48, inDays: 96 })
  })

  test('are not counted twice when the same file is imported again, nor replaced by a part of it', async () => {
    await insertHistory()
    await age()
    await allJobs()
    await query(`
      insert into observation (datastream_id, phenomenon_time, result, quality)
      select 1, time_bucket(interval '1 day', now()) - interval '430 days', 0, 1`)
    await allJobs()
    expect(await counts()).toEqual({ raw: 1, hours: 48, inDays: 96 })
    await insertHistory().catch(() => {})
    await query('delete from observation')
    await insertHistory()
    await allJobs()
    expect(await counts()).toEqual({ raw: 96, hours: 48, inDays: 96 })
  })

  test('are accounted for: what retention removed is in the check, to the last observation', async () => {
    await query(
      `insert into ingest_ledger (run, source, received, stored, observations_stored) values (gen_random_uuid(), 'native', 1, 1, 97)`,
    )
    await query(`insert into thing_ledger (thing_id, day, messages, stored) values (1, '2025-01-01', 1, 97)`)
    await insertHistory()
    await query(
      `insert into mobile_observation (datastream_id, phenomenon_time, result, quality, lon, lat, cell)
       values (2, now() - interval '430 days', -90, 1, 0, 0, 0)`,
    )
    await query(
      `insert into latest_observation select datastream_id, max(phenomenon_time), 95, 1 from observation group by 1`,
    )
    await query(`insert into latest_observation values (2, now() - interval '430 days', -90, 1)`)
    await age()
    await allJobs()
    // positions of people's measurements go as well
    expect(await query('select count(*)::int as n from mobile_observation')).toEqual([{ n: 0 }])
    expect(await query('select hypertable, n::int from retention_log order by 1')).toEqual([
      { hypertable: 'mobile_observation', n: 1 },
      { hypertable: 'observation_packed', n: 96 },
    ])
    const findings = await checkInvariants(database.pool)
    expect(findings.filter(({ holds }) => !holds)).toEqual([])
    expect(findings.map(({ text }) => text).join()).toContain('97 removed by retention')
    await query(`update retention_log set n = n - 1 where hypertable = 'observation_packed'`)
    expect((await checkInvariants(database.pool)).filter(({ holds }) => !holds)).toMatchObject([
      { examples: ['1 are missing'] },
    ])
  })
})

test('a run that was interrupted between refresh and restore is completed by the next', async () => {
  await insertHistory(1)
  await age()
  await allJobs()
  await query(`
    insert into rollup_rescue select 'observation_hourly', datastream_id, bucket, to_jsonb(h) from observation_hourly h`)
  const [{ materialized }] = await query(`select materialized from rollup_view where view = 'observation_hourly'`)
  await query(`delete from ${materialized}`)
  await allJobs()
  expect(await counts(1)).toEqual({ raw: 0, hours: 48, inDays: 96 })
  expect(await query('select * from rollup_rescue')).toEqual([])
})

test('a retention that would reach into the window of the refresh policies is refused', async () => {
  await query(
    `select alter_job(job_id, config => '{"keep": "90 days"}') from timescaledb_information.jobs where proc_name = 'retain_observations'`,
  )
  await expect(runJob('retain_observations')).rejects.toThrow(/395 days/)
})

test('what the migrations install agrees with the retention periods that the code names', async () => {
  const jobs = await query(`
    select proc_name as job, config from timescaledb_information.jobs where config is not null`)
  const days = (name: string, key: string): number[] =>
    jobs.filter(({ job }) => job === name).map(({ config }) => Number(/^(\d+) days$/.exec(String(config[key]))?.[1]))
  expect(days('retain_observations', 'keep')).toEqual([OBSERVATION_RETENTION_DAYS])
  expect(days('roll_up_history', 'older_than')).toEqual([ROLLUP_HISTORY_DAYS])
  expect(days('forget_rejected', 'keep')).toEqual([REJECTED_MESSAGE_RETENTION_DAYS])
  const refresh = days('policy_refresh_continuous_aggregate', 'start_offset')
  expect(new Set(refresh)).toEqual(new Set([ROLLUP_REFRESH_DAYS]))
  const { rows } = await database.pool.query(`
    select p.proname as name, p.prosrc as source from pg_proc p
    where p.proname in ('retain_observations', 'estimator_store_protection')`)
  const sourceOf = (name: string) => rows.find((row) => row.name === name)?.source
  expect(sourceOf('retain_observations')).toContain(`interval '${MIN_OBSERVATION_RETENTION_DAYS} days'`)
  expect(sourceOf('estimator_store_protection')).toContain(`current_date - ${SUPPRESSION_CACHE_DAYS};`)
})
