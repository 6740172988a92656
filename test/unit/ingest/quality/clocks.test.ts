import { describe, expect, test } from 'vitest'
import { createClockWatch } from '#ingest/quality/clocks.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** the last answer to messages that come every `everyMs` and are `behind` late */
const last = (everyMs: number, behind: readonly number[]): boolean | undefined => {
  const watch = createClockWatch()
  return behind.map((ms, n) => watch.isBehind('a', ms, n * everyMs)).at(-1)
}

describe('clocks that are behind', () => {
  test('an hour behind with every message: the zone is wrong', () => {
    expect(last(MINUTE, Array(8).fill(HOUR))).toBe(true)
    expect(last(MINUTE, Array(7).fill(HOUR))).toBe(false)
  })
  test('a few seconds of network make no difference', () =>
    expect(
      last(
        MINUTE,
        [0, 9, 3, 20, 1, 5, 2, 8].map((s) => HOUR + s * 1000),
      ),
    ).toBe(true))
  test('messages that waited catch up: each is less late than the one before', () =>
    expect(
      last(
        1000,
        [8, 7, 6, 5, 4, 3, 2, 1].map((n) => n * HOUR),
      ),
    ).toBe(false))
  test('hourly means that carry the beginning of their hour are in order', () =>
    expect(last(HOUR, Array(8).fill(HOUR))).toBe(false))
  test('one message in time clears the clock', () =>
    expect(last(MINUTE, [...Array(8).fill(HOUR), 1000, ...Array(3).fill(HOUR)])).toBe(false))
  test('devices are distinguished, and the memory is bounded', () => {
    const watch = createClockWatch({ limit: 2 })
    for (let n = 0; n < 7; n += 1) watch.isBehind('a', HOUR, n * MINUTE)
    expect(watch.isBehind('b', HOUR, 8 * MINUTE)).toBe(false)
    expect(watch.isBehind('c', HOUR, 8 * MINUTE)).toBe(false)
    expect(watch.isBehind('a', HOUR, 9 * MINUTE)).toBe(false)
  })
})
