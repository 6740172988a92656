/** What /ready says of the database: busy is not away, and away is not busy. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createDatabaseProbe } from '#api/http/database-probe.ts'

/** Longer than reading the migrations from disk takes on a busy machine. */
const PATIENCE_MS = 1_000
const BUSY_MS = 15_000

/** A database that answers, keeps silent or refuses, on a clock of the test. */
function database() {
  const state = { mode: 'answers' as 'answers' | 'silent' | 'refuses', queries: 0, nowMs: 0 }
  const query = async (text: string): Promise<unknown> => {
    state.queries += 1
    while (state.mode === 'silent') await sleep(5)
    if (state.mode === 'refuses') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    return text.includes('to_regclass') ? { rows: [{ found: false }] } : { rows: [] }
  }
  const probe = createDatabaseProbe({ query } as never, {
    ...{ patienceMs: PATIENCE_MS, busyMs: BUSY_MS, now: () => state.nowMs },
  })
  return { state, probe }
}

test('one that has answered and is late is busy, and says for how long', async () => {
  const { state, probe } = database()
  expect(await probe()).toMatchObject({ database: { ok: true, detail: 'answers' } })
  state.mode = 'silent'
  const first = probe()
  state.nowMs += 4_000
  expect(await first).toMatchObject({
    database: { ok: true, detail: 'busy: has not answered for 4 s' },
    migrations: { ok: false, detail: expect.stringContaining('npm run migrate') },
  })
  const { queries } = state
  state.nowMs += BUSY_MS - 4_000
  expect((await probe()).database).toEqual({ ok: false, detail: 'does not answer; asked 15 s ago' })
  // nobody's question waits behind those of others
  expect(state.queries).toBe(queries)
  state.mode = 'answers'
  await expect.poll(async () => (await probe()).database).toEqual({ ok: true, detail: 'answers' })
})

test('one that refuses is away at once, and busy only after it has answered again', async () => {
  const { state, probe } = database()
  await probe()
  state.mode = 'refuses'
  expect((await probe()).database).toEqual({ ok: false, detail: 'does not answer' })
  state.mode = 'silent'
  expect((await probe()).database).toEqual({ ok: false, detail: 'does not answer; asked 0 s ago' })
})

test('one that has never answered is not busy', async () => {
  const { state, probe } = database()
  state.mode = 'silent'
  expect((await probe()).database.ok).toBe(false)
})
