import { describe, expect, test } from 'vitest'
import { bucketEdges } from '#api/measurements/buckets.ts'
import { parsePeriod } from '#model/basics/period.ts'

const HOUR_MS = 3_600_000
const LATER = new Date('2030-01-01T00:00:00Z')

/** Where a local day begins, and how many hours it has. */
function dayOf(label: string, timeZone: string): [string, number] {
  const { from, to } = parsePeriod(label, timeZone, LATER)
  return [from.toISOString().slice(0, 16), (to.getTime() - from.getTime()) / HOUR_MS]
}

// Changes of clocks from the IANA time zone database (tzdata: europe, southamerica, northamerica, africa, australasia).
// A day on which clocks go forward by an hour has 23 hours, the day before it 24, whatever the hour of the change.
describe('days on which the clock changes', () => {
  test.each([
    // Azores: 2026-03-29 00:00 (UTC-1) -> 01:00 (UTC+0), at 01:00 UTC; Rule EU
    ['Atlantic/Azores', '2026-03-28', '2026-03-28T01:00', 24],
    ['Atlantic/Azores', '2026-03-29', '2026-03-29T01:00', 23],
    ['Atlantic/Azores', '2026-10-25', '2026-10-25T00:00', 25],
    // Chile: 2025-09-07 00:00 (UTC-4) -> 01:00 (UTC-3), at 04:00 UTC; back 2026-04-05 00:00 -> 2026-04-04 23:00
    ['America/Santiago', '2025-09-06', '2025-09-06T04:00', 24],
    ['America/Santiago', '2025-09-07', '2025-09-07T04:00', 23],
    ['America/Santiago', '2026-04-04', '2026-04-04T03:00', 25],
    ['America/Santiago', '2026-04-05', '2026-04-05T04:00', 24],
    // Cuba: 2026-03-08 00:00 (UTC-5) -> 01:00 (UTC-4), at 05:00 UTC; back 2026-11-01 01:00 -> 00:00
    ['America/Havana', '2026-03-07', '2026-03-07T05:00', 24],
    ['America/Havana', '2026-03-08', '2026-03-08T05:00', 23],
    ['America/Havana', '2026-11-01', '2026-11-01T04:00', 25],
    // Brazil, the last year with summer time: 2018-11-04 00:00 (UTC-3) -> 01:00 (UTC-2), at 03:00 UTC
    ['America/Sao_Paulo', '2018-11-03', '2018-11-03T03:00', 24],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00', 23],
    // half an hour: Lord Howe 2026-10-04 02:00 (UTC+10:30) -> 02:30 (UTC+11)
    ['Australia/Lord_Howe', '2026-10-04', '2026-10-03T13:30', 23.5],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00', 24.5],
    // offsets of 12:45 and 13:45: Chatham 2026-09-27 02:45 -> 03:45
    ['Pacific/Chatham', '2026-09-27', '2026-09-26T11:15', 23],
    // Samoa left out 30 December 2011 when it moved across the date line, from UTC-10 to UTC+14
    ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00', 24],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00', 0],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00', 24],
    // Newfoundland changed at 00:01 until 2011: 2010-11-07 00:01 -> 2010-11-06 23:01; the day begins at its first midnight
    ['America/St_Johns', '2010-11-06', '2010-11-06T02:30', 24],
    ['America/St_Johns', '2010-11-07', '2010-11-07T02:30', 25],
    ['America/St_Johns', '2010-03-14', '2010-03-14T03:30', 23],
  ])('%s, %s', (timeZone, label, from, hours) => {
    expect(dayOf(label, timeZone)).toEqual([from, hours])
  })
})

test('the daily buckets of a window are its days; a day that was left out is none', () => {
  const edges = bucketEdges('1d', new Date('2011-12-29T12:00Z'), new Date('2011-12-30T12:00Z'), 'Pacific/Apia')
  expect(edges.map((edge) => new Date(edge).toISOString().slice(0, 16))).toEqual([
    '2011-12-29T10:00',
    '2011-12-30T10:00',
    '2011-12-31T10:00',
  ])
})
