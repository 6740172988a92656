/** The number of a worker (ingest/receive/worker-slot.ts). Several connections at once: the embedded database has one session. */
import { spawnSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { acquireSlot, type Slot } from '#ingest/receive/worker-slot.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

const hasSs = spawnSync('ss', ['-V']).status === 0
const socketOf = (port: number | undefined): string =>
  spawnSync('ss', ['-Htno', 'state', 'established', `( dport = :${port} )`], { encoding: 'utf8' }).stdout

describe.skipIf(!process.env['DATABASE_URL'])('worker slots', () => {
  let database: TestDatabase
  let slots: Slot[] = []
  beforeAll(async () => {
    database = await openTestDatabase()
  })
  afterEach(async () => {
    await Promise.all(slots.map((slot) => slot.release()))
    slots = []
    // the server takes a moment to end a session that was closed
    await vi.waitFor(async () => expect(await sessions()).toEqual([]), { timeout: 5_000 })
  })
  afterAll(() => database.close())

  const acquire = async (onLost: (number: number) => void = () => {}): Promise<Slot> => {
    const slot = await acquireSlot(database.url ?? '', onLost)
    slots.push(slot)
    return slot
  }
  const sessions = async (): Promise<number[]> =>
    (
      await database.pool.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'citywell ingest slot' and datname = current_database()`,
      )
    ).rows.map(({ pid }) => pid)

  test('workers that start at once get different numbers, the lowest that are free', async () => {
    const taken = await Promise.all(Array.from({ length: 5 }, () => acquire()))
    expect(taken.map(({ number }) => number).toSorted()).toEqual([1, 2, 3, 4, 5])
    await taken.find(({ number }) => number === 2)?.release()
    await vi.waitFor(async () => expect((await acquire()).number).toBe(2), { timeout: 5_000, interval: 200 })
    expect(await taken.find(({ number }) => number === 1)?.workers()).toBeGreaterThanOrEqual(5)
  })

  test('a worker whose connection is ended takes its number back', async () => {
    const lost = vi.fn()
    const slot = await acquire(lost)
    const [session] = await sessions()
    await database.pool.query('select pg_terminate_backend($1)', [session])
    await vi.waitFor(async () => expect(await sessions()).not.toContain(session), { timeout: 5_000 })
    await vi.waitFor(async () => expect(await slot.workers()).toBe(1), { timeout: 10_000 })
    expect((await acquire()).number).toBe(2)
    expect(lost).not.toHaveBeenCalled()
  })

  test.skipIf(!hasSs)('the server looks every ten seconds whether the worker is there', async () => {
    await acquire()
    const { rows } = await database.pool.query<{ port: number }>(
      `select client_port as port from pg_stat_activity where application_name = 'citywell ingest slot' and datname = current_database()`,
    )
    // another timer runs while the last answer is under way
    const stdout = await vi.waitFor(() => {
      const text = socketOf(rows[0]?.port)
      expect(text).toContain('keepalive')
      return text
    })
    const [, seconds] = /timer:\(keepalive,(\d+)(?:\.\d+m)?s/.exec(stdout) ?? []
    expect(Number(seconds)).toBeLessThanOrEqual(10)
  })
})
