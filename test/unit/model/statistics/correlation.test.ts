import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pearson, ranks, spearman } from '#model/statistics/inference/correlation.ts'

/** F. J. Anscombe, Graphs in Statistical Analysis, American Statistician 27 (1973): four sets with r = 0.816. */
const X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
const ANSCOMBE = [
  [X, [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]],
  [X, [9.14, 8.14, 8.74, 8.77, 9.26, 8.1, 6.13, 3.1, 9.13, 7.26, 4.74]],
  [X, [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73]],
  [
    [8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8],
    [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89],
  ],
] as const
const pairs = (x: readonly number[], y: readonly number[]) => x.map((one, i) => [one, y[i] ?? 0] as const)

describe("Pearson's r", () => {
  test.each(ANSCOMBE)('Anscombe: 0.816', (x, y) => {
    // 0.8162 to 0.8165 in the four sets
    expect(Math.abs((pearson(pairs(x, y))?.value ?? 0) - 0.816)).toBeLessThan(0.001)
  })
  test('interval and p of the first of them, by hand', () => {
    const found = pearson(pairs(...ANSCOMBE[0]))
    // atanh 0.81642 = 1.14580; 1.95996 / sqrt 8 = 0.69295; tanh 0.45285 = 0.42424, tanh 1.83875 = 0.95069
    expect(found?.lower).toBeCloseTo(0.4242, 3)
    expect(found?.upper).toBeCloseTo(0.9507, 3)
    // published for this set: t = 4.24 on 9 df, p = 0.00217
    expect(found?.p).toBeCloseTo(0.00217, 5)
  })
  test.each([
    ['two places', [1, 2], [1, 2]],
    ['no variation', [1, 2, 3, 4], [5, 5, 5, 5]],
  ])('says nothing of %s', (_, x, y) => {
    expect(pearson(pairs(x, y))).toBeNull()
  })
  test('three places have an r and no interval', () => {
    expect(pearson(pairs([1, 2, 3], [1, 3, 2]))).toEqual({ n: 3, value: 0.5, lower: null, upper: null, p: null })
  })
})

describe("Spearman's rho", () => {
  test('ten persons, intelligence against hours of television: -29 / 165 (a common textbook example)', () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
    expect(spearman(pairs(iq, hours))?.value).toBeCloseTo(-29 / 165, 12)
    // 1 + r^2 / 2 = 1.015445; 1.95996 x sqrt(1.015445 / 7) = 0.74650; tanh(-0.17760 -+ 0.74650)
    expect(spearman(pairs(iq, hours))?.lower).toBeCloseTo(Math.tanh(-0.9241), 3)
    expect(spearman(pairs(iq, hours))?.upper).toBeCloseTo(Math.tanh(0.5689), 3)
  })
  test('ties share the middle of their ranks', () => {
    expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2])
  })
  test('depends on the order alone', () => {
    const numbers = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
      minLength: 5,
      maxLength: 30,
    })
    fc.assert(
      fc.property(numbers, (list) => {
        const bent = list.map(([x, y]) => [x ** 3, Math.exp(y / 10)] as const)
        expect(spearman(bent)?.value ?? null).toEqual(spearman(list)?.value ?? null)
      }),
      { seed: 15 },
    )
  })
})
