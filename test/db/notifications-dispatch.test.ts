/** Rows 3 to 6 and 22 of the contract: nothing lost, sent once, failures bounded and visible, storms grouped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelWaitingNotifications } from '#domain/notifications/after-restore.ts'
import { composeDue } from '#domain/notifications/compose.ts'
import { sendDue } from '#domain/notifications/send.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { createFaultyPool } from './faulty-pool.ts'
import { addReceiver, addWebhook, createWorker, EMPTY, emit, event, messages } from './notification-fixture.ts'
import { openHttpReceiver, type Received } from './notification-servers.ts'

const NOW = new Date('2026-11-01T12:00:00Z')
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000)
const idsOf = (received: readonly Received[]) => received.map(({ headers }) => headers['webhook-id'])

let database: TestDatabase
const opened: { close(): Promise<void> }[] = []
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database?.close())
beforeEach(async () => {
  await database.pool.query(EMPTY)
})
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})
const open = async (...args: Parameters<typeof openHttpReceiver>) => {
  const server = await openHttpReceiver(...args)
  opened.push(server)
  return server
}

test('row 4: two workers send once, also when the receiver answers 500 and then 200', async () => {
  const { pool, poolFor } = database
  const hook = await open((n) => ({ status: n === 0 ? 500 : 200 }))
  await addWebhook(pool, hook.url)
  await emit(pool, NOW, event())
  const workers = [createWorker(poolFor(), NOW), createWorker(poolFor(), NOW)]
  for (const seconds of [0, 0, 5, 10, 11, 60, 600])
    await Promise.all(workers.map((worker) => worker.at(later(seconds))))
  expect(hook.received).toHaveLength(2)
  expect(new Set(idsOf(hook.received)).size).toBe(1)
  expect(hook.received[0]?.body).toBe(hook.received[1]?.body)
  expect(await messages(pool)).toMatchObject([{ state: 'sent', attempts: 2 }])
})

test('row 4: of 40 receivers each gets one message from two workers at once', async () => {
  const { pool, poolFor } = database
  const hook = await open()
  for (let i = 0; i < 40; i += 1) await addWebhook(pool, hook.url, { name: `receiver ${i}` })
  await emit(pool, NOW, event())
  const workers = [createWorker(poolFor(), NOW), createWorker(poolFor(), NOW)]
  await Promise.all(workers.map((worker) => worker.at(NOW)))
  await Promise.all(workers.map((worker) => worker.at(later(1))))
  expect(hook.received).toHaveLength(40)
  expect(new Set(idsOf(hook.received)).size).toBe(40)
})

test('row 5: a failing receiver neither repeats nor delays the others', async () => {
  const { pool } = database
  const fine = await open()
  const failing = await open(() => ({ status: 500 }))
  const hanging = await open(() => 'hang')
  await addWebhook(pool, failing.url, { name: 'failing' })
  await addWebhook(pool, hanging.url, { name: 'hanging' })
  await addWebhook(pool, fine.url, { name: 'fine' })
  await emit(pool, NOW, event())
  const worker = createWorker(pool, NOW)
  for (let minute = 0; minute <= 60; minute += 5) await worker.at(later(minute * 60))
  expect(fine.received).toHaveLength(1)
  await emit(pool, later(3600), event({ incidentId: 'incident-2', at: later(3600).toISOString() }))
  await worker.at(later(3601))
  expect(fine.received).toHaveLength(2)
})

describe('row 6: a receiver that does not answer', () => {
  test('for an hour: bounded attempts, one entry, then everything is told in two messages', async () => {
    const { pool } = database
    let dead = true
    const hook = await open(() => ({ status: dead ? 503 : 200 }))
    await addWebhook(pool, hook.url)
    const worker = createWorker(pool, NOW)
    for (let minute = 0; minute < 60; minute += 1) {
      await emit(
        pool,
        later(minute * 60),
        event({ incidentId: `incident-${minute}`, at: later(minute * 60).toISOString() }),
      )
      await worker.at(later(minute * 60))
    }
    // 10 s, doubled up to 15 min: at 0, 10, 30, 70, 150, 310, 630, 1270, 2170 and 3070 s, each seen at the next full minute
    expect(hook.received.length).toBeLessThanOrEqual(10)
    expect(hook.received.length).toBeGreaterThan(5)
    expect(await messages(pool)).toMatchObject([{ state: 'pending', error: 'HTTP 503', incidents: 1 }])
    dead = false
    await worker.at(later(3_600 + 900))
    expect(await messages(pool)).toMatchObject([
      { state: 'sent', incidents: 1 },
      { state: 'sent', incidents: 59 },
    ])
  })

  test('for good: 20 attempts, then undeliverable with the reason, and the next message is tried', async () => {
    const { pool } = database
    const hook = await open(() => ({ status: 500 }))
    await addWebhook(pool, hook.url)
    await emit(pool, NOW, event())
    const worker = createWorker(pool, NOW)
    for (let minute = 0; minute <= 6 * 60; minute += 5) await worker.at(later(minute * 60))
    expect(hook.received).toHaveLength(20)
    expect(await messages(pool)).toMatchObject([
      { state: 'undeliverable', attempts: 20, error: 'HTTP 500 (20 attempts)' },
    ])
  })

  test('a refusal for good is not repeated', async () => {
    const { pool } = database
    const hook = await open(() => ({ status: 410 }))
    await addWebhook(pool, hook.url)
    await emit(pool, NOW, event())
    const worker = createWorker(pool, NOW)
    for (const seconds of [0, 60, 3600]) await worker.at(later(seconds))
    expect(hook.received).toHaveLength(1)
    expect(await messages(pool)).toMatchObject([{ state: 'undeliverable', error: 'HTTP 410' }])
  })

  test('what a receiver asks with Retry-After is respected', async () => {
    const { pool } = database
    const hook = await open((n) => (n === 0 ? { status: 429, headers: { 'retry-after': '120' } } : { status: 200 }))
    await addWebhook(pool, hook.url)
    await emit(pool, NOW, event())
    const worker = createWorker(pool, NOW)
    await worker.at(NOW)
    await worker.at(later(119))
    expect(hook.received).toHaveLength(1)
    await worker.at(later(120))
    expect(hook.received).toHaveLength(2)
  })
})

describe('row 3: unsent messages survive', () => {
  test('a worker that dies with the lease: another one sends under the same id once the lease has expired', async () => {
    const { pool } = database
    const hook = await open()
    await addWebhook(pool, hook.url)
    await emit(pool, NOW, event())
    const faulty = createFaultyPool(database.poolFor())
    const dying = createWorker(faulty.pool, NOW, { leaseMs: 2_000 })
    await composeDue(dying.deps, NOW)
    // It sends, and dies before it records that it did.
    void sendDue({
      ...dying.deps,
      send: async (delivery) => {
        await dying.deps.send(delivery)
        faulty.arm('kill', 0)
        await faulty.point()
        throw new Error('killed')
      },
    })
    await faulty.failed()
    const other = createWorker(pool, NOW)
    expect(await other.at(later(1))).toBe(0)
    await expect.poll(() => other.at(later(1)), { timeout: 10_000 }).toBe(1)
    expect(new Set(idsOf(hook.received)).size).toBe(1)
    expect(await messages(pool)).toMatchObject([{ state: 'sent', attempts: 2 }])
  })

  test('kill -9 between commit and send: delivered by the next process', async ({ skip }) => {
    const { pool, url } = database
    if (!url) return skip('the embedded database lives in this process: needs a server')
    const hook = await open()
    await addWebhook(pool, hook.url)
    // The process commits an event and reports it; it is killed before it may dispatch.
    const script = `
      import { createPool, inTransaction } from '#infra/db/pool.ts'
      import { enqueueNotifications } from '#domain/notifications/enqueue.ts'
      const pool = createPool({ url: ${JSON.stringify(url)} }, { max: 1, applicationName: 'killed', onIdleError: () => {} })
      await inTransaction(pool, (client) => enqueueNotifications(client, ${JSON.stringify(event())}, new Date('${NOW.toISOString()}')))
      process.stdout.write('committed')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = await once(child.stdout, 'data')
    expect(String(said)).toBe('committed')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(hook.received).toHaveLength(0)
    await createWorker(pool, NOW).at(NOW)
    expect(hook.received).toHaveLength(1)
  })
})

describe('row 22: storms', () => {
  test('450 incidents within the grouping time are one message with the count', async () => {
    const { pool } = database
    const hook = await open()
    await addWebhook(pool, hook.url, { group_seconds: 5 })
    const storm = Array.from({ length: 450 }, (_, i) => event({ incidentId: `incident-${i}` }))
    await emit(pool, NOW, ...storm)
    const worker = createWorker(pool, NOW)
    await worker.at(later(4))
    expect(hook.received).toHaveLength(0)
    await worker.at(later(5))
    await worker.at(later(60))
    expect(await messages(pool)).toMatchObject([{ state: 'sent', incidents: 450, title: 'Testville: 450 incidents' }])
  })

  test('beyond the limit per hour the rest waits, and goes as one message; critical ones have twice the limit', async () => {
    const { pool } = database
    const hook = await open()
    await addWebhook(pool, hook.url, { max_per_hour: 3 })
    const worker = createWorker(pool, NOW)
    const raise = async (seconds: number, severity: 'warning' | 'critical') => {
      await emit(
        pool,
        later(seconds),
        event({ incidentId: `${severity}-${seconds}`, severity, at: later(seconds).toISOString() }),
      )
      await worker.at(later(seconds))
    }
    for (let n = 0; n < 10; n += 1) await raise(n * 60, 'warning')
    expect(hook.received).toHaveLength(3)
    await raise(601, 'critical')
    expect(hook.received).toHaveLength(4)
    // those at 0 and 60 s are over an hour old by then
    for (const seconds of [3_601, 3_661]) await worker.at(later(seconds))
    expect(hook.received).toHaveLength(5)
    const sent = await messages(pool)
    // nothing is lost: 10 warnings and a critical one
    expect(sent.reduce((sum, { incidents }) => sum + incidents, 0)).toBe(11)
  })

  test('a restart sends nothing again', async () => {
    const { pool } = database
    const hook = await open()
    await addWebhook(pool, hook.url)
    await emit(pool, NOW, event())
    await createWorker(pool, NOW).at(NOW)
    await createWorker(pool, NOW).at(later(3_600))
    expect(hook.received).toHaveLength(1)
  })
})

test('an incident that opened and changed before it was sent is one entry, with the newest state', async () => {
  const { pool } = database
  await addReceiver(pool, { group_seconds: 10 })
  await emit(pool, NOW, event(), event({ kind: 'severity_changed', severity: 'critical', at: later(3).toISOString() }))
  await createWorker(pool, NOW).at(later(20))
  expect(await messages(pool)).toMatchObject([{ title: 'Critical: PM2.5 above 25 µg/m³, Market Square', incidents: 1 }])
})

test('a city that is restored from an export sends nothing of what waited in it', async () => {
  const { pool } = database
  const hook = await open(() => ({ status: 500 }))
  await addWebhook(pool, hook.url)
  await emit(pool, NOW, event())
  await createWorker(pool, NOW).at(NOW)
  await emit(pool, NOW, event({ incidentId: 'incident-2' }))
  await cancelWaitingNotifications(pool)
  await createWorker(pool, NOW).at(later(86_400))
  expect(hook.received).toHaveLength(1)
  expect(await messages(pool)).toMatchObject([{ state: 'undeliverable', error: 'not sent by the restored city' }])
})
