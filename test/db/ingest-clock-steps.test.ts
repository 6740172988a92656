/** A server's clock that jumps a day ahead and back: nothing of tomorrow stays the latest or hides what follows. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkInvariants } from '#domain/invariants/invariants.ts'
import type { Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { watchClockSteps } from '#ingest/commit/clock-steps.ts'
import { Ledger } from '#ingest/commit/ledger.ts'
import type { Row } from '#ingest/commit/rows.ts'
import { Writer } from '#ingest/commit/writer.ts'
import { createInterpreter } from '#ingest/interpret/interpret.ts'
import { Arrivals } from '#ingest/receive/arrivals.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

const DAY_MS = 86_400_000
let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await openTestDatabase()
  pool = database.pool
})
afterAll(() => database.close())
beforeEach(async () => {
  await pool.query('delete from observation')
  await pool.query('truncate latest_observation, ingest_ledger, thing, datastream restart identity cascade')
})

/** A worker whose clock is the test's: `aheadMs` before the true time. */
function open() {
  const clock = { aheadMs: 0 }
  const now = (): number => Date.now() + clock.aheadMs
  const news: Row[] = []
  const ledger = new Ledger(['all'])
  const writer = new Writer({
    ...{ pool, ledger, now, session: 'test', log: createLog('test', 'silent'), onRetry: () => {} },
    registry: new Registry(),
    onCommitted: ({ latest }) => news.push(...latest),
  })
  const understand = createInterpreter({ sources: [{ name: 'all', topic: '#' }], timeZone: 'UTC' }, 1_000)
  const send = async (thing: string, value: number): Promise<void> => {
    const payload = Buffer.from(`{"pm2_5": ${value}}`)
    const message = understand({
      ...{ topic: `city/air/${thing}`, payload, fullBytes: payload.length, messageId: undefined, qos: 0 },
      ...{ dup: false, retain: false, receivedAt: new Date(now()), acknowledge: () => {} },
    })
    if (message === 'own message') throw new Error('unreachable')
    ledger.countReceived(message.source)
    ledger.addInFlight(message)
    await writer.write([message])
  }
  return { clock, now, send, news }
}
const latest = async (): Promise<Record<string, number>> => {
  const { rows } = await pool.query<{ key: string; result: number }>(`
    select t.key, l.result from latest_observation l
    join datastream d on d.id = l.datastream_id join thing t on t.id = d.thing_id order by t.key`)
  return Object.fromEntries(rows.map(({ key, result }) => [key, result]))
}

test('after the step back a new observation replaces one from before it, and is announced', async () => {
  const { clock, send, news } = open()
  await send('a', 1)
  clock.aheadMs = DAY_MS
  await send('a', 2)
  expect(await latest()).toEqual({ a: 2 })
  clock.aheadMs = 0
  news.length = 0
  await send('a', 3)
  expect(await latest()).toEqual({ a: 3 })
  expect(news.map(({ sample }) => sample.result)).toEqual([3])
})

test('what was stamped during the step and is written after it does not become the latest', async () => {
  const { clock, send } = open()
  await send('a', 1)
  const { send: sendAhead, clock: itsClock } = open()
  itsClock.aheadMs = DAY_MS
  const pending = sendAhead('a', 2)
  itsClock.aheadMs = 0
  await pending
  expect(clock.aheadMs).toBe(0)
  expect(await latest()).toEqual({ a: 1 })
})

test('a device that is silent after the step: its last true value is the latest, tomorrow’s is suspect, none is deleted', async () => {
  const { clock, now, send } = open()
  await send('a', 1)
  clock.aheadMs = DAY_MS
  await send('a', 2)
  await send('b', 5)
  const watch = watchClockSteps({ pool, now, log: createLog('test', 'silent'), checkMs: 10 })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await latest()).toEqual({ a: 2, b: 5 })
  clock.aheadMs = 0
  await expect.poll(latest).toEqual({ a: 1 })
  watch.close()
  const { rows } = await pool.query('select result, quality from observation order by result')
  expect(rows).toEqual([
    { result: 1, quality: expect.any(Number) },
    { result: 2, quality: 3 },
    { result: 5, quality: 3 },
  ])
  const findings = await checkInvariants(pool)
  expect(findings.find(({ name }) => name.startsWith('latest'))).toMatchObject({ holds: true })
})

test('times of arrival after a step back follow the clock again, each its own', () => {
  const arrivals = new Arrivals()
  const packet = { messageId: undefined, topic: 't', payload: Buffer.from('x'), dup: false, retain: false }
  const of = (): number => arrivals.timeOf({ ...packet, fullBytes: 1, qos: 0 }).getTime()
  const real = Date.now
  try {
    Date.now = () => real() + DAY_MS
    of()
    Date.now = () => 1_000_000
    expect([of(), of(), of()]).toEqual([1_000_000, 1_000_001, 1_000_002])
  } finally {
    Date.now = real
  }
})
