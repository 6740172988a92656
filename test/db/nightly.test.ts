import { afterAll, beforeAll, expect, test } from 'vitest'
import { lastRun, nextRun } from '#api/nightly/nightly.ts'
import { newestFinished, reconciliations, runReconciliation } from '#api/nightly/reconciliations.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addThing, hourly, observe } from './indicators-fixture.ts'

let db: TestDatabase
const WINDOW = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-08T00:00:00Z') }
const run = (by: string, now = new Date()) => runReconciliation({ pool: db.pool, clock: () => now }, WINDOW, by)

beforeAll(async () => {
  db = await openTestDatabase()
  const [id] = await addThing(db.pool, { key: 'air', kind: 'air_station' }, [['pm2_5']])
  await observe(
    db.pool,
    id,
    hourly('2026-03-04T00:00:00Z', 48).map((time, i) => [time, i]),
  )
})
afterAll(() => db.close())

test('what was compared is kept: two days with readings, 48 observations, no difference', async () => {
  expect(await run('Ada')).toBe(true)
  const [last] = await reconciliations(db.pool, 1)
  expect(last).toMatchObject({ by: 'Ada', compared: 2, observations: 48, differing: 0, differences: [] })
  expect(last?.finishedAt).not.toBeNull()
})

test('a comparison that fails says why and makes room for the next', async () => {
  await db.pool.query('alter table retention_log rename to retention_log_away')
  await expect(run('Ada')).rejects.toThrow(/retention_log/)
  const [failed] = await reconciliations(db.pool, 1)
  expect(failed).toMatchObject({ by: 'Ada', failure: expect.stringContaining('retention_log') })
  expect(failed?.finishedAt).not.toBeNull()
  expect((await newestFinished(db.pool))?.id).not.toBe(failed?.id)
  await db.pool.query('alter table retention_log_away rename to retention_log')
  expect(await run('Ada')).toBe(true)
})

test('one at a time; what a killed process left behind gives way after six hours', async () => {
  await db.pool.query(`insert into reconciliation (window_from, window_to, asked_by) values (now(), now(), 'killed')`)
  expect(await run('Ada')).toBe(false)
  expect(await run('Ada', new Date(Date.now() + 7 * 3_600_000))).toBe(true)
})

test('a reversed window is an error and leaves nothing under way', async () => {
  const reversed = { from: WINDOW.to, to: WINDOW.from }
  const of = { pool: db.pool, clock: () => new Date() }
  await expect(runReconciliation(of, reversed, 'x')).rejects.toMatchObject({ code: 'INTERVAL_REVERSED' })
})

test.each([
  ['2026-03-04T01:00:00Z', 'UTC', '2026-03-04T03:00:00Z'],
  ['2026-03-04T03:00:00Z', 'UTC', '2026-03-05T03:00:00Z'],
  ['2026-03-04T12:00:00Z', 'America/New_York', '2026-03-05T08:00:00Z'],
  ['2026-03-04T12:00:00Z', 'Asia/Tokyo', '2026-03-04T18:00:00Z'],
  // clocks go forward at one, back at two, and in Athens from three to four: there is no three then
  ['2026-03-28T12:00:00Z', 'Europe/Lisbon', '2026-03-29T02:00:00Z'],
  ['2026-10-24T12:00:00Z', 'Europe/Lisbon', '2026-10-25T03:00:00Z'],
  ['2026-03-28T12:00:00Z', 'Europe/Athens', '2026-03-29T01:00:00Z'],
] as const)('after %s in %s the next night is at %s', (now, zone, expected) => {
  expect(nextRun(new Date(now), zone)).toEqual(new Date(expected))
})

test.each([
  ['2026-03-04T02:59:59Z', 'UTC', '2026-03-03T03:00:00Z'],
  ['2026-03-04T03:00:00Z', 'UTC', '2026-03-04T03:00:00Z'],
  ['2026-03-04T12:00:00Z', 'America/New_York', '2026-03-04T08:00:00Z'],
  ['2026-03-04T12:00:00Z', 'Asia/Tokyo', '2026-03-03T18:00:00Z'],
  ['2026-03-29T12:00:00Z', 'Europe/Athens', '2026-03-29T01:00:00Z'],
  ['2026-10-25T02:59:59Z', 'Europe/Lisbon', '2026-10-24T02:00:00Z'],
] as const)('at %s in %s the night before was at %s', (now, zone, expected) => {
  expect(lastRun(new Date(now), zone)).toEqual(new Date(expected))
})
