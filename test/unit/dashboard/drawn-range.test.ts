import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawnRange } from '#dashboard/src/map/series/drawn-range.ts'
import type { Series, SeriesPoint } from '#dashboard/src/map/series/series.ts'

const seed = 20261130
const point = (value: number | null): SeriesPoint => ({
  ...{ time: 0, value, min: null, max: null, capture: null, n: 1, suspect: false, limit: null },
  ...{ censored: null, suspects: null, quality: null, reasons: [] },
})
const rangeOf = (values: readonly (number | null)[], part: Partial<Series> = {}) =>
  drawnRange({ points: values.map(point), statistic: 'raw', average: 'arithmetic', ...part })
const usual = fc.array(fc.double({ min: 10, max: 20, noNaN: true }), { minLength: 20, maxLength: 60 })

test('1 to 16: quartiles 4.75 and 12.25, fences -17.75 and 34.75 (R: quantile); 100 is far out, 34 is not', () => {
  const values = Array.from({ length: 16 }, (_, i) => i + 1)
  expect(rangeOf(values)).toEqual({ low: 1, high: 16, outside: 0 })
  expect(rangeOf([...values, 100])).toEqual({ low: 1, high: 16, outside: 1 })
  expect(rangeOf([...values, 34])).toEqual({ low: 1, high: 34, outside: 0 })
})

test('one reading, however wrong, does not widen what is drawn, and what is not drawn is counted', () => {
  fc.assert(
    fc.property(usual, fc.constantFrom(-1e9, 1e9, 65_535), (values, wrong) => {
      const [before, after] = [rangeOf(values), rangeOf([...values, wrong])]
      const spread = new Set(values).size > values.length / 2
      if (!before || !after || !spread) return
      const drawn = [...values, wrong].filter((value) => value >= after.low && value <= after.high)
      expect(drawn.length + after.outside).toBe(values.length + 1)
      expect(after.high).toBeLessThanOrEqual(Math.max(...values))
      expect(after.low).toBeGreaterThanOrEqual(Math.min(...values))
    }),
    { seed },
  )
})

test('few values, equal ones, amounts and gaps are drawn completely', () => {
  expect(rangeOf([1, 2, 1000])).toEqual({ low: 1, high: 1000, outside: 0 })
  expect(rangeOf([...new Array(20).fill(5), 9])).toEqual({ low: 5, high: 9, outside: 0 })
  expect(rangeOf([...Array.from({ length: 16 }, (_, i) => i), 1000], { statistic: 'total' })?.outside).toBe(0)
  // single values of a direction: from 10 to 350 degrees are 20, and nothing is far out on a circle
  expect(rangeOf([...Array.from({ length: 16 }, (_, i) => i), 350], { average: 'vector' })?.outside).toBe(0)
  expect(rangeOf([null, null])).toBeUndefined()
})
