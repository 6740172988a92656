/**
 * Several API processes on one database, killed or stopped at any statement of their nightly jobs: each job is finished once for
 * each night, by one process at a time, also when none ran at that time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { scheduleNightlyJobs } from '#api/nightly/nightly.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { createFaultyPool, type Fault, type FaultyPool } from './faulty-pool.ts'
import { addThing, hourly, observe } from './indicators-fixture.ts'

const HOUR_MS = 3_600_000
const LEASE_MS = 500
const NIGHT = Date.parse('2026-03-05T03:00:00Z')
const JOBS = ['compute_months', 'delete_expired', 'reconcile']

let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
  const [id] = await addThing(db.pool, { key: 'air', kind: 'air_station' }, [['pm2_5']])
  await observe(
    db.pool,
    id,
    hourly('2026-03-03T00:00:00Z', 48).map((time, i) => [time, i]),
  )
  await db.pool.query(`
    create table finished (job text);
    create function record_finished() returns trigger language plpgsql as $$
      begin insert into finished values (new.job); return null; end $$;
    create trigger finished after update on nightly_job for each row
      when (new.finished_at is distinct from old.finished_at) execute function record_finished()`)
})
afterAll(() => db.close())
beforeEach(nightBeforeIsDone)

async function nightBeforeIsDone(): Promise<void> {
  await db.pool.query(
    `update nightly_job set done_for = $1, holder = null, lease_until = '-infinity', finished_at = null`,
    [new Date(NIGHT - 24 * HOUR_MS)],
  )
  await db.pool.query('truncate finished, reconciliation')
}
const finished = async () =>
  (await db.pool.query<{ job: string }>('select job from finished order by 1')).rows.map(({ job }) => job)

type Process = {
  readonly faulty: FaultyPool
  readonly stop: () => Promise<void>
  readonly lines: readonly string[]
  /** how many others were at the same job when this one began it */
  readonly others: () => number
}
/** Processes by the job that they are at. */
type Running = Map<string, Set<Process>>

function startProcess(startsAtMs: number, running: Running = new Map()): Process {
  const faulty = createFaultyPool(db.poolFor({ max: 4 }))
  const offset = startsAtMs - Date.now()
  const lines: string[] = []
  let together = 0
  const workAt = (job: string) => async (): Promise<void> => {
    const own = running.get(job) ?? new Set<Process>()
    running.set(job, own)
    together = Math.max(together, [...own].filter((other) => other.faulty.state === 'running').length)
    own.add(process)
    for (let i = 0; i < 3; i++) await faulty.pool.query('select pg_sleep(0.03)')
    own.delete(process)
  }
  const stop = scheduleNightlyJobs({
    ...{ pool: faulty.pool, clock: () => new Date(Date.now() + offset), leaseMs: LEASE_MS },
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    warm: workAt('compute_months'),
    deleteExpired: workAt('delete_expired'),
  })
  const process: Process = { faulty, stop, lines, others: () => together }
  return process
}

const faults = fc.array(
  fc.record({
    fault: fc.constantFrom<Fault>('kill', 'stall'),
    point: fc.nat({ max: 60 }),
    waitMs: fc.nat({ max: 400 }),
  }),
  { minLength: 2, maxLength: 3 },
)

test('processes die or are stopped at any statement: each job is finished once, by one at a time', async () => {
  const seen = { kill: 0, stall: 0 }
  await fc.assert(
    fc.asyncProperty(faults, async (plans) => {
      await nightBeforeIsDone()
      const running: Running = new Map()
      const processes = plans.map(({ fault, point, waitMs }) => {
        const process = startProcess(NIGHT - waitMs, running)
        process.faulty.arm(fault, point)
        return process
      })
      const survivor = startProcess(NIGHT - 200, running)
      await expect.poll(finished, { timeout: 20_000, interval: 50 }).toEqual(JOBS)
      for (const [i, { faulty }] of processes.entries())
        if (faulty.state !== 'running') seen[plans[i]?.fault ?? 'kill'] += 1
      // What was stopped goes on, and finds its job done.
      for (const { faulty } of processes) faulty.resume()
      await sleep(3 * LEASE_MS)
      for (const { faulty, stop } of [...processes, survivor]) if (faulty.state === 'running') await stop()
      expect(await finished()).toEqual(JOBS)
      expect([...processes, survivor].map((process) => process.others())).toEqual(plans.map(() => 0).concat(0))
      const { rows } = await db.pool.query(
        `select count(*) filter (where finished_at is null) as unfinished,
                count(*) filter (where failure is null) > 0 as compared from reconciliation where asked_by = 'night'`,
      )
      expect(rows).toEqual([{ unfinished: 0, compared: true }])
    }),
    { seed: 14, numRuns: 6, endOnFailure: true },
  )
  expect(Math.min(seen.kill, seen.stall)).toBeGreaterThan(1)
}, 120_000)

test('a night on which none ran is caught up by the first that starts, once', async () => {
  const first = startProcess(NIGHT + 6 * HOUR_MS)
  await expect.poll(finished, { timeout: 10_000 }).toEqual(JOBS)
  const second = startProcess(NIGHT + 7 * HOUR_MS)
  await sleep(300)
  await Promise.all([first.stop(), second.stop()])
  expect(await finished()).toEqual(JOBS)
  expect(first.lines.map((line) => JSON.parse(line)).map(({ job, night, msg }) => [job, night, msg])).toEqual(
    ['reconcile', 'compute_months', 'delete_expired'].map((job) => [
      ...[job, '2026-03-05T03:00:00.000Z', 'missed nightly job caught up'],
    ]),
  )
  expect(second.lines).toEqual([])
})

test('a process that ends gives its job back at once', async () => {
  const first = startProcess(NIGHT)
  const held = async () => (await db.pool.query(`select job from nightly_job where holder is not null`)).rows.length
  await expect.poll(held, { interval: 5 }).toBe(1)
  await first.stop()
  expect(await held()).toBe(0)
})
