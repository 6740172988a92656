import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { stopEscalation } from '#domain/notifications/acknowledge.ts'
import { enqueueNotifications } from '#domain/notifications/enqueue.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { addReceiver, emit, event } from './notification-fixture.ts'

const NOW = new Date('2026-11-01T12:00:00Z')
let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database?.close())
beforeEach(async () => {
  await database.pool.query('truncate notification_receiver, notification_incident, notification_message, notification')
})

const rows = async () =>
  (
    await database.pool.query<{ receiver: string; kind: string; state: string; cancelled: string | null; due: Date }>(
      `select r.name as receiver, n.kind, n.state, n.cancelled, n.due_at as due
       from notification n join notification_receiver r on r.id = n.receiver_id order by n.id`,
    )
  ).rows
const brief = async () => (await rows()).map(({ receiver, kind, state }) => `${receiver}: ${kind} ${state}`)
const markGrouped = () => database.pool.query(`update notification set state = 'grouped' where state = 'waiting'`)

test('without a receiver nothing is written', async () => {
  expect(await emit(database.pool, NOW, event())).toEqual([0])
})

test('receivers are chosen by severity, zone and owner; the whole city concerns each zone', async () => {
  const { pool } = database
  await addReceiver(pool, { name: 'all' })
  await addReceiver(pool, { name: 'critical', severities: ['critical'] })
  await addReceiver(pool, { name: 'west', zones: ['west'] })
  await addReceiver(pool, { name: 'east', zones: ['east'] })
  await addReceiver(pool, { name: 'water works', owners: ['water'] })
  await addReceiver(pool, { name: 'off', enabled: false })
  await emit(pool, NOW, event())
  expect(await brief()).toEqual(['all: opened waiting', 'west: opened waiting'])
  await pool.query('delete from notification')
  const city = event({
    ...{ incidentId: 'city', severity: 'critical', owner: 'water', zoneId: undefined },
    subject: { kind: 'city', id: 'city', name: 'Testville' },
  })
  await emit(pool, NOW, city)
  expect((await brief()).map((line) => line.split(':')[0])).toEqual(['all', 'critical', 'west', 'east', 'water works'])
})

test('the same event twice is one row, also from two connections at once', async () => {
  const { pool } = database
  await addReceiver(pool, {})
  const two = await Promise.all([emit(pool, NOW, event()), emit(pool, NOW, event())])
  expect(two.flat().sort()).toEqual([0, 1])
})

test('what is rolled back was never enqueued', async () => {
  const { pool } = database
  await addReceiver(pool, {})
  const failing = inTransaction(pool, async (client) => {
    await enqueueNotifications(client, event(), NOW)
    throw new Error('alerting failed')
  })
  await expect(failing).rejects.toThrow('alerting failed')
  expect(await rows()).toEqual([])
})

test('who was not notified of an incident is not notified of its end; who was, is', async () => {
  const { pool } = database
  await addReceiver(pool, {})
  await emit(pool, NOW, event(), event({ kind: 'resolved', at: '2026-11-01T12:00:01Z' }))
  expect(await rows()).toMatchObject([{ kind: 'opened', state: 'cancelled', cancelled: 'ended' }])
  await emit(pool, NOW, event({ incidentId: 'incident-2' }))
  await markGrouped()
  await emit(pool, NOW, event({ incidentId: 'incident-2', kind: 'resolved', at: '2026-11-01T12:10:00Z' }))
  expect((await brief()).slice(1)).toEqual(['Operator: opened grouped', 'Operator: resolved waiting'])
})

test('after its end an incident is silent: another one begins anew', async () => {
  const { pool } = database
  await addReceiver(pool, {})
  await emit(pool, NOW, event(), event({ kind: 'closed', at: '2026-11-01T12:00:01Z', closedReason: 'rule_removed' }))
  expect(await emit(pool, NOW, event({ kind: 'severity_changed', at: '2026-11-01T12:00:02Z' }))).toEqual([0])
  expect(await emit(pool, NOW, event({ incidentId: 'incident-2' }))).toEqual([1])
})

test('row 25: an acknowledgement before step 2 is due stops step 2 at once', async () => {
  const { pool } = database
  await addReceiver(pool, { name: 'step 1' })
  await addReceiver(pool, { name: 'step 2', escalate_after_minutes: 15 })
  await emit(pool, NOW, event())
  expect((await rows()).map(({ due }) => due.toISOString())).toEqual([
    '2026-11-01T12:00:00.000Z',
    '2026-11-01T12:15:00.000Z',
  ])
  await inTransaction(pool, (client) => stopEscalation(client, 'incident-1', new Date('2026-11-01T12:14:59Z')))
  expect(await brief()).toEqual(['step 1: opened waiting', 'step 2: opened cancelled'])
  // the later step is not notified of what follows either
  await emit(pool, NOW, event({ kind: 'severity_changed', severity: 'critical', at: '2026-11-01T12:20:00Z' }))
  expect((await brief()).slice(2)).toEqual(['step 1: severity_changed waiting'])
})

test('a receiver whose severity is reached later is notified then', async () => {
  const { pool } = database
  await addReceiver(pool, { name: 'critical', severities: ['critical'] })
  await emit(pool, NOW, event(), event({ kind: 'severity_changed', severity: 'critical', at: '2026-11-01T12:01:00Z' }))
  expect(await brief()).toEqual(['critical: severity_changed waiting'])
})
