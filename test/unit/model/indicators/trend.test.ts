import { expect, test } from 'vitest'
import { spreadOf } from '#model/indicators/spread.ts'
import { compare, trendOf } from '#model/indicators/trend.ts'

test('a line with scatter: x 1 to 5, y 2 4 5 4 5: slope 0.6, s2 0.8, t(3) 3.182446, half 3.182446 * sqrt(0.08) = 0.900132', () => {
  const trend = trendOf([2, 4, 5, 4, 5].map((value, i) => ({ at: i + 1, value })))
  expect(trend?.slope).toBeCloseTo(0.6, 12)
  expect(trend?.slopeInterval[0]).toBeCloseTo(0.6 - 0.900132, 5)
  expect(trend?.direction).toBe('not_told_apart')
  // at 6: 2.2 + 3.6 = 5.8; margin 3.182446 * sqrt(0.8 * (1 + 1/5 + 9/10)) = 4.124907
  const ahead = trend?.project(6)
  expect(ahead?.value).toBeCloseTo(5.8, 12)
  expect((ahead?.interval[1] ?? 0) - 5.8).toBeCloseTo(4.124907, 4)
})
test('a clear fall is told', () => {
  expect(trendOf([20, 18.1, 16, 13.9, 12].map((value, at) => ({ at, value })))?.direction).toBe('falling')
})
test('three points, or one time only, have no trend', () => {
  expect(trendOf([1, 2, 3].map((value, at) => ({ at, value })))).toBeUndefined()
  expect(trendOf([1, 2, 3, 4].map((value) => ({ at: 1, value })))).toBeUndefined()
})
test('80 (se 3) to 85 (se 4): se 5, half 9.8, not distinguished; to 90 it is', () => {
  expect(compare({ value: 80, standardError: 3 }, { value: 85, standardError: 4 })).toMatchObject({
    change: 5,
    standardError: 5,
    toldApart: false,
  })
  expect(compare({ value: 80, standardError: 3 }, { value: 90, standardError: 4 }).toldApart).toBe(true)
  expect(compare({ value: 80, standardError: null }, { value: 90, standardError: 4 }).toldApart).toBeNull()
})
test('zones of 1000 and 3000 people with 10 and 30: ratio 3, mean 25, Gini 2 * 1000 * 3000 * 20 / (2 * 4000^2 * 25) = 0.15', () => {
  const spread = spreadOf([
    { zone: 'a', value: 30, population: 3000 },
    { zone: 'b', value: 10, population: 1000 },
  ])
  expect(spread).toMatchObject({ zones: 2, lowest: { zone: 'b' }, highest: { zone: 'a' }, ratio: 3, mean: 25 })
  expect(spread?.gini).toBeCloseTo(0.15, 12)
})
test('no zone, no spread; unknown people, no mean; a zero has no ratio', () => {
  expect(spreadOf([])).toBeUndefined()
  expect(spreadOf([{ zone: 'a', value: 0, population: null }])).toMatchObject({ mean: null, gini: null, ratio: null })
})
