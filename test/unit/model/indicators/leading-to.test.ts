import { expect, test } from 'vitest'
import { leadingTo } from '#model/indicators/trend-span.ts'

const now = new Date('2026-02-10T12:00:00Z')
test.each([
  ['2026', { every: 'year', from: '2022', to: '2026' }],
  ['2026-Q1', { every: 'quarter', from: '2024-04', to: '2026-01' }],
  ['2026-01', { every: 'month', from: '2025-02', to: '2026-01' }],
  ['2026-01-15', { every: 'month', from: '2025-02', to: '2026-01' }],
  ['last-30d', { every: 'month', from: '2025-03', to: '2026-02' }],
] as const)('the periods that lead up to %s', (period, expected) => {
  expect(leadingTo(period, now, 'UTC')).toEqual(expected)
})

test('the month that it is in the city', () => {
  const newYear = new Date('2026-12-31T12:00:00Z')
  expect(leadingTo('last-30d', newYear, 'Pacific/Kiritimati').to).toBe('2027-01')
  expect(leadingTo('last-30d', new Date('2027-01-01T08:00:00Z'), 'Pacific/Pago_Pago').to).toBe('2026-12')
})
