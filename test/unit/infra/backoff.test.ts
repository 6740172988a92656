import { expect, test } from 'vitest'
import { type Backoff, backoffMs, waitBackoff } from '#infra/runtime/backoff.ts'

const BACKOFF: Backoff = { firstMs: 100, maxMs: 10_000 }

test('the upper bound doubles with each failure, up to the maximum', () => {
  expect([0, 1, 2, 6, 7, 5_000].map((failures) => backoffMs(BACKOFF, failures, 1))).toEqual([
    100, 200, 400, 6_400, 10_000, 10_000,
  ])
})

test('jitter is between half of the upper bound and all of it', () => {
  expect(backoffMs(BACKOFF, 1, 0)).toBe(100)
  expect(backoffMs(BACKOFF, 1, 0.5)).toBe(150)
})

test('an aborted wait ends at once', async () => {
  const stop = new AbortController()
  const waiting = waitBackoff({ firstMs: 60_000, maxMs: 60_000 }, 0, stop.signal)
  stop.abort()
  await expect(waiting).resolves.toBeUndefined()
})
