import { expect, test } from 'vitest'
import { HOUR_MS } from '#model/basics/durations.ts'
import { countMeter } from '#model/meter/count.ts'
import { windowOf } from '#model/meter/window.ts'

const rules = { unit: 'kW.h', maxRate: () => 69, replacements: [] }
/** What a meter with these readings, by hour, counted from one hour to another; null without a reading. */
const counted = (readings: Readonly<Record<number, number>>, from: number, to: number): number | null => {
  const ordered = Object.entries(readings).map(([hour, value]) => ({ at: Number(hour) * HOUR_MS, value }))
  return windowOf(countMeter(ordered, rules), from * HOUR_MS, to * HOUR_MS)?.counted ?? null
}

test('differences of readings, from the one before', () => {
  expect(counted({ 0: 98, 1.2: 100, 1.8: 101 }, 1, 2)).toBe(3)
})

test('without a reading before, the first one is where counting begins', () => {
  expect(counted({ 1.2: 100, 1.8: 101 }, 1, 2)).toBe(1)
})

// 101 -> 103 is 2, then a restart: 0 -> 1 -> 2 is 2
test('a restart inside an hour', () => {
  expect(counted({ 0.9: 101, 1.1: 103, 1.3: 1, 1.5: 2 }, 1, 2)).toBe(4)
})

test('a restart between hours', () => {
  expect(counted({ 0.1: 997, 0.5: 1000, 1.1: 3, 1.4: 5 }, 1, 2)).toBe(5)
})

test('no good reading is no consumption, not zero', () => {
  expect(counted({ 0: 10 }, 1, 2)).toBeNull()
  expect(counted({}, 1, 2)).toBeNull()
})

test('the consumption over a gap goes to the part of time whose reading ends it', () => {
  const readings = { 0.1: 9, 0.3: 10, 0.9: 12, 2.5: 20 }
  expect([0, 1, 2].map((hour) => counted(readings, hour, hour + 1))).toEqual([3, null, 8])
})

test('a reading at the end of an hour belongs to that hour', () => {
  expect(counted({ 0: 10, 1: 12, 2: 15 }, 0, 1)).toBe(2)
  expect(counted({ 0: 10, 1: 12, 2: 15 }, 1, 2)).toBe(3)
})

test('a meter that comes back after a week of zeros was replaced twice', () => {
  const zeros = Object.fromEntries(Array.from({ length: 7 * 24 }, (_, i) => [i + 3, 0]))
  expect(counted({ 0: 5000, 1: 5001, 2: 5002, ...zeros, 171: 5170, 172: 5171 }, 0, 200)).toBe(2 + 1)
})
