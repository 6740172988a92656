/** Rows 11, 24 and 25 of the contract: silences, maintenance windows, quiet hours, escalation and reminders. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stopEscalation } from '#domain/notifications/acknowledge.ts'
import type { SendMessage } from '#domain/notifications/channels/channel.ts'
import { remind } from '#domain/notifications/reminders.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { addReceiver, createWorker, EMPTY, emit, event } from './notification-fixture.ts'

let database: TestDatabase
let sent: string[]
const send: SendMessage = async ({ content }) => {
  sent.push(content.title)
  return { ok: true }
}
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database?.close())
beforeEach(async () => {
  await database.pool.query(EMPTY)
  sent = []
})

const OPENED = 'Warning: PM2.5 above 25 µg/m³, Market Square'
const RESOLVED = 'Resolved: PM2.5 above 25 µg/m³, Market Square'
const incident = (n: number, kind: 'opened' | 'resolved', at: string) =>
  event({ incidentId: `incident-${n}`, kind, at, ...(kind === 'resolved' && { endedAt: at }) })
const silence = (from: string, to: string, matchers: object = { rule: ['pm25'] }) =>
  database.pool.query(
    `insert into notification_silence (matchers, starts_at, ends_at, author, comment) values ($1, $2, $3, 'clerk', 'works')`,
    [JSON.stringify(matchers), from, to],
  )
const world = async (columns: Readonly<Record<string, unknown>> = {}) => {
  const { pool } = database
  await addReceiver(pool, columns)
  const worker = createWorker(pool, new Date(0), { send })
  return {
    at: worker.at,
    emit: async (time: string, n: number, kind: 'opened' | 'resolved') => {
      await emit(pool, new Date(time), incident(n, kind, time))
      await worker.at(time)
    },
  }
}

describe('row 11: a silence that begins while an incident is open', () => {
  test('does not send "resolved"; the real end is told during the silence', async () => {
    const { at, emit: raise } = await world()
    await raise('2026-11-01T12:00:00Z', 1, 'opened')
    await silence('2026-11-01T12:30:00Z', '2026-11-01T14:00:00Z')
    for (const minute of ['12:30', '13:00']) await at(`2026-11-01T${minute}:00Z`)
    expect(sent).toEqual([OPENED])
    await raise('2026-11-01T13:30:00Z', 1, 'resolved')
    expect(sent).toEqual([OPENED, RESOLVED])
  })
})

describe('row 24: silences', () => {
  test('opened and ended during the silence: nothing; firing again afterwards is told anew', async () => {
    const { emit: raise, at } = await world()
    await silence('2026-11-01T12:00:00Z', '2026-11-01T14:00:00Z')
    await raise('2026-11-01T12:10:00Z', 1, 'opened')
    await raise('2026-11-01T12:50:00Z', 1, 'resolved')
    await at('2026-11-01T14:00:00Z')
    expect(sent).toEqual([])
    await raise('2026-11-01T14:10:00Z', 2, 'opened')
    expect(sent).toEqual([OPENED])
  })
  test('still open when the silence ends: told then, once', async () => {
    const { emit: raise, at } = await world()
    await silence('2026-11-01T12:00:00Z', '2026-11-01T14:00:00Z')
    await raise('2026-11-01T12:10:00Z', 1, 'opened')
    await at('2026-11-01T13:59:59Z')
    expect(sent).toEqual([])
    await at('2026-11-01T14:00:00Z')
    await at('2026-11-01T15:00:00Z')
    expect(sent).toEqual([OPENED])
  })
  test('a silence is about what its matchers say', async () => {
    const { emit: raise } = await world()
    await silence('2026-11-01T12:00:00Z', '2026-11-01T14:00:00Z', { rule: ['pm25'], zone: ['east'] })
    await raise('2026-11-01T12:10:00Z', 1, 'opened')
    expect(sent).toEqual([OPENED])
  })
})

describe('row 24: quiet hours 22:00–06:00 in the time of the city (Lisbon), across both clock changes', () => {
  const quiet = (exceptSeverities: string[] = []) => ({
    quiet_hours: JSON.stringify({
      windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }],
      exceptSeverities,
    }),
  })
  // UTC+0 until 29 March 01:00 UTC, UTC+1 until 25 October 01:00 UTC
  test.for([
    ['forward', '2026-03-28T21:59:59Z', '2026-03-28T22:00:00Z', '2026-03-29T05:00:00Z'],
    ['back', '2026-10-24T20:59:59Z', '2026-10-24T21:00:00Z', '2026-10-25T06:00:00Z'],
  ] as const)('clocks %s', async ([, before, begin, end]) => {
    const { emit: raise, at } = await world(quiet())
    await raise(before, 1, 'opened')
    expect(sent).toHaveLength(1)
    await raise(begin, 2, 'opened')
    await at(new Date(Date.parse(end) - 1000))
    expect(sent).toHaveLength(1)
    // an old value that is still over when the window opens is told
    await at(end)
    expect(sent).toHaveLength(2)
  })
  test('what ended in the night is not told in the morning, unless its begin was', async () => {
    const { emit: raise, at } = await world(quiet())
    await raise('2026-11-01T21:00:00Z', 1, 'opened')
    await raise('2026-11-01T23:00:00Z', 2, 'opened')
    await raise('2026-11-02T01:00:00Z', 1, 'resolved')
    await raise('2026-11-02T01:00:00Z', 2, 'resolved')
    expect(sent).toEqual([OPENED])
    await at('2026-11-02T06:00:00Z')
    expect(sent).toEqual([OPENED, RESOLVED])
  })
  test('severities that are excepted are told at any time', async () => {
    const { at } = await world(quiet(['critical']))
    const time = '2026-11-01T23:00:00Z'
    await emit(database.pool, new Date(time), event({ severity: 'critical', at: time }))
    await at(time)
    expect(sent).toHaveLength(1)
  })
})

test('row 24: a maintenance window every Sunday from 01:00 to 03:00 holds across the clock change', async () => {
  const { emit: raise, at } = await world()
  await database.pool.query(
    `insert into notification_maintenance (name, matchers, windows, author) values ('backup', $1, $2, 'clerk')`,
    [JSON.stringify({ zone: ['west'] }), JSON.stringify([{ days: [7], from: '01:00', to: '03:00' }])],
  )
  // 25 October: 01:00 at UTC+1 is 00:00 UTC, 03:00 at UTC+0 is 03:00 UTC: three hours
  await raise('2026-10-25T00:00:00Z', 1, 'opened')
  await at('2026-10-25T02:59:59Z')
  expect(sent).toEqual([])
  await at('2026-10-25T03:00:00Z')
  expect(sent).toEqual([OPENED])
})

describe('row 25: escalation and reminders', () => {
  test('what missing data opened is over when data are back: no later step, no reminder, and nothing where nothing was sent', async () => {
    const { pool } = database
    const { at } = await world({ remind_minutes: 30 })
    await addReceiver(pool, { name: 'step 2', escalate_after_minutes: 15 })
    const missing = (kind: 'no_data' | 'back', n: number, time: string) =>
      emit(
        pool,
        new Date(time),
        event({ incidentId: `incident-${n}`, kind, at: time, ...(kind === 'back' && { endedAt: time }) }),
      )
    await missing('no_data', 1, '2026-11-01T12:00:00Z')
    await at('2026-11-01T12:00:10Z')
    await missing('back', 1, '2026-11-01T12:05:00Z')
    await at('2026-11-01T12:05:10Z')
    expect(sent).toHaveLength(2)
    // at once, as when an hour that was missed is made up for
    await missing('no_data', 2, '2026-11-01T12:10:00Z')
    await missing('back', 2, '2026-11-01T12:10:00Z')
    for (const minute of ['12:10', '12:20', '12:40', '13:30']) {
      await remind(pool, new Date(`2026-11-01T${minute}:30Z`))
      await at(`2026-11-01T${minute}:30Z`)
    }
    expect(sent).toHaveLength(2)
  })
  const acknowledge = (time: string) =>
    inTransaction(database.pool, (client) => stopEscalation(client, 'incident-1', new Date(time)))
  const kinds = async () =>
    (
      await database.pool.query<{ line: string }>(
        `select r.name || ' ' || n.kind || ' ' || n.state as line from notification n join notification_receiver r on r.id = n.receiver_id order by n.id`,
      )
    ).rows.map(({ line }) => line)

  test('not acknowledged: step 2 is told when it is due, once', async () => {
    const { emit: raise, at } = await world({ name: 'step 1' })
    await addReceiver(database.pool, { name: 'step 2', escalate_after_minutes: 15 })
    await raise('2026-11-01T12:00:00Z', 1, 'opened')
    await at('2026-11-01T12:14:59Z')
    expect(sent).toHaveLength(1)
    await at('2026-11-01T12:15:00Z')
    await at('2026-11-01T12:30:00Z')
    expect(sent).toHaveLength(2)
    await raise('2026-11-01T13:00:00Z', 1, 'resolved')
    expect(sent.slice(2)).toEqual([RESOLVED, RESOLVED])
  })

  test('acknowledged before step 2: no step 2, and no resolution for it either', async () => {
    const { emit: raise, at } = await world({ name: 'step 1' })
    await addReceiver(database.pool, { name: 'step 2', escalate_after_minutes: 15 })
    await raise('2026-11-01T12:00:00Z', 1, 'opened')
    await acknowledge('2026-11-01T12:14:59Z')
    for (const minute of ['12:15', '12:30']) await at(`2026-11-01T${minute}:00Z`)
    await raise('2026-11-01T13:00:00Z', 1, 'resolved')
    expect(sent).toEqual([OPENED, RESOLVED])
    expect(await kinds()).toEqual(['step 1 opened grouped', 'step 2 opened cancelled', 'step 1 resolved grouped'])
  })

  test('reminds until acknowledged, from then on at the other interval, and ends with the incident', async () => {
    const { pool } = database
    const { emit: raise, at } = await world({ remind_minutes: 60, remind_acknowledged_minutes: 480 })
    const tick = async (time: string) => {
      // two workers remind at once
      await Promise.all([remind(pool, new Date(time)), remind(pool, new Date(time))])
      await at(time)
    }
    const reminders = () => sent.filter((title) => title.startsWith('Still open')).length
    await raise('2026-11-01T12:00:00Z', 1, 'opened')
    await tick('2026-11-01T12:59:59Z')
    expect(reminders()).toBe(0)
    await tick('2026-11-01T13:00:00Z')
    await tick('2026-11-01T13:00:01Z')
    expect(reminders()).toBe(1)
    await tick('2026-11-01T14:00:00Z')
    expect(reminders()).toBe(2)
    await acknowledge('2026-11-01T14:30:00Z')
    await tick('2026-11-01T15:00:00Z')
    expect(reminders()).toBe(2)
    await tick('2026-11-01T22:00:00Z')
    expect(reminders()).toBe(3)
    await raise('2026-11-01T22:30:00Z', 1, 'resolved')
    await tick('2026-11-03T22:00:00Z')
    expect(reminders()).toBe(3)
  })
})
