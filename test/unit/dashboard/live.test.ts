import { describe, expect, test } from 'vitest'
import { countIn, type Latest, mergeObservations, NO_RATE, perSecond } from '#dashboard/src/live/latest.ts'
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
    expect(changed).toBe(0)
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
    expect(mergeObservations(latest, snapshot)).toBe(2)
    expect(mergeObservations(latest, snapshot)).toBe(0)
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
