import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPeriodCache } from '#api/indicators/period-cache.ts'

/** A load takes `tookMs` on the clock of the test; it ends when the test says so. */
function cache(tookMs: number) {
  const state = { nowMs: 0, loads: 0, fails: false }
  const loading: (() => void)[] = []
  const periods = createPeriodCache<number>({
    ...{ freshMs: () => 30_000, clock: () => new Date(state.nowMs), now: () => state.nowMs },
  })
  const get = () =>
    periods.get('2026', async () => {
      state.loads += 1
      const number = state.loads
      await new Promise<void>((done) => loading.push(done))
      if (state.fails) throw new Error('unreachable')
      return number
    })
  const end = async (): Promise<void> => {
    state.nowMs += tookMs
    for (const done of loading.splice(0)) done()
    await turn()
  }
  return { state, get, end, periods }
}

test('what is loaded fast is never out of date', async () => {
  const { state, get, end } = cache(500)
  const first = get()
  await end()
  expect(await first).toBe(1)
  state.nowMs += 30_000
  const second = get()
  await end()
  expect(await second).toBe(2)
})

test('what takes long is given out of date while it is loaded again, once', async () => {
  const { state, get, end } = cache(20_000)
  const first = get()
  await end()
  expect(await first).toBe(1)
  state.nowMs += 60_000
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1])
  expect(state.loads).toBe(2)
  await end()
  expect(await get()).toBe(2)
})

test('a load that fails leaves what there is, for a quarter of an hour', async () => {
  const { state, get, end } = cache(20_000)
  void get()
  await end()
  state.fails = true
  state.nowMs += 60_000
  expect(await get()).toBe(1)
  await end()
  expect(await get()).toBe(1)
  expect(state.loads).toBe(3)
  await end()
  state.nowMs += 15 * 60_000
  const late = get()
  await end()
  await expect(late).rejects.toThrow('unreachable')
})

test('what was changed is read again, also when it takes long', async () => {
  const { get, end, periods } = cache(20_000)
  void get()
  await end()
  periods.clear()
  const next = get()
  await end()
  expect(await next).toBe(2)
})

test('what was being loaded before a change does not come back after it', async () => {
  const { state, get, end, periods } = cache(20_000)
  void get()
  await end()
  state.nowMs += 60_000
  expect(await get()).toBe(1)
  periods.clear()
  const next = get()
  await end()
  expect(await next).toBe(3)
  expect(await get()).toBe(3)
})
