import { describe, expect, test } from 'vitest'
import { concentrationOf } from '#model/statistics/estimation/concentration.ts'
import { differenceOf, meanOf, parityRatioOf, ratioOf, totalOf } from '#model/statistics/estimation/linearised.ts'
import { quantileOf } from '#model/statistics/estimation/quantile.ts'
import { rake } from '#model/statistics/estimation/rake.ts'
import { estimated } from '#model/statistics/estimation/survey-design.ts'
import { surveyMean } from '#model/statistics/estimation/survey-mean.ts'

/** Dataset `fpc` of R's survey package and of the Stata survey manual, as in survey-mean.test.ts. */
const fpc = [
  { stratum: '1', cluster: '1', weight: 3, x: 2.8 },
  { stratum: '1', cluster: '2', weight: 3, x: 4.1 },
  { stratum: '1', cluster: '3', weight: 3, x: 6.8 },
  { stratum: '1', cluster: '4', weight: 3, x: 6.8 },
  { stratum: '1', cluster: '5', weight: 3, x: 9.2 },
  { stratum: '2', cluster: '1', weight: 4, x: 3.7 },
  { stratum: '2', cluster: '2', weight: 4, x: 6.6 },
  { stratum: '2', cluster: '3', weight: 4, x: 4.2 },
]
const x = (i: number): number => fpc[i]?.x ?? 0
const plain = (n: number) => Array.from({ length: n }, () => ({ weight: 1, stratum: '', cluster: '' }))
const within = (from: number, to: number, values: readonly number[]) => (i: number) =>
  i >= from && i < to ? (values[i] ?? null) : null

describe('total', () => {
  test('fpc: 147.1 with standard error 20.01424', () => {
    // Stratum 1, 3x: 8.4, 12.3, 20.4, 20.4, 27.6, mean 17.82, squares 228.168, times 5/4 = 285.21.
    // Stratum 2, 4x: 14.8, 26.4, 16.8, mean 19.33333, squares 76.906667, times 3/2 = 115.36. Root of 400.57: 20.014245.
    const of = totalOf(fpc, x)
    const total = of && estimated(fpc, of)
    expect(total?.value).toBeCloseTo(147.1, 10)
    expect(total?.standardError).toBeCloseTo(20.014245, 6)
    expect(total?.degreesOfFreedom).toBe(6)
    // t(0.975, 6) = 2.446912: 147.1 -+ 48.973095
    expect(total?.lower).toBeCloseTo(98.1269, 4)
  })
})

describe('mean and ratio', () => {
  test('the linearised mean is the published one of fpc', () => {
    const of = meanOf(fpc, x)
    const mean = of && estimated(fpc, of)
    expect(mean?.value).toBeCloseTo(5.448148, 6)
    expect(mean?.standardError).toBeCloseTo(0.7412683, 7)
  })

  test('ratio of two answers: a hand calculation', () => {
    // y 2, 4, 6, 8; x 1, 2, 2, 5; weight 1. R = 20/10 = 2. y - R x = 0, 0, 2, -2, over 10: squares 0.08, times 4/3; root 0.3265986
    const rows = plain(4)
    const of = ratioOf(
      rows,
      (i) => [2, 4, 6, 8][i] ?? null,
      (i) => [1, 2, 2, 5][i] ?? null,
    )
    const ratio = of && estimated(rows, of)
    expect(ratio?.value).toBe(2)
    expect(ratio?.standardError).toBeCloseTo(Math.sqrt((0.08 * 4) / 3), 12)
  })

  test('nobody, or nothing below the line: no estimate', () => {
    expect(totalOf(fpc, () => null)).toBeUndefined()
    expect(ratioOf(fpc, x, () => 0)).toBeUndefined()
  })
})

describe('quantile by Woodruff', () => {
  test('the median of 1 to 100: a hand calculation', () => {
    // F(50) = 0.5; SE = sqrt(0.25 / 99) = 0.0502519, t(0.975, 99) = 1.984217: 0.5 -+ 0.0997106 = 0.4002894, 0.5997106
    // read back: 41 and 60; standard error 19 / (2 * 1.984217) = 4.787783
    const rows = plain(100)
    const median = quantileOf(rows, (i) => i + 1, 0.5)
    expect([median?.value, median?.lower, median?.upper]).toEqual([50, 41, 60])
    expect(median?.standardError).toBeCloseTo(19 / (2 * 1.984217), 5)
  })
  test('weights move it: of 1 (weight 1), 2 (weight 1), 3 (weight 3) the median is 3, the lower fifth 1', () => {
    const rows = [1, 1, 3].map((weight) => ({ weight, stratum: '', cluster: '' }))
    expect(quantileOf(rows, (i) => i + 1, 0.5)?.value).toBe(3)
    expect(quantileOf(rows, (i) => i + 1, 0.2)?.value).toBe(1)
  })
  test.each([0, 1, -1, Number.NaN])('there is no quantile at %s', (p) => {
    expect(() => quantileOf(fpc, x, p)).toThrow(RangeError)
  })
})

describe('differences and ratios between groups', () => {
  const y = [1, 1, 1, 0, 1, 0, 0, 0]
  const rows = plain(8)
  const [a, b] = [meanOf(rows, within(0, 4, y)), meanOf(rows, within(4, 8, y))]

  test('without a design: 0.75 - 0.25, a hand calculation', () => {
    // z: 3 x 0.25/4, -0.75/4 | -(0.75/4), 3 x 0.25/4: sum 0, squares 2 (3 x 0.00390625 + 0.03515625) = 0.09375, times 8/7
    const gap = a && b && differenceOf(rows, a, b)
    expect(gap?.value).toBe(0.5)
    expect(gap?.standardError).toBeCloseTo(Math.sqrt((0.09375 * 8) / 7), 12)
    expect(gap?.n).toBe(8)
  })
  test('parity ratio: standard error of the logarithm sqrt(8/7 (0.046875/0.5625 + 0.046875/0.0625)) = 0.9759001', () => {
    const ratio = a && b && parityRatioOf(rows, a, b)
    expect(ratio?.value).toBeCloseTo(3, 12)
    const log = Math.sqrt((8 / 7) * (0.046875 / 0.5625 + 0.046875 / 0.0625))
    expect(ratio?.standardError).toBeCloseTo(3 * log, 10)
    // t(0.975, 7) = 2.364624
    expect(ratio?.lower).toBeCloseTo(3 * Math.exp(-2.364624 * log), 5)
    expect(ratio?.upper).toBeCloseTo(3 * Math.exp(2.364624 * log), 3)
  })
  test('groups that share clusters: their covariance counts', () => {
    // Four clusters of one of each group; both answer alike in each: 1, 1, 0, 0. The difference never varies.
    const shared = y.map((_, i) => ({ weight: 1, stratum: '', cluster: `c${i % 4}` }))
    const answers = [1, 1, 0, 0, 1, 1, 0, 0]
    const [p, q] = [meanOf(shared, within(0, 4, answers)), meanOf(shared, within(4, 8, answers))]
    const gap = p && q && differenceOf(shared, p, q)
    expect(gap?.standardError).toBe(0)
    expect(p && estimated(shared, p).standardError).toBeCloseTo(Math.sqrt((4 * 0.015625 * 4) / 3), 12)
  })
  test('a share of none has no ratio', () => {
    const none = meanOf(rows, (i) => (i < 4 ? 0 : null))
    expect(none && b && parityRatioOf(rows, none, b)).toBeUndefined()
  })
})

describe('concentration index', () => {
  const rows = plain(4)
  test('0, 0, 1, 1 by rising income: 2 (0.625 + 0.875) / (4 x 0.5) - 1 = 0.5', () => {
    const index = concentrationOf(
      rows,
      (i) => (i < 2 ? 0 : 1),
      (i) => i,
      { proportion: true },
    )
    expect(index?.value).toBeCloseTo(0.5, 12)
    expect(index?.normalised).toBeCloseTo(1, 12)
    expect(index?.curve).toEqual([0, 0, 0, 0.5, 1].map((share, i) => ({ population: i / 4, share })))
  })
  test('the curve says the same: 1 - 2 x the area below it', () => {
    const weights = [2, 1, 4, 3, 1, 2]
    const sample = weights.map((weight) => ({ weight, stratum: '', cluster: '' }))
    const index = concentrationOf(
      sample,
      (i) => [3, 1, 4, 1, 5, 9][i] ?? null,
      (i) => [1, 1, 2, 3, 3, 4][i] ?? null,
    )
    const points = index?.curve ?? []
    const area = points.slice(1).reduce((sum, { population, share }, i) => {
      const before = points[i]
      return sum + ((population - (before?.population ?? 0)) * (share + (before?.share ?? 0))) / 2
    }, 0)
    expect(index?.value).toBeCloseTo(1 - 2 * area, 12)
  })
  test('the same for all: index and standard error 0', () => {
    const index = concentrationOf(
      rows,
      () => 1,
      (i) => i,
    )
    expect(index?.value).toBeCloseTo(0, 12)
    expect(index?.standardError).toBeCloseTo(0, 12)
  })
  test('its influences are the derivatives by the weights', () => {
    // The jackknife of a smooth statistic agrees with its linearisation as the sample grows: here within 1 % at 400.
    const n = 400
    const many = plain(n)
    const y = (i: number): number => ((i * 7919) % 101) / 101 + i / n
    const value = (skip: number) =>
      concentrationOf(
        many,
        (i) => (i === skip ? null : y(i)),
        (i) => i,
      )?.value ?? 0
    const leftOut = many.map((_, i) => value(i))
    const mean = leftOut.reduce((sum, one) => sum + one, 0) / n
    const jackknife = Math.sqrt(((n - 1) / n) * leftOut.reduce((sum, one) => sum + (one - mean) ** 2, 0))
    const index = concentrationOf(many, y, (i) => i)
    expect((index?.standardError ?? 0) / jackknife).toBeCloseTo(1, 2)
  })
  test('where nobody has any there is none', () => {
    expect(
      concentrationOf(
        rows,
        () => 0,
        (i) => i,
      ),
    ).toBeUndefined()
  })
})

describe('raking', () => {
  // sex x place: 40, 30 | 20, 10
  const cells = [
    ['f', 'in', 40],
    ['f', 'out', 30],
    ['m', 'in', 20],
    ['m', 'out', 10],
  ] as const
  const margins = (sex: Record<string, number>, place: Record<string, number>) => [
    { of: (i: number) => cells[i]?.[0] ?? '', totals: sex },
    { of: (i: number) => cells[i]?.[1] ?? '', totals: place },
  ]
  const start = cells.map(([, , n]) => n)

  test('meets both margins and keeps the odds ratio 40 x 10 / (30 x 20) = 2/3', () => {
    // f + m = 50 each, in + out = 60 / 40: a = f in; a (a - 10) / ((50 - a)(60 - a)) = 2/3 -> a^2 + 190 a - 6000 = 0,
    // a = -95 + sqrt(9025 + 6000) = 27.576507
    const { weights, converged } = rake(start, margins({ f: 50, m: 50 }, { in: 60, out: 40 }))
    expect(converged).toBe(true)
    const a = -95 + Math.sqrt(15025)
    for (const [i, expected] of [a, 50 - a, 60 - a, a - 10].entries()) expect(weights[i]).toBeCloseTo(expected, 7)
  })
  test.each([
    [{ f: 50, m: 50 }, { in: 60, out: 41 }, /different populations/],
    [{ f: 100 }, { in: 60, out: 40 }, /no known total/],
    [{ f: 50, m: 30, x: 20 }, { in: 60, out: 40 }, /no respondents/],
  ])('%j with %j is refused', (sex, place, why) => {
    expect(() => rake(start, margins(sex as Record<string, number>, place))).toThrow(why)
  })
})

describe('design effect', () => {
  test('clusters that agree within: n alike in each of m clusters give an effect near n', () => {
    // 4 clusters of 5, all alike within: 1, 1, 0, 0. Clusters: variance 4/3 x 4 x (0.5 x 5/20)^2 = 0.0833333;
    // simple: 0.25 / 19 = 0.0131579. Effect 6.3333333.
    const rows = Array.from({ length: 20 }, (_, i) => ({ weight: 1, stratum: '', cluster: `${i % 4}` }))
    const mean = surveyMean(rows, (i) => (i % 4 < 2 ? 1 : 0), { proportion: true })
    expect(mean?.designEffect).toBeCloseTo(0.0833333333 / 0.0131578947, 6)
  })
})
