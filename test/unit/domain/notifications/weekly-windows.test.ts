import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { isInWindows, type WeeklyWindow, windowEnd } from '#model/notifications/weekly-windows.ts'

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
const NIGHT: WeeklyWindow = { days: EVERY_DAY, from: '22:00', to: '06:00' }
const local = (text: string, timeZone: string): Date =>
  new Date(
    Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds,
  )

describe('row 24: 22:00–06:00 across both clock changes', () => {
  // Europe/Lisbon: clocks go forward on 29 March 2026 at 01:00, back on 25 October 2026 at 02:00 (local time).
  test.for([
    ['forward', '2026-03-28', '2026-03-29', 7],
    ['back', '2026-10-24', '2026-10-25', 9],
    ['no change', '2026-06-01', '2026-06-02', 8],
  ] as const)('clocks %s', ([, evening, morning, hours]) => {
    const begin = local(`${evening}T22:00`, 'Europe/Lisbon')
    const end = local(`${morning}T06:00`, 'Europe/Lisbon')
    expect((end.getTime() - begin.getTime()) / 3_600_000).toBe(hours)
    expect(isInWindows([NIGHT], new Date(begin.getTime() - 1), 'Europe/Lisbon')).toBe(false)
    expect(windowEnd([NIGHT], begin, 'Europe/Lisbon')).toEqual(end)
    expect(windowEnd([NIGHT], new Date(end.getTime() - 1), 'Europe/Lisbon')).toEqual(end)
    expect(isInWindows([NIGHT], end, 'Europe/Lisbon')).toBe(false)
  })
})

test('a window lasts as ECMAScript Temporal says, at any time, in zones with odd changes', () => {
  const zones = [
    'Europe/Lisbon',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/Santiago',
    'UTC',
  ]
  const times = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  const text = ([hour, minute]: [number, number]) => `${`${hour}`.padStart(2, '0')}:${`${minute}`.padStart(2, '0')}`
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.date({ min: new Date('2025-01-01T00:00:00Z'), max: new Date('2027-12-31T00:00:00Z'), noInvalidDate: true }),
      times,
      times,
      fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      (timeZone, at, from, to, days) => {
        const today = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate()
        const inside = [-1, 0, 1].some((shift) => {
          const day = today.add({ days: shift })
          if (!days.includes(day.dayOfWeek)) return false
          const start = day.toZonedDateTime({ timeZone, plainTime: text(from) })
          const endDay = text(to) > text(from) ? day : day.add({ days: 1 })
          const end = endDay.toZonedDateTime({ timeZone, plainTime: text(to) })
          return start.epochMilliseconds <= at.getTime() && at.getTime() < end.epochMilliseconds
        })
        expect(isInWindows([{ days, from: text(from), to: text(to) }], at, timeZone)).toBe(inside)
      },
    ),
    { seed: 15, numRuns: 300 },
  )
})

test('windows that touch are one; windows that never end are looked at again after a week', () => {
  const evening: WeeklyWindow = { days: [1], from: '18:00', to: '22:00' }
  const monday = new Date('2026-06-01T19:00:00Z')
  expect(windowEnd([evening, NIGHT], monday, 'UTC')?.toISOString()).toBe('2026-06-02T06:00:00.000Z')
  const always: WeeklyWindow = { days: EVERY_DAY, from: '00:00', to: '00:00' }
  expect(windowEnd([always], monday, 'UTC')?.toISOString()).toBe('2026-06-08T19:00:00.000Z')
})
