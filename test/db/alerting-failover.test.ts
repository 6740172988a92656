/**
 * Several processes evaluate and notify on one database, and are killed or stopped at any statement. Whatever happens to them, each
 * crossing of a threshold is one incident with one opening and one end, and each message is recorded as sent once. A message
 * is handed over twice only by a worker that died or was stopped before it had recorded it, and then under the same id.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Engine } from '#domain/alerting/engine/engine.ts'
import type { MessageContent } from '#model/notifications/message.ts'
import { type AlertCity, on, openAlertCity } from './alerting-fixture.ts'
import { createFaultyPool, type Fault, type FaultyPool } from './faulty-pool.ts'
import { createWorker } from './notification-fixture.ts'

const LEASE_MS = 300
const THINGS = ['a', 'b', 'c']
const NORMAL = 70
const BEYOND = 90

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity()
  await city.pool.query(`
    create table recorded (message_id uuid, state text);
    create function record_outcome() returns trigger language plpgsql as $$
      begin insert into recorded values (new.id, new.state); return null; end $$;
    create trigger recorded after update on notification_message for each row
      when (new.state <> 'pending') execute function record_outcome()`)
})
afterAll(() => city.close())

type Handover = { readonly id: string; readonly content: MessageContent; readonly atMs: number; endMs?: number }
type Process = {
  readonly faulty: FaultyPool
  /** the next fault: at that many of the following points */
  arm(fault: Fault, point: number): void
  run(now: Date): Promise<unknown>
  close(): void
}

function startEngine(): Process {
  const pool = city.database.poolFor({ max: 2, idleInTransactionMs: LEASE_MS })
  const faulty = createFaultyPool(pool)
  const figures = {
    airIndex: async () => ({ things: new Map(), zones: new Map(), city: null }),
    shortfall: async () => undefined,
  }
  const engine = new Engine({ pool: faulty.pool, figures, system: {}, leaseMs: LEASE_MS })
  return { faulty, arm: faulty.arm, run: (now) => engine.pass(now), close: () => void engine.close() }
}

function startWorker(handovers: Handover[]): Process {
  const pool = city.database.poolFor({ max: 2, idleInTransactionMs: LEASE_MS })
  const faulty = createFaultyPool(pool)
  let current: Handover[] = []
  let inSending: { fault: Fault; point: number } | undefined
  const worker = createWorker(faulty.pool, on('10:00'), {
    leaseMs: LEASE_MS,
    send: async ({ id, content, signal }) => {
      if (inSending) faulty.arm(inSending.fault, inSending.point)
      inSending = undefined
      await faulty.point()
      signal.throwIfAborted()
      const handover: Handover = { id, content, atMs: performance.now() }
      handovers.push(handover)
      current.push(handover)
      await faulty.point()
      return { ok: true }
    },
  })
  const run = async (now: Date): Promise<void> => {
    current = []
    await worker.at(now)
    for (const handover of current) handover.endMs = performance.now()
  }
  // Half of the faults happen while a message is sent: before or after it is handed over, or when it is recorded.
  const arm = (fault: Fault, point: number): void => {
    if (point % 2 === 0) inSending = { fault, point: (point / 2) % 4 }
    else faulty.arm(fault, point)
  }
  return { faulty, arm, run, close: () => {} }
}

type Action = 'run' | 'skip' | { readonly fault: Fault; readonly point: number }

/** A process, and what replaces it when it was killed. */
function supervise(start: () => Process, onFault: (state: 'killed' | 'stalled') => void) {
  let process = start()
  let running: Promise<unknown> = Promise.resolve()
  return {
    act: async (action: Action, now: Date): Promise<void> => {
      if (process.faulty.state === 'killed') {
        process.close()
        process = start()
        running = Promise.resolve()
      }
      if (action === 'skip') return
      if (typeof action === 'object') process.arm(action.fault, action.point)
      else if (process.faulty.state === 'stalled') process.faulty.resume()
      const { faulty, run } = process
      if (faulty.state === 'stalled') return
      // One thing at a time: what it did when it was stopped, then the next.
      running = running.then(() => run(now).catch(() => {}))
      await Promise.race([running, faulty.failed()])
      if (faulty.state !== 'running') onFault(faulty.state)
    },
    /** dies at its next statement, unless it is stopped */
    kill: (): void => {
      if (process.faulty.state === 'running') process.faulty.arm('kill', 0)
    },
    /** what was stopped goes on, and ends */
    end: async (): Promise<void> => {
      process.faulty.resume()
      if (process.faulty.state === 'running') await Promise.race([running, process.faulty.failed()])
      process.close()
    },
  }
}

const action = fc.oneof(
  { weight: 4, arbitrary: fc.constant('run' as const) },
  { weight: 2, arbitrary: fc.constant('skip' as const) },
  {
    weight: 3,
    arbitrary: fc.record({ fault: fc.constantFrom('kill' as const, 'stall' as const), point: fc.nat({ max: 24 }) }),
  },
)
const step = fc.record({
  beyond: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  engines: fc.array(action, { minLength: 3, maxLength: 3 }),
  workers: fc.array(action, { minLength: 2, maxLength: 2 }),
  // long enough for leases to expire
  rests: fc.boolean(),
})

const minute = (n: number): string => `10:${String(n).padStart(2, '0')}`

/** By hand: an incident lasts from the first value beyond the threshold to the first that is not. */
function expectedIncidents(values: readonly (readonly boolean[])[]) {
  return THINGS.flatMap((subject, thing) => {
    const incidents: { subject: string; from: Date; to: Date }[] = []
    let from: number | undefined
    for (const [n, beyond] of values.entries()) {
      if (beyond[thing] && from === undefined) from = n
      if (beyond[thing] || from === undefined) continue
      incidents.push({ subject, from: on(minute(from)), to: on(minute(n)) })
      from = undefined
    }
    return incidents
  })
}

test('row 4: killed and stopped at any statement: each crossing one incident, each message recorded once', async () => {
  const seen = { killed: 0, stalled: 0, incidents: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 9, maxLength: 14 }), async (steps) => {
      await city.reset()
      await city.pool.query(
        'truncate recorded; update notification_receiver set group_seconds = 0, max_per_hour = 10000',
      )
      for (const key of THINGS) await city.things.add(key)
      await city.rule({ flapping: { changes: 50, windowMinutes: 5 } })
      const handovers: Handover[] = []
      const count = (state: 'killed' | 'stalled'): void => {
        seen[state] += 1
      }
      const engines = [1, 2, 3].map(() => supervise(startEngine, count))
      const workers = [1, 2].map(() => supervise(() => startWorker(handovers), count))
      // At the beginning and in the end everything is normal.
      const none = [false, false, false]
      const values = [none, ...steps.map(({ beyond }) => beyond), none]
      const report = async (n: number): Promise<void> => {
        for (const [thing, key] of THINGS.entries())
          await city.things.report(key, [`2026-06-01T${minute(n)}:00Z`, values[n]?.[thing] ? BEYOND : NORMAL])
      }
      await report(0)
      await engines[0]?.act('run', on(minute(0)))
      for (const [i, { engines: ofEngines, workers: ofWorkers, rests }] of steps.entries()) {
        await report(i + 1)
        const now = on(minute(i + 1))
        await Promise.all(engines.map((engine, k) => engine.act(ofEngines[k] ?? 'skip', now)))
        await Promise.all(workers.map((worker, k) => worker.act(ofWorkers[k] ?? 'skip', now)))
        if (rests) await sleep(1.2 * LEASE_MS)
      }
      await report(values.length - 1)
      const now = on(minute(values.length - 1))
      const finish = async (): Promise<void> => {
        const [engine, worker] = [startEngine(), startWorker(handovers)]
        await expect
          .poll(() => engine.run(now), { timeout: 20_000, interval: LEASE_MS })
          .toMatchObject({ evaluated: true })
        await expect.poll(() => worker.run(now).then(unsent), { timeout: 20_000, interval: LEASE_MS }).toEqual(0)
        engine.close()
      }
      for (const process of [...engines, ...workers]) process.kill()
      await finish()
      // Whatever is still stopped wakes up when everything is over.
      await Promise.all([...engines, ...workers].map((process) => process.end()))
      await finish()

      const { rows } = await city.pool.query(
        `select subject_id as subject, started_at as "from", ended_at as "to" from incident order by 1, 2`,
      )
      expect(rows).toEqual(expectedIncidents(values))
      expect(await changes()).toEqual(rows.map(() => ({ opened: 1, resolved: 1, others: 0 })))
      expect(await told()).toEqual([])
      const { rows: messages } = await city.pool.query<{ id: string; state: string; recorded: number }>(
        `select id, state, (select count(*) from recorded r where r.message_id = m.id) as recorded from notification_message m`,
      )
      expect(messages.filter(({ state, recorded }) => state !== 'sent' || recorded !== 1)).toEqual([])
      const byId = Map.groupBy(handovers, ({ id }) => id)
      expect([...byId.keys()].sort()).toEqual(messages.map(({ id }) => id).sort())
      for (const same of byId.values()) {
        expect(new Set(same.map(({ content }) => JSON.stringify(content))).size).toBe(1)
        // all but the last one were not recorded in time
        const inTime = same.filter(({ atMs, endMs }) => endMs !== undefined && endMs - atMs < LEASE_MS / 2)
        expect(inTime.length).toBeLessThanOrEqual(1)
      }
      seen.incidents += rows.length
    }),
    { seed: 14, numRuns: 4, endOnFailure: true },
  )
  // otherwise nothing was tested
  expect(seen.incidents).toBeGreaterThan(20)
  expect(Math.min(seen.killed, seen.stalled)).toBeGreaterThan(5)
}, 300_000)

const unsent = async (): Promise<number> =>
  (
    await city.pool.query<{ n: number }>(
      `select (select count(*) from notification where state = 'waiting')
            + (select count(*) from notification_message where state = 'pending') as n`,
    )
  ).rows[0]?.n ?? -1

/** What the history of each incident says. */
const changes = async () =>
  (
    await city.pool.query<{ opened: number; resolved: number; others: number }>(
      `select count(*) filter (where kind = 'opened') as opened, count(*) filter (where kind = 'resolved') as resolved,
              count(*) filter (where kind not in ('opened', 'resolved', 'recovering', 'firing')) as others
       from incident_event group by incident_id order by incident_id`,
    )
  ).rows

/** Incidents of which the receiver is not told both begin and end, once each; those that ended before anything was sent are not told. */
const told = async () =>
  (
    await city.pool.query(
      `select incident_id, array_agg(kind || ' ' || state order by id) as kinds from notification group by 1
       having array_agg(kind || ' ' || state order by id) not in (array['opened grouped', 'resolved grouped'], array['opened cancelled'])`,
    )
  ).rows
