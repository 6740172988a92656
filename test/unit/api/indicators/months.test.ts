import { expect, test } from 'vitest'
import { monthsOf } from '#api/measurements/months.ts'

const utc = (text: string): Date => new Date(text.length > 13 ? `${text}:00Z` : `${text}:00:00Z`)
const parts = (from: string, to: string, zone: string) => {
  const { months, rest } = monthsOf({ from: utc(from), to: utc(to) }, zone)
  const hour = (at: Date): string => at.toISOString().slice(0, 13)
  return {
    months: months.map((month) => [month.label, hour(month.from), hour(month.to)]),
    rest: rest.map((span) => [hour(span.from), hour(span.to)]),
  }
}

test('a quarter of New York: local months, the clock goes forward on 8 March', () => {
  expect(parts('2026-01-01T05', '2026-04-01T04', 'America/New_York')).toEqual({
    months: [
      ['2026-01', '2026-01-01T05', '2026-02-01T05'],
      ['2026-02', '2026-02-01T05', '2026-03-01T05'],
      ['2026-03', '2026-03-01T05', '2026-04-01T04'],
    ],
    rest: [],
  })
})

test('a month that is under way, and days before the first whole month, are left over', () => {
  expect(parts('2026-01-20T00', '2026-03-05T12', 'UTC')).toEqual({
    months: [['2026-02', '2026-02-01T00', '2026-03-01T00']],
    rest: [
      ['2026-01-20T00', '2026-02-01T00'],
      ['2026-03-01T00', '2026-03-05T12'],
    ],
  })
})

test('Auckland begins its month half a day before UTC, Kathmandu a quarter of an hour past one', () => {
  expect(parts('2025-12-31T11', '2026-01-31T11', 'Pacific/Auckland').months).toEqual([
    ['2026-01', '2025-12-31T11', '2026-01-31T11'],
  ])
  const { months, rest } = monthsOf({ from: utc('2025-12-31T18:15'), to: utc('2026-01-31T18:15') }, 'Asia/Kathmandu')
  expect(months).toEqual([{ label: '2026-01', from: utc('2025-12-31T18:15'), to: utc('2026-01-31T18:15') }])
  expect(rest).toEqual([])
})

test('less than a month has none', () => {
  expect(parts('2026-02-02T00', '2026-02-20T00', 'UTC')).toEqual({
    months: [],
    rest: [['2026-02-02T00', '2026-02-20T00']],
  })
  expect(parts('2026-02-02T00', '2026-02-02T00', 'UTC')).toEqual({ months: [], rest: [] })
})
