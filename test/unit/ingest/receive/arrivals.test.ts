import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Arrivals } from '#ingest/receive/arrivals.ts'

const packet = (messageId: number | undefined, topic: string, payload: string, dup = false) => ({
  ...{
    messageId,
    topic,
    payload: Buffer.from(payload),
    dup,
    qos: 1 as const,
    fullBytes: payload.length,
    retain: false,
  },
})

describe('Arrivals', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('messages of one topic read in the same millisecond have times of their own', () => {
    const arrivals = new Arrivals()
    const times = [packet(1, 'a', 'x'), packet(2, 'a', 'x'), packet(3, 'b', 'x'), packet(undefined, 'a', 'x')]
    expect(times.map((each) => arrivals.timeOf(each).getTime())).toEqual([1_000_000, 1_000_001, 1_000_000, 1_000_002])
  })

  test('a redelivered one keeps its time; another content under the same identifier does not', () => {
    const arrivals = new Arrivals()
    arrivals.timeOf(packet(7, 'a', 'x'))
    vi.setSystemTime(2_000_000)
    expect(arrivals.timeOf(packet(7, 'a', 'x', true)).getTime()).toBe(1_000_000)
    expect(arrivals.timeOf(packet(7, 'a', 'y', true)).getTime()).toBe(2_000_000)
  })

  test('a flood does not run ahead of the clock without limit', () => {
    const arrivals = new Arrivals()
    let last = 0
    for (let i = 0; i < 5_000; i += 1) last = arrivals.timeOf(packet(i + 1, 'a', 'x')).getTime()
    expect(last).toBe(1_001_000)
  })
})
