import { describe, expect, test } from 'vitest'
import {
  countIn,
  createInbox,
  isSilent,
  type Latest,
  lastReceivedHere,
  mergeObservations,
  NO_RATE,
  perSecond,
} from '#dashboard/src/live/latest.ts'
import type { LiveObservation } from '#model/mqtt/live-feed.ts'
import { REASONS } from '#model/observation/quality.ts'

const observation = (datastreamId: number, phenomenonTime: string, result: number, reasons = 0): LiveObservation => ({
  thing: 'air-001',
  datastreamId,
  property: 'pm2_5',
  channel: '',
  phenomenonTime,
  result,
  quality: reasons === 0 ? 1 : 3,
  reasons,
})

describe('the latest of each Datastream', () => {
  test('is the one measured last, not the one that came last', () => {
    const latest = new Map<number, Latest>()
    mergeObservations(latest, [observation(1, '2026-05-01T10:00:00Z', 5)])
    const changed = mergeObservations(latest, [observation(1, '2026-05-01T09:00:00Z', 99)])
    expect(changed).toEqual([])
    expect(latest.get(1)?.result).toBe(5)
  })

  test('compares instants, not texts', () => {
    const latest = new Map<number, Latest>()
    mergeObservations(latest, [observation(1, '2026-05-01T10:00:00Z', 5)])
    mergeObservations(latest, [observation(1, '2026-05-01T09:30:00-02:00', 7)])
    expect(latest.get(1)?.result).toBe(7)
  })

  test('a snapshot that is sent again changes nothing', () => {
    const latest = new Map<number, Latest>()
    const snapshot = [observation(1, '2026-05-01T10:00:00Z', 5), observation(2, '2026-05-01T10:00:00Z', 6)]
    expect(mergeObservations(latest, snapshot)).toEqual([1, 2])
    expect(mergeObservations(latest, snapshot)).toEqual([])
  })

  test('carries the names of the reasons for its flag', () => {
    const latest = new Map<number, Latest>()
    mergeObservations(latest, [observation(1, '2026-05-01T10:00:00Z', 5, REASONS.spike | REASONS.neighbours)])
    expect(latest.get(1)).toMatchObject({ quality: 3, reasons: ['spike', 'neighbours'] })
  })
})

describe('events a second', () => {
  test('is the sum of the last ten seconds over ten', () => {
    let rate = NO_RATE
    for (const at of [1000, 4000, 9000, 14_000]) rate = countIn(rate, at, 50)
    // at 14 s, what came at 1 s and 4 s is older than ten seconds
    expect(perSecond(rate, 14_000)).toBe(10)
    expect(rate.at).toEqual([9000, 14_000])
  })

  test('falls to zero when nothing comes', () => {
    expect(perSecond(countIn(NO_RATE, 0, 500), 60_000)).toBe(0)
  })
})

describe('the state of the feed', () => {
  test('a snapshot is not throughput; what is committed afterwards is', () => {
    const inbox = createInbox(new Map())
    const values = Array.from({ length: 2160 }, (_, i) => observation(i + 1, '2026-05-01T11:59:00Z', 5))
    inbox.add(values, true)
    inbox.add(values.slice(0, 20), false)
    const { changed, committed } = inbox.drain()
    // the same values again change nothing
    expect([changed.length, committed]).toEqual([2160, 20])
    expect(inbox.drain()).toEqual({ changed: [], committed: 0 })
  })

  test('silence is measured from arrival on the server, whatever the clock of the page says', () => {
    // The clock of this page is two hours ahead of the server's.
    const now = Date.parse('2026-05-01T14:00:00Z')
    const received = (time: string, lastReceivedAt: string | null) => lastReceivedHere({ time, lastReceivedAt }, now)
    const lastReceived = received('2026-05-01T12:00:00Z', '2026-05-01T11:58:00Z')
    expect(lastReceived).toBe(now - 120_000)
    const live = { status: 'live', lastReceived }
    expect(isSilent(live, now)).toBe(false)
    expect(isSilent(live, now + 181_000)).toBe(true)
    expect(isSilent({ ...live, status: 'reconnecting' }, now + 181_000)).toBe(false)
    expect(received('2026-05-01T12:00:00Z', null)).toBeNull()
    // a worker whose clock is a little ahead of the API's
    expect(received('2026-05-01T12:00:00Z', '2026-05-01T12:00:02Z')).toBe(now)
  })

  test('a value from the future gives way to the next one', () => {
    const latest = new Map<number, Latest>()
    const now = Date.parse('2026-05-01T12:00:00Z')
    mergeObservations(latest, [observation(1, '2026-05-02T12:00:00Z', 5)], now)
    mergeObservations(latest, [observation(1, '2026-05-01T11:59:00Z', 7)], now)
    expect(latest.get(1)?.result).toBe(7)
  })
})
