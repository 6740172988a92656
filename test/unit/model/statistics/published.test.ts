import { describe, expect, test } from 'vitest'
import { concentrationOf } from '#model/statistics/concentration.ts'
import { estimated, type Respondent, withSampledShares } from '#model/statistics/design.ts'
import { ratioOf, totalOf, type Values } from '#model/statistics/linearised.ts'
import { surveyMean } from '#model/statistics/survey-mean.ts'

/** Estimates against worked examples that others have published; each names its source. */

describe('SAS/STAT User’s Guide, The SURVEYMEANS Procedure: spending on ice cream', () => {
  /** "Getting Started": [grade, spending] of 40 students */
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
    expect(mean?.value).toBeCloseTo(8.75, 10)
    expect(mean?.standardError).toBeCloseTo(0.845139, 6)
    expect(mean?.lower).toBeCloseTo(7.04054539, 7)
    expect(mean?.upper).toBeCloseTo(10.4594546, 7)
    const share = surveyMean(sample, less)
    expect(share?.value).toBeCloseTo(0.575, 10)
    expect(share?.standardError).toBeCloseTo(0.078761, 6)
  })

  test('stratified by grade: 20 of 1,824, 9 of 1,025, 11 of 1,151', () => {
    const weights: Record<number, number> = { 7: 1824 / 20, 8: 1025 / 9, 9: 1151 / 11 }
    const design = students.map(([grade]) => ({ weight: weights[grade] ?? 0, stratum: `${grade}`, cluster: '' }))
    const sample = withSampledShares(design, { 7: 1824, 8: 1025, 9: 1151 })
    const mean = surveyMean(sample, spending)
    expect(mean?.value).toBeCloseTo(9.141298, 6)
    expect(mean?.standardError).toBeCloseTo(0.531799, 6)
    expect(mean?.degreesOfFreedom).toBe(37)
    expect(mean?.lower).toBeCloseTo(8.06377052, 7)
    expect(mean?.upper).toBeCloseTo(10.2188254, 7)
    const share = surveyMean(sample, less)
    expect(share?.value).toBeCloseTo(0.544555, 6)
    expect(share?.standardError).toBeCloseTo(0.058424, 6)
  })

  /** Example "Stratified Cluster Sample Design": [grade, study group, spending] */
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
    expect(mean?.value).toBeCloseTo(8.92386, 6)
    expect(mean?.standardError).toBeCloseTo(0.650859, 6)
    expect(mean?.degreesOfFreedom).toBe(13)
    expect(mean?.lower).toBeCloseTo(7.5177637, 6)
    expect(mean?.upper).toBeCloseTo(10.3299565, 6)
  })
})

/**
 * Sample of all 183 schools of 15 Californian school districts (Academic Performance Index 2000, California Department of
 * Education), as totals of each district: schools, sum of the index 2000, of that of 1999, enrolled, tested; of the high
 * schools: schools, enrolled, tested. Published results: T. Lumley, R package survey, "Simple summary statistics" and the
 * vignette "A survey analysis example" (design dclus1, weights 33.847, 15 of 757 districts).
 */
describe('R survey: clustered sample of schools', () => {
  const districts: number[][] = [
    [11, 7359, 6699, 6081, 4895, 1, 1689, 1358],
    [4, 1888, 1603, 1436, 1184, 1, 418, 358],
    [2, 905, 812, 680, 532, 0, 0, 0],
    [13, 8593, 8129, 6958, 5935, 0, 0, 0],
    [2, 1116, 1004, 683, 610, 0, 0, 0],
    [4, 2493, 2479, 1641, 1373, 1, 442, 350],
    [4, 2077, 1921, 1668, 1461, 1, 388, 359],
    [16, 11369, 10971, 9025, 7573, 0, 0, 0],
    [9, 6386, 6253, 2180, 1877, 4, 1105, 959],
    [34, 22508, 21397, 15038, 12618, 0, 0, 0],
    [21, 13761, 12783, 14968, 12292, 2, 3440, 2907],
    [37, 20394, 19001, 25814, 22452, 3, 6195, 4960],
    [13, 9372, 9045, 6777, 6047, 0, 0, 0],
    [1, 551, 502, 274, 199, 0, 0, 0],
    [12, 9111, 8478, 7375, 6431, 1, 2147, 1884],
  ]
  const design: Respondent[] = districts.map((_, i) => ({ weight: 33.846996307373, stratum: '', cluster: `${i}` }))
  const sample = withSampledShares(design, { '': 757 })
  const [schools, index2000, index1999, enrolled, tested, high, highEnrolled, highTested] = Array.from(
    { length: 8 },
    (_, column): Values =>
      (i) =>
        districts[i]?.[column] ?? null,
  ) as [Values, Values, Values, Values, Values, Values, Values, Values]
  const ratio = (y: Values, x: Values) => {
    const of = ratioOf(sample, y, x)
    return of && estimated(sample, of)
  }
  const total = (y: Values) => {
    const of = totalOf(sample, y)
    return of && estimated(sample, of)
  }
  test.each([
    ['mean index 2000', () => ratio(index2000, schools), 644.169399, 23.5422, 4],
    ['mean index 1999', () => ratio(index1999, schools), 606.978142, 24.225, 4],
    ['share of high schools', () => ratio(high, schools), 0.076503, 0.0268, 4],
    ['tested of enrolled', () => ratio(tested, enrolled), 0.8497087, 0.008386297, 7],
    ['the same in the domain of high schools', () => ratio(highTested, highEnrolled), 0.8300683, 0.01472607, 7],
  ] as const)('%s', (_, estimate, value, standardError, digits) => {
    const found = estimate()
    expect(found?.value).toBeCloseTo(value, 6)
    expect(found?.standardError).toBeCloseTo(standardError, digits)
  })
  test.each([
    ['enrolled', enrolled, 3404940.13, 932235.03],
    ['high schools', high, 473.86, 158.7],
  ] as const)('total %s', (_, y, value, standardError) => {
    expect(total(y)?.value).toBeCloseTo(value, 2)
    expect(total(y)?.standardError).toBeCloseTo(standardError, 2)
  })
})

test('concentration index: under-five deaths in India 1982-92 by wealth, -0.1694', () => {
  // O'Donnell and others, Analyzing Health Equity Using Household Survey Data (World Bank 2008), table 8.1: births and
  // deaths per 1,000 from the poorest to the richest group
  const births = [29_939, 28_776, 26_528, 24_689, 19_739]
  const deaths = [154.7, 152.9, 119.5, 86.9, 54.3]
  const groups = births.map((weight) => ({ weight, stratum: '', cluster: '' }))
  const index = concentrationOf(
    groups,
    (i) => deaths[i] ?? null,
    (i) => i,
  )
  expect(index?.value).toBeCloseTo(-0.1694, 4)
})
