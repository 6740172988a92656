import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Renewal } from '#infra/runtime/renewal.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('renews five times per lease, and keeps it', async () => {
  const onExpired = vi.fn()
  const renew = vi.fn(async () => true)
  const renewal = new Renewal({ leaseMs: 5_000, renew, onExpired })
  renewal.start()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(renew).toHaveBeenCalledTimes(60)
  expect(onExpired).not.toHaveBeenCalled()
  renewal.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(renew).toHaveBeenCalledTimes(60)
})

test('expires when no renewal succeeds, counted from when the database was asked', async () => {
  const onExpired = vi.fn()
  const renew = vi.fn(() => Promise.reject(new Error('unreachable')))
  const renewal = new Renewal({ leaseMs: 5_000, renew, onExpired })
  renewal.start(performance.now() - 2_000)
  await vi.advanceTimersByTimeAsync(2_999)
  expect(onExpired).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(onExpired).toHaveBeenCalledTimes(1)
  renewal.stop()
})

test('one renewal at a time, and none after the lease has gone to another holder', async () => {
  let answer: (isOurs: boolean) => void = () => {}
  const renew = vi.fn(() => new Promise<boolean>((resolve) => (answer = resolve)))
  const renewal = new Renewal({ leaseMs: 5_000, renew })
  renewal.start()
  await vi.advanceTimersByTimeAsync(4_000)
  expect(renew).toHaveBeenCalledTimes(1)
  answer(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(renew).toHaveBeenCalledTimes(1)
})

test('where renewals come late the lease is three times as long as the gap, at most four times its length, and short again later', async () => {
  let takesMs = 2_000
  const renewal = new Renewal({
    leaseMs: 5_000,
    renew: () => new Promise((resolve) => setTimeout(() => resolve(true), takesMs)),
  })
  renewal.start()
  expect(renewal.leaseMs).toBe(5_000)
  await vi.advanceTimersByTimeAsync(3_000)
  // asked at 0 s, and the first renewal was through at 3 s
  expect(renewal.leaseMs).toBe(9_000)
  takesMs = 30_000
  await vi.advanceTimersByTimeAsync(40_000)
  expect(renewal.leaseMs).toBe(20_000)
  takesMs = 0
  await vi.advanceTimersByTimeAsync(600_000)
  expect(renewal.leaseMs).toBe(5_000)
  renewal.stop()
})
