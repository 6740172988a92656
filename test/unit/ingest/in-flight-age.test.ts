import { expect, test, vi } from 'vitest'
import { watchInFlightAge } from '#ingest/receive/in-flight-age.ts'

test('the alarm is raised once an episode, and once more when it is over', () => {
  vi.useFakeTimers()
  const said: string[] = []
  let oldestMs = 0
  const watch = watchInFlightAge({
    limitMs: 30_000,
    read: () => ({ oldestMs, messages: 7 }),
    log: { warn: () => said.push('late'), info: () => said.push('in time') } as never,
  })
  const after = (ms: number): boolean => {
    oldestMs = ms
    vi.advanceTimersByTime(1_000)
    return watch.late
  }
  expect([0, 29_000, 31_000, 60_000, 20_000, 14_000, 31_000].map(after)).toEqual([
    ...[false, false, true, true, true, false, true],
  ])
  expect(said).toEqual(['late', 'in time', 'late'])
  watch.stop()
  vi.useRealTimers()
})
