import { afterAll, beforeAll, expect, test } from 'vitest'
import { reconcile } from '#api/nightly/reconcile.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addThing, hourly, observe } from './indicators-fixture.ts'
import { openLogins } from './logins.ts'

/** Two days of hourly readings of two Datastreams: 96 observations. */
let db: TestDatabase
let ids: number[]
const NOW = new Date('2026-03-07T12:00:00Z')
const WINDOW = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-08T00:00:00Z') }
const check = () => reconcile(db.pool, WINDOW, NOW)

beforeAll(async () => {
  db = await openTestDatabase()
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
  expect(await check()).toEqual({ days: 3, compared: 4, observations: 96, pending: 0, differences: [] })
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

test('a reversed window is an error', async () => {
  await expect(reconcile(db.pool, { from: WINDOW.to, to: WINDOW.from }, NOW)).rejects.toMatchObject({
    code: 'INTERVAL_REVERSED',
  })
})
