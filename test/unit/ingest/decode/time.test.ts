import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { localInstant, readEpoch, readIso, readTime } from '#ingest/decode/helpers/time.ts'

const iso = (date: Date | undefined): string | undefined => date?.toISOString()

describe('times as devices write them', () => {
  test.each([
    ['2020-02-12T15:15:46.014773143Z', '2020-02-12T15:15:46.014Z'],
    ['2024-08-20T18:59:56z', '2024-08-20T18:59:56.000Z'],
    ['2024-01-13T20:25:03+0200', '2024-01-13T18:25:03.000Z'],
    ['2024-01-13T20:25:03-07', '2024-01-14T03:25:03.000Z'],
    ['2019-10-21T00:00-07', '2019-10-21T07:00:00.000Z'],
    ['2024-02-29 12:00:00,5+05:30', '2024-02-29T06:30:00.500Z'],
  ])('%s', (text, expected) => expect(iso(readIso(text))).toBe(expected))

  // ECMAScript's own format, read digit by digit, and the same with an offset, read by the pattern
  test('what toISOString writes is read back, as is the same with +00:00', () => {
    const dates = fc.date({
      min: new Date('0100-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(dates, (date) => {
        const text = date.toISOString()
        expect(readIso(text)?.getTime()).toBe(date.getTime())
        expect(readIso(text.replace('Z', '+00:00'))?.getTime()).toBe(date.getTime())
        expect(readIso(text.replace('Z', '987Z'))?.getTime()).toBe(date.getTime())
      }),
      { numRuns: 2_000, seed: 5 },
    )
  })

  test.each([
    '2023-02-29T00:00:00Z',
    '2023-01-01T0x:00:00Z',
    '2023-01-01T00:00:00.Z',
    '2023-01-01T00:00:00.1x3Z',
    '2023-13-01T00:00:00Z',
    '12:00',
    'now',
    '',
    '2023-01-01T00:60:00Z',
    '2023-01-01T00:00:00',
    // no clock is that far from UTC: the offset is damaged, and so would be the time
    '2023-01-01T00:00:00+99:99',
    '2023-01-01T00:00:00+24:00',
    '2023-01-01T00:00:00-16:00',
    '2023-01-01T00:00:00-02:60',
    '2023-01-01T24:30:00Z',
    '2023-01-01T24:00:01Z',
  ])('not %j', (text) => expect(readIso(text)).toBeUndefined())

  // 1700000000 s is 2023-11-14T22:13:20Z
  test.each([1_700_000_000, 1_700_000_000_000, 1_700_000_000_000_000, 1_700_000_000_000_000_000])(
    '%d is told by its size',
    (n) => {
      expect(iso(readEpoch(n))).toBe('2023-11-14T22:13:20.000Z')
      expect(iso(readTime(String(n)))).toBe('2023-11-14T22:13:20.000Z')
    },
  )
})

// St John's changed its clock at 00:01 until 2011, Gaza in 2010, Casey in 2020: not on a quarter of an hour (IANA tz database)
test('local times in order, around every change of a clock, are the instants that Temporal has, in every zone', () => {
  const wrong: string[] = []
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    let change = Temporal.ZonedDateTime.from(`2008-01-01T00:00Z[${zone}]`).getTimeZoneTransition('next')
    for (; change && change.year < 2027; change = change.getTimeZoneTransition('next')) {
      const first = Math.floor(change.epochMilliseconds / 600_000) * 600_000 - 7_200_000
      let before: number | undefined
      for (let at = first; at < first + 14_400_000; at += 600_000) {
        const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime()
        const near = before === undefined ? undefined : new Date(before + 600_000)
        const read = readIso(local.toString(), zone, near)?.getTime()
        if (read !== at) wrong.push(`${zone} ${local}`)
        before = at
      }
    }
  }
  expect(wrong).toEqual([])
})

describe('local time of Berlin (UTC+1, in summer UTC+2)', () => {
  const local = (text: string, near?: string): string | undefined =>
    iso(readIso(text, 'Europe/Berlin', near === undefined ? undefined : new Date(near)))

  test('winter and summer', () => {
    expect(local('2026-01-15T12:00:00')).toBe('2026-01-15T11:00:00.000Z')
    expect(local('2026-07-15T12:00:00')).toBe('2026-07-15T10:00:00.000Z')
  })

  test('on the day of the change, before and after it', () => {
    // 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC
    expect(local('2026-03-29T01:59:59')).toBe('2026-03-29T00:59:59.000Z')
    expect(local('2026-03-29T03:00:00')).toBe('2026-03-29T01:00:00.000Z')
    // 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC
    expect(local('2026-10-25T01:59:59')).toBe('2026-10-24T23:59:59.000Z')
    expect(local('2026-10-25T03:00:00')).toBe('2026-10-25T02:00:00.000Z')
  })

  test('an hour that does not occur is read with the offset before the change', () => {
    expect(local('2026-03-29T02:30:00')).toBe('2026-03-29T01:30:00.000Z')
  })

  test('an hour that occurs twice is the one near its arrival, else the first', () => {
    expect(local('2026-10-25T02:30:00', '2026-10-25T00:30:01Z')).toBe('2026-10-25T00:30:00.000Z')
    expect(local('2026-10-25T02:30:00', '2026-10-25T01:30:01Z')).toBe('2026-10-25T01:30:00.000Z')
    expect(local('2026-10-25T02:30:00', '2026-10-27T00:00:00Z')).toBe('2026-10-25T00:30:00.000Z')
    expect(local('2026-10-25T02:30:00')).toBe('2026-10-25T00:30:00.000Z')
  })

  test('west of Greenwich and at half hours', () => {
    expect(new Date(localInstant(Date.UTC(2026, 0, 1), 'America/St_Johns')).toISOString()).toBe(
      '2026-01-01T03:30:00.000Z',
    )
    expect(new Date(localInstant(Date.UTC(2026, 0, 1), 'Asia/Kathmandu')).toISOString()).toBe(
      '2025-12-31T18:15:00.000Z',
    )
  })
})
