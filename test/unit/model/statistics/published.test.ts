import { describe, expect, test } from 'vitest'
import { concentrationOf } from '#model/statistics/estimation/concentration.ts'
import { ratioOf, totalOf, type Values } from '#model/statistics/estimation/linearised.ts'
import { estimated, type Respondent, withSampledShares } from '#model/statistics/estimation/survey-design.ts'
import { surveyMean } from '#model/statistics/estimation/survey-mean.ts'

/**
 * Estimates against what others have published, or have published the data for. Each test says which digits are printed
 * where, and which are worked out here from the textbook formula with the sums that it needs.
 */

/**
 * Data: SAS/STAT User's Guide, The SURVEYMEANS Procedure, data set IceCream
 * (support.sas.com/documentation/cdl/en/statug/63962/HTML/default/statug_surveymeans_sect003.htm). Values worked out by
 * Cochran, Sampling Techniques (1977), formulas 2.20 and 5.12.
 */
describe('spending on ice cream', () => {
  /** [grade, spending] of 40 students */
  const students: [number, number][] = [
    [7, 7],
    [7, 7],
    [8, 12],
    [9, 10],
    [7, 1],
    [7, 10],
    [7, 3],
    [8, 20],
    [8, 19],
    [7, 2],
    [7, 2],
    [9, 15],
    [8, 16],
    [7, 6],
    [7, 6],
    [7, 6],
    [9, 15],
    [8, 17],
    [8, 14],
    [9, 8],
    [9, 8],
    [9, 7],
    [7, 3],
    [7, 12],
    [7, 4],
    [9, 14],
    [8, 18],
    [9, 9],
    [7, 2],
    [7, 1],
    [7, 4],
    [7, 11],
    [9, 8],
    [8, 10],
    [8, 13],
    [7, 2],
    [9, 6],
    [9, 11],
    [7, 2],
    [7, 9],
  ]
  const spending = (i: number): number => students[i]?.[1] ?? 0
  const less = (i: number): number => (spending(i) < 10 ? 1 : 0)

  test('simple random sample of 40 of 4,000', () => {
    const sample = withSampledShares(
      students.map(() => ({ weight: 100, stratum: '', cluster: '' })),
      { '': 4000 },
    )
    const mean = surveyMean(sample, spending)
    // sum 350, sum of squares 4,188: s^2 = (4188 - 350^2 / 40) / 39, se^2 = (1 - 40 / 4000) s^2 / 40
    expect(mean?.value).toBeCloseTo(350 / 40, 10)
    const standardError = Math.sqrt((0.99 * (4188 - 350 ** 2 / 40)) / 39 / 40)
    expect(mean?.standardError).toBeCloseTo(standardError, 10)
    // t(0.975, 39) = 2.0226909
    expect(mean?.lower).toBeCloseTo(8.75 - 2.0226909 * standardError, 6)
    expect(mean?.upper).toBeCloseTo(8.75 + 2.0226909 * standardError, 6)
    // 23 of 40: se^2 = 0.99 p (1 - p) / 39
    const share = surveyMean(sample, less)
    expect(share?.value).toBeCloseTo(23 / 40, 10)
    expect(share?.standardError).toBeCloseTo(Math.sqrt((0.99 * 0.575 * 0.425) / 39), 10)
  })

  test('stratified by grade: 20 of 1,824, 9 of 1,025, 11 of 1,151', () => {
    const weights: Record<number, number> = { 7: 1824 / 20, 8: 1025 / 9, 9: 1151 / 11 }
    const design = students.map(([grade]) => ({ weight: weights[grade] ?? 0, stratum: `${grade}`, cluster: '' }))
    const sample = withSampledShares(design, { 7: 1824, 8: 1025, 9: 1151 })
    const mean = surveyMean(sample, spending)
    // by grade: students, in the sample, sum, sum of squares
    const strata = [
      [1824, 20, 100, 724],
      [1025, 9, 139, 2239],
      [1151, 11, 111, 1225],
    ] as const
    const parts = strata.map(([all, n, sum, squares]) => ({
      mean: ((all / 4000) * sum) / n,
      variance: ((all / 4000) ** 2 * (1 - n / all) * (squares - sum ** 2 / n)) / (n - 1) / n,
    }))
    const expected = parts.reduce((total, part) => total + part.mean, 0)
    const standardError = Math.sqrt(parts.reduce((total, { variance }) => total + variance, 0))
    expect(mean?.value).toBeCloseTo(expected, 10)
    expect(mean?.standardError).toBeCloseTo(standardError, 10)
    expect(mean?.degreesOfFreedom).toBe(37)
    // t(0.975, 37) = 2.0261925
    expect(mean?.lower).toBeCloseTo(expected - 2.0261925 * standardError, 6)
    expect(mean?.upper).toBeCloseTo(expected + 2.0261925 * standardError, 6)
  })

  /**
   * [grade, study group, spending], data set IceCreamStudy of the same chapter, example "Stratified Cluster Sample Design"
   * (…/statug/68162/HTML/default/statug_surveymeans_examples01.htm)
   */
  const inGroups: [number, number, number][] = [
    [7, 34, 7],
    [7, 34, 7],
    [7, 412, 4],
    [9, 27, 14],
    [7, 34, 2],
    [9, 230, 15],
    [9, 27, 15],
    [7, 501, 2],
    [9, 230, 8],
    [9, 230, 7],
    [7, 501, 3],
    [8, 59, 20],
    [7, 403, 4],
    [7, 403, 11],
    [8, 59, 13],
    [8, 59, 17],
    [8, 143, 12],
    [8, 143, 16],
    [8, 59, 18],
    [9, 235, 9],
    [8, 143, 10],
    [9, 312, 8],
    [9, 235, 6],
    [9, 235, 11],
    [9, 312, 10],
    [7, 321, 6],
    [8, 156, 19],
    [8, 156, 14],
    [7, 321, 3],
    [7, 321, 12],
    [7, 489, 2],
    [7, 489, 9],
    [7, 78, 1],
    [7, 78, 10],
    [7, 489, 2],
    [7, 156, 1],
    [7, 78, 6],
    [7, 412, 6],
    [7, 156, 2],
    [9, 301, 8],
  ]
  test('study groups within grades: 8 of 608, 3 of 252, 5 of 403', () => {
    const weights: Record<number, number> = { 7: 608 / 8, 8: 252 / 3, 9: 403 / 5 }
    const design = inGroups.map(([grade, group]) => ({
      weight: weights[grade] ?? 0,
      stratum: `${grade}`,
      cluster: `${group}`,
    }))
    const sample = withSampledShares(design, { 7: 608, 8: 252, 9: 403 })
    const mean = surveyMean(sample, (i) => inGroups[i]?.[2] ?? null)
    // ratio of two totals over whole groups; by grade, each group: students, spending
    const groups: [number, number, [number, number][]][] = [
      [
        608,
        8,
        [
          [3, 16],
          [3, 17],
          [2, 3],
          [3, 21],
          [2, 15],
          [2, 10],
          [3, 13],
          [2, 5],
        ],
      ],
      [
        252,
        3,
        [
          [4, 68],
          [3, 38],
          [2, 33],
        ],
      ],
      [
        403,
        5,
        [
          [2, 29],
          [3, 30],
          [3, 26],
          [1, 8],
          [2, 18],
        ],
      ],
    ]
    const total = (of: 0 | 1): number =>
      groups.reduce((sum, [all, n, own]) => sum + (all / n) * own.reduce((part, group) => part + group[of], 0), 0)
    const ratio = total(1) / total(0)
    // per grade N^2 (1 - n / N) s^2 / n, s^2 that of spending less ratio times students
    const variance = groups.reduce((sum, [all, n, own]) => {
      const residuals = own.map(([students, spent]) => spent - ratio * students)
      const middle = residuals.reduce((part, one) => part + one, 0) / n
      const squares = residuals.reduce((part, one) => part + (one - middle) ** 2, 0)
      return sum + (all ** 2 * (1 - n / all) * squares) / (n - 1) / n
    }, 0)
    const standardError = Math.sqrt(variance) / total(0)
    expect([ratio, standardError]).toEqual([expect.closeTo(8.92386, 5), expect.closeTo(0.650859, 6)])
    expect(mean?.value).toBeCloseTo(ratio, 10)
    expect(mean?.standardError).toBeCloseTo(standardError, 10)
    expect(mean?.degreesOfFreedom).toBe(13)
    // t(0.975, 13) = 2.1603687
    expect(mean?.lower).toBeCloseTo(ratio - 2.1603687 * standardError, 6)
    expect(mean?.upper).toBeCloseTo(ratio + 2.1603687 * standardError, 6)
  })
})

/**
 * Sample of all 183 schools of 15 Californian school districts (Academic Performance Index 2000, California Department of
 * Education), as totals of each district: schools, sum of the index, enrolled, tested; of the high
 * schools: schools, enrolled, tested. Printed in T. Lumley, R package survey 4.5 (CRAN): mean and both ratios, totals of
 * enrolled and of high schools in inst/doc/survey.pdf, "A survey analysis example"; mean and total of enrolled also in
 * tests/testoutput/api.Rout.saved (design dclus1, weights 33.847, 15 of 757 districts).
 */
describe('R survey: clustered sample of schools', () => {
  const districts: number[][] = [
    [11, 7359, 6081, 4895, 1, 1689, 1358],
    [4, 1888, 1436, 1184, 1, 418, 358],
    [2, 905, 680, 532, 0, 0, 0],
    [13, 8593, 6958, 5935, 0, 0, 0],
    [2, 1116, 683, 610, 0, 0, 0],
    [4, 2493, 1641, 1373, 1, 442, 350],
    [4, 2077, 1668, 1461, 1, 388, 359],
    [16, 11369, 9025, 7573, 0, 0, 0],
    [9, 6386, 2180, 1877, 4, 1105, 959],
    [34, 22508, 15038, 12618, 0, 0, 0],
    [21, 13761, 14968, 12292, 2, 3440, 2907],
    [37, 20394, 25814, 22452, 3, 6195, 4960],
    [13, 9372, 6777, 6047, 0, 0, 0],
    [1, 551, 274, 199, 0, 0, 0],
    [12, 9111, 7375, 6431, 1, 2147, 1884],
  ]
  const design: Respondent[] = districts.map((_, i) => ({ weight: 33.846996307373, stratum: '', cluster: `${i}` }))
  const sample = withSampledShares(design, { '': 757 })
  const [schools, index2000, enrolled, tested, high, highEnrolled, highTested] = Array.from(
    { length: 7 },
    (_, column): Values =>
      (i) =>
        districts[i]?.[column] ?? null,
  ) as [Values, Values, Values, Values, Values, Values, Values]
  const ratio = (y: Values, x: Values) => {
    const of = ratioOf(sample, y, x)
    return of && estimated(sample, of)
  }
  const total = (y: Values) => {
    const of = totalOf(sample, y)
    return of && estimated(sample, of)
  }
  test.each([
    ['mean index 2000', () => ratio(index2000, schools), [644.17, 2], [23.542, 3]],
    ['tested of enrolled', () => ratio(tested, enrolled), [0.8497087, 7], [0.008386297, 9]],
    ['the same in the domain of high schools', () => ratio(highTested, highEnrolled), [0.8300683, 7], [0.01472607, 8]],
  ] as const)('%s', (_, estimate, value, standardError) => {
    const found = estimate()
    expect(found?.value).toBeCloseTo(value[0], value[1])
    expect(found?.standardError).toBeCloseTo(standardError[0], standardError[1])
  })
  test.each([
    ['enrolled', enrolled, [3_404_940, 0], [932_235, 0]],
    ['high schools', high, [473.86, 2], [158.7, 2]],
  ] as const)('total %s', (_, y, value, standardError) => {
    expect(total(y)?.value).toBeCloseTo(value[0], value[1])
    expect(total(y)?.standardError).toBeCloseTo(standardError[0], standardError[1])
  })
})

/** The printed output of R survey 4.5, tests/domain.Rout.save: domains of its data set fpc, strata and weights as there. */
describe('R survey: a domain is a part of the sample', () => {
  // [stratum, weight, x]
  const rows: [number, number, number][] = [
    [1, 3, 2.8],
    [1, 3, 4.1],
    [1, 3, 6.8],
    [1, 3, 6.8],
    [1, 3, 9.2],
    [2, 4, 3.7],
    [2, 4, 6.6],
    [2, 4, 4.2],
  ]
  const sample = rows.map(([stratum, weight], i) => ({ weight, stratum: `${stratum}`, cluster: `${i}` }))
  test.each([
    ['x > 4', (x: number) => x > 4, 6.195, 0.7555129],
    ['x <= 4', (x: number) => x <= 4, 3.314286, 0.3117042],
  ] as const)('%s', (_, inside, value, standardError) => {
    const mean = surveyMean(sample, (i) => {
      const x = rows[i]?.[2] ?? 0
      return inside(x) ? x : null
    })
    expect(mean?.value).toBeCloseTo(value, 6)
    expect(mean?.standardError).toBeCloseTo(standardError, 7)
  })
})

test('concentration index of groups: C = sum of p(t-1) L(t) - p(t) L(t-1)', () => {
  // the formula for grouped data of World Bank, Quantitative Techniques for Health Equity Analysis, Technical Note 7, "The
  // Concentration Index"; five groups of so many people, with so much each, from the poorest to the richest
  const people = [30, 25, 20, 15, 10]
  const each = [8, 6, 5, 2, 1]
  // p: 0.3, 0.55, 0.75, 0.9, 1; L of 240 + 150 + 100 + 30 + 10 = 530: 24, 39, 49, 52, 53 of 53
  const byHand = (0.3 * 39 - 0.55 * 24 + 0.55 * 49 - 0.75 * 39 + 0.75 * 52 - 0.9 * 49 + 0.9 * 53 - 52) / 53
  const groups = people.map((weight) => ({ weight, stratum: '', cluster: '' }))
  const index = concentrationOf(
    groups,
    (i) => each[i] ?? null,
    (i) => i,
  )
  expect(index?.value).toBeCloseTo(byHand, 12)
})
