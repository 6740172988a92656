import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reconcile } from '#api/nightly/reconcile.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, hourly, observe, type Reading } from './indicators-fixture.ts'
import { openLogins } from './logins.ts'

/** Two days of hourly readings of two Datastreams: 96 observations. */
let db: TestDatabase
let ids: number[]
const NOW = new Date('2026-03-07T12:00:00Z')
const WINDOW = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-08T00:00:00Z') }
const check = () => reconcile(db.pool, WINDOW, NOW)

beforeAll(async () => {
  db = await openTestDatabase()
  // a clock that is off UTC by half an hour has quarters of an hour too
  await addCity(db.pool, { timeZone: 'Asia/Kolkata' })
  ids = await addThing(db.pool, { key: 'air', kind: 'air_station' }, [['pm2_5'], ['pm10']])
  for (const id of ids) {
    await observe(
      db.pool,
      id,
      hourly('2026-03-04T00:00:00Z', 48).map((time, i) => [time, 0.1 * i, i % 7 === 0 ? 4 : 1]),
    )
  }
})
afterAll(() => db.close())

test('raw, hours and days agree', async () => {
  const { rows } = await db.pool.query(`select count(*)::int as n from timescaledb_information.continuous_aggregates`)
  const none = { differences: [], rollups: rows[0].n, rollupDifferences: [] }
  expect(await check()).toEqual({ days: 3, compared: 4, observations: 96, pending: 0, ...none })
})

test('late data is rolled up first: it is a delay, not a difference', async () => {
  await observe(db.pool, ids[0], [['2026-03-04T10:30:00Z', 5]])
  expect(await check()).toMatchObject({ observations: 97, differences: [] })
})

test('with the login of the API, which may not refresh, days that are not rolled up are pending and not an error', async ({
  skip,
}) => {
  if (db.kind === 'embedded') return skip('the embedded database has one login, the owner')
  const logins = await openLogins(db)
  try {
    await observe(db.pool, ids[0], [['2026-03-05T10:30:00Z', 5]])
    expect(await reconcile(logins.api, WINDOW, NOW)).toMatchObject({ pending: 1, differences: [] })
    // the owner's jobs roll up within minutes
    await check()
    expect(await reconcile(logins.api, WINDOW, NOW)).toMatchObject({ observations: 98, pending: 0, differences: [] })
  } finally {
    await logins.close()
  }
})

test('days from which retention removed raw data are left out', async () => {
  await db.pool.query(
    `insert into retention_log (hypertable, range_from, range_to, n) values ('observation_packed', '2026-03-04', '2026-03-05', 50)`,
  )
  expect(await check()).toMatchObject({ days: 2, compared: 2, differences: [] })
  await db.pool.query('delete from retention_log')
})

test('a rollup that was tampered with is named with its Datastream, its day and what each level says', async () => {
  const { rows } = await db.pool.query(`
    select format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) as name
    from timescaledb_information.continuous_aggregates where view_name = 'observation_hourly'`)
  await db.pool.query(`update ${rows[0].name} set total = total + 1 where datastream_id = $1 and bucket = $2`, [
    ids[1],
    '2026-03-05T09:00:00Z',
  ])
  const { differences } = await check()
  expect(differences).toHaveLength(1)
  expect(differences[0]).toMatchObject({ day: '2026-03-05', datastreamId: ids[1], raw: { n: 24 }, hourly: { n: 24 } })
  const { raw, hourly: hours, daily } = differences[0] as (typeof differences)[number]
  expect(hours.total - raw.total).toBeCloseTo(1, 9)
  // days are rolled up from hours, so the error went on into the day
  expect(daily.total).toBeCloseTo(hours.total, 9)
})

describe('every rollup of the catalogue', () => {
  type Rollup = { view: string; materialized: string; amount: string }
  // from the catalogue of TimescaleDB, not from what the comparison takes; level 2 first, which rests on the others
  const ROLLUPS = `
    select c.view_name::text as view, format('%I.%I', c.materialization_hypertable_schema, c.materialization_hypertable_name) as materialized,
           (select min(a.attname) from pg_attribute a where a.attrelid = c.view_name::text::regclass and a.attnum > 0
              and a.atttypid in ('int8'::regtype, 'numeric'::regtype)) as amount
    from timescaledb_information.continuous_aggregates c
    order by c.hypertable_name <> 'observation_packed' desc, 1`
  const rollups = async () => (await db.pool.query<Rollup>(ROLLUPS)).rows

  beforeAll(async () => {
    const [sound] = await addThing(db.pool, { key: 'ear', kind: 'sound_meter' }, [['sound_level']])
    const [meter] = await addThing(db.pool, { key: 'meter', kind: 'energy_meter' }, [['energy']])
    const [speed, direction] = await addThing(db.pool, { key: 'wind', kind: 'weather_station' }, [
      ['wind_speed'],
      ['wind_direction'],
    ])
    const [so2] = await addThing(db.pool, { key: 'so2', kind: 'air_station' }, [['so2']])
    // on the full hour: the last reading of a day of a meter is taken at the first instant of the next one
    const series = (value: (i: number) => number) =>
      hourly('2026-03-04T00:00:00Z', 49).map((time, i): Reading => [time, value(i)])
    await observe(
      db.pool,
      sound,
      series((i) => 50 + (i % 20)),
    )
    await observe(
      db.pool,
      meter,
      series((i) => 1000 + 0.1 * i),
    )
    await observe(
      db.pool,
      speed,
      series((i) => 1 + (i % 5)),
    )
    await observe(
      db.pool,
      direction,
      series((i) => (i * 37) % 360),
    )
    await observe(
      db.pool,
      so2,
      series(() => 1),
    )
    await db.pool.query(`update observation set reasons = reasons | 32768 where datastream_id = $1`, [so2])
  })

  test('agrees with its definition, and has something to compare', async () => {
    // the tampered one of the test before
    await db.pool.query(
      `call refresh_continuous_aggregate('observation_hourly', '2026-03-04', '2026-03-07', force => true)`,
    )
    expect((await check()).rollupDifferences).toEqual([])
    for (const { view } of await rollups()) {
      const { rows } = await db.pool.query(`select count(*)::int as n from ${view} where bucket < '2026-03-06'`)
      expect(rows[0].n, `${view}: readings that it is made of are missing in this test`).toBeGreaterThan(0)
    }
  })

  test('is named when one of its buckets was changed or is gone', async () => {
    for (const { view, materialized, amount } of await rollups()) {
      const first = `(select datastream_id, bucket from ${materialized} where bucket >= '2026-03-04' order by datastream_id, bucket limit 1)`
      await db.pool.query(
        `update ${materialized} set ${amount} = ${amount} + 1 where (datastream_id, bucket) = ${first}`,
      )
      const found = (await check()).rollupDifferences.filter(({ rollup }) => rollup === view)
      expect(found, view).toMatchObject([{ day: '2026-03-04', buckets: 1, columns: [amount] }])
      await db.pool.query(`delete from ${materialized} where (datastream_id, bucket) = ${first}`)
      const gone = (await check()).rollupDifferences.filter(({ rollup }) => rollup === view)
      expect(gone, view).toMatchObject([{ day: '2026-03-04', buckets: 1, columns: [] }])
    }
  })

  test('is compared from the day that a migration adds it', async () => {
    await db.pool.query(`
      create materialized view peak_hourly with (timescaledb.continuous, timescaledb.materialized_only = false) as
      select datastream_id, time_bucket(interval '1 hour', phenomenon_time) as bucket, count(*) as n
      from observation_packed where scaled > 100 group by 1, 2 with no data`)
    const before = await check()
    expect(before.rollupDifferences.filter(({ rollup }) => rollup === 'peak_hourly')).toEqual([])
    const own = (await rollups()).find(({ view }) => view === 'peak_hourly')
    await db.pool.query(`update ${own?.materialized} set n = n + 1`)
    const after = await check()
    expect(after.rollupDifferences.filter(({ rollup }) => rollup === 'peak_hourly').length).toBeGreaterThan(0)
  })
})

test('a reversed window is an error', async () => {
  await expect(reconcile(db.pool, { from: WINDOW.to, to: WINDOW.from }, NOW)).rejects.toMatchObject({
    code: 'INTERVAL_REVERSED',
  })
})
