/** Days of the city: for any day and any zone, a day ends where the next one begins, and years can be stepped through. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, dayOf, endOfDay, inYears } from '#dashboard/src/state/local-day.ts'
import { endingAt, startPlayback, windowOf } from '#dashboard/src/state/playback-address.ts'

const ZONES = ['UTC', 'Europe/Lisbon', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Auckland', 'America/Sao_Paulo']
const zone = fc.constantFrom(...ZONES)
const instant = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2040, 0, 1) })

test('a moment lies before the end of its day, and the end of a day in the next', () => {
  fc.assert(
    fc.property(instant, zone, (at, timeZone) => {
      const day = dayOf(at, timeZone)
      expect(day).toMatch(DAY)
      const end = endOfDay(day, timeZone)
      expect(end).toBeGreaterThan(at)
      expect(end - at).toBeLessThanOrEqual(26 * 3_600_000)
      expect([dayOf(end - 1, timeZone), dayOf(end, timeZone) > day]).toEqual([day, true])
    }),
    { seed: 1 },
  )
})

test('a year forth and back is the same day, but for 29 February', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 30 }), (at, years) => {
      const day = dayOf(at, 'UTC')
      const there = inYears(day, -years)
      expect(there).toMatch(DAY)
      expect(Number(there.slice(0, 4))).toBe(Number(day.slice(0, 4)) - years)
      expect(inYears(there, years)).toBe(day.endsWith('02-29') ? `${day.slice(0, 8)}28` : day)
    }),
    { seed: 2 },
  )
  expect(inYears('2024-02-29', -1)).toBe('2023-02-28')
  expect(inYears('2024-02-29', 4)).toBe('2028-02-29')
})

test('playback reaches a day of any year', () => {
  const playback = startPlayback(Date.parse('2026-11-24T12:30:00Z'), '7d')
  const then = endingAt(playback, endOfDay('2019-03-31', 'Europe/Lisbon'), Date.parse('2026-11-24T12:30:00Z'))
  expect(windowOf(then)).toEqual({ from: '2019-03-24T23:00:00Z', to: '2019-03-31T23:00:00Z' })
  expect(then.time).toBe(Date.parse('2019-03-24T23:00:00Z'))
})
