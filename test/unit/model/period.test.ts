import { describe, expect, test } from 'vitest'
import { parsePeriod } from '#model/basics/period.ts'

const now = new Date('2026-06-15T12:00:00Z')
const bounds = (label: string, zone: string) => {
  const { from, to } = parsePeriod(label, zone, now)
  return [from.toISOString(), to.toISOString()]
}

// Offsets by hand: Lisbon is UTC+0 in winter and UTC+1 in summer (29 March to 25 October in 2026), Berlin one hour more.
describe('local days and years', () => {
  test.each([
    ['2025', 'Europe/Lisbon', '2025-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ['2026-Q2', 'Europe/Berlin', '2026-03-31T22:00:00.000Z', '2026-06-30T22:00:00.000Z'],
    ['2026-12', 'Europe/Berlin', '2026-11-30T23:00:00.000Z', '2026-12-31T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'], // 23 hours
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'], // 25 hours
    ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00.000Z', '2026-01-01T18:15:00.000Z'], // UTC+5:45
  ])('%s in %s', (label, zone, from, to) => {
    expect(bounds(label, zone)).toEqual([from, to])
  })

  // Beirut skipped midnight on 30 March 2025: the clock went from 24:00 to 01:00.
  test('a day whose midnight was skipped begins at the first instant after it', () => {
    expect(parsePeriod('2025-03-30', 'Asia/Beirut', now).from.toISOString()).toBe('2025-03-29T22:00:00.000Z')
  })
})

test('a period that has not ended is partial; one that has is not', () => {
  expect(parsePeriod('2026', 'UTC', now).partial).toBe(true)
  expect(parsePeriod('2026-05', 'UTC', now).partial).toBe(false)
})

test('rolling periods end now', () => {
  expect(bounds('last-24h', 'UTC')).toEqual(['2026-06-14T12:00:00.000Z', '2026-06-15T12:00:00.000Z'])
})

test.each(['', '26', '2026-13', '2026-00', '2026-02-30', '2026-05-00', '2026-Q5', 'yesterday', '2026-5', 'last-31d'])(
  'refuses "%s"',
  (label) => {
    expect(() => parsePeriod(label, 'UTC', now)).toThrow(expect.objectContaining({ code: 'PERIOD_INVALID' }))
  },
)
