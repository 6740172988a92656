import { describe, expect, test } from 'vitest'
import { changeOf, holm } from '#model/statistics/inference/change.ts'

describe('a change between two samples', () => {
  test('Welch: means 20.8 and 23.0, variances 7.9 and 3.8, 15 each: 25 df and p = 0.02 (a common textbook example)', () => {
    const sample = (value: number, variance: number) => ({
      value,
      standardError: Math.sqrt(variance / 15),
      degreesOfFreedom: 14,
    })
    const found = changeOf(sample(20.8, 7.9), sample(23, 3.8))
    // (0.526667 + 0.253333)^2 / (0.526667^2 / 14 + 0.253333^2 / 14) = 0.6084 / 0.024397
    expect(found?.degreesOfFreedom).toBeCloseTo(24.94, 2)
    expect(found?.standardError).toBeCloseTo(Math.sqrt(0.78), 12)
    expect(found?.p).toBeCloseTo(0.02, 2)
    // t(0.975, 24.94) = 2.0597: 2.2 -+ 1.819
    expect(found?.lower).toBeCloseTo(0.381, 2)
    expect(found?.upper).toBeCloseTo(4.019, 2)
  })
  test('nothing varies: nothing is said', () => {
    const fixed = { value: 1, standardError: 0, degreesOfFreedom: 5 }
    expect(changeOf(fixed, fixed)).toBeNull()
  })
})

test.each([
  // 0.01 <= 0.05 / 4; 0.015 <= 0.05 / 3; 0.03 > 0.05 / 2: it and all after it fail
  [
    [0.01, 0.04, 0.03, 0.015],
    [true, false, false, true],
  ],
  [[0.02], [true]],
  [
    [0.06, 0.9],
    [false, false],
  ],
  [[], []],
])('Holm: %j holds %j', (ps, held) => {
  expect(holm(ps)).toEqual(held)
})
