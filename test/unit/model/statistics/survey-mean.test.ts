import { describe, expect, test } from 'vitest'
import { isReliable, surveyMean } from '#model/statistics/estimation/survey-mean.ts'

/**
 * Dataset `fpc` of R's survey package and of the Stata survey manual ([SVY] svyset): 8 observations, two strata.
 * Published: svymean(~x, withoutfpc) = 5.448148, SE 0.7412683; 6 degrees of freedom; Stata's 95 % interval
 * 3.63433 to 7.261966.
 */
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

describe('mean', () => {
  test('the fpc example of R survey and Stata, to seven digits', () => {
    const mean = surveyMean(fpc, (i) => fpc[i]?.x ?? null)
    expect(mean?.value).toBeCloseTo(5.448148, 6)
    expect(mean?.standardError).toBeCloseTo(0.7412683, 7)
    expect(mean?.degreesOfFreedom).toBe(6)
    expect(mean?.lower).toBeCloseTo(3.63433, 5)
    expect(mean?.upper).toBeCloseTo(7.261966, 6)
  })

  test('clusters: a hand calculation', () => {
    // One stratum, three clusters, weight 1: {1,2}, {4}, {5,8}. Mean 20/5 = 4. z by cluster, in fifths:
    // (1-4)+(2-4) = -5, 0, (5-4)+(8-4) = 5 -> -1, 0, 1. Mean 0. Variance 3/2 * (1 + 0 + 1) = 3. SE sqrt(3), df 2.
    const rows = [1, 2, 4, 5, 8].map((y, i) => ({
      y,
      weight: 1,
      stratum: '',
      cluster: ['a', 'a', 'b', 'c', 'c'][i] ?? '',
    }))
    const mean = surveyMean(rows, (i) => rows[i]?.y ?? null)
    expect(mean?.value).toBe(4)
    expect(mean?.standardError).toBeCloseTo(Math.sqrt(3), 12)
    expect(mean?.degreesOfFreedom).toBe(2)
    // Simple random sample: s2 = (9+4+0+1+16)/4 = 7.5, s2/5 = 1.5, so the design effect is 3 / 1.5 = 2.
    expect(mean?.designEffect).toBeCloseTo(2, 12)
  })

  test('equal weights and no design give the textbook standard error s / sqrt(n) and a design effect of 1', () => {
    // 2, 4, 4, 6: mean 4, s2 = 8/3, SE = sqrt(8/3/4) = 0.8164966
    const rows = [2, 4, 4, 6].map((y) => ({ y, weight: 7, stratum: '', cluster: '' }))
    const mean = surveyMean(rows, (i) => rows[i]?.y ?? null)
    expect(mean?.standardError).toBeCloseTo(0.8164966, 7)
    expect(mean?.designEffect).toBeCloseTo(1, 12)
    expect(mean?.degreesOfFreedom).toBe(3)
  })

  test('a domain keeps the clusters that have none of it', () => {
    // Domain: clusters 1-3 of stratum 1 (x 2.8, 4.1, 6.8; w 3): mean 13.7/3 = 4.566667, base 9.
    // z = 3 (x - mean)/9 = -0.588889, -0.155556, 0.744444, 0, 0: sum 0, squares 0.346790 + 0.024198 + 0.554198 = 0.925185
    // Variance 5/4 * 0.925185 = 1.156481, SE 1.075398. As a subset it would be 3/2 * 0.925185: 1.178041.
    const mean = surveyMean(fpc, (i) => (i < 3 ? (fpc[i]?.x ?? null) : null))
    expect(mean?.value).toBeCloseTo(13.7 / 3, 12)
    expect(mean?.standardError).toBeCloseTo(1.075398, 6)
    expect(mean?.n).toBe(3)
    expect(mean?.degreesOfFreedom).toBe(2)
  })

  test('a stratum with one cluster is set against the mean of all clusters, not ignored', () => {
    // y 0, 2 | 4, weights 1, mean 2: z = -2/3, 0 | 2/3. Stratum 1: mean -1/3, 2 * (1/9 + 1/9) = 4/9.
    // Stratum 2 alone: grand mean 0, (2/3)^2 = 4/9. Variance 8/9.
    const rows = [0, 2, 4].map((y, i) => ({ y, weight: 1, stratum: i < 2 ? 's' : 't', cluster: '' }))
    expect(surveyMean(rows, (i) => rows[i]?.y ?? null)?.standardError).toBeCloseTo(Math.sqrt(8 / 9), 12)
  })

  test('an empty domain has no estimate', () => {
    expect(surveyMean(fpc, () => null)).toBeUndefined()
  })
})

describe('proportion', () => {
  const ten = Array.from({ length: 10 }, () => ({ weight: 1, stratum: '', cluster: '' }))

  test('Korn and Graubard: 8 of 10 drawn at random have the interval of Clopper and Pearson for 9 of them', () => {
    // p 0.8, SE = sqrt(0.16 / 9), so the effective sample size is 9 and t(9) / t(9) = 1. R 4.2.2: qbeta(0.025, 7.2, 2.8),
    // qbeta(0.975, 8.2, 1.8)
    const p = surveyMean(ten, (i) => (i < 8 ? 1 : 0), { proportion: true })
    expect(p?.value).toBeCloseTo(0.8, 12)
    expect(p?.standardError).toBeCloseTo(0.1333333, 7)
    expect(p?.lower).toBeCloseTo(0.421875593144, 9)
    expect(p?.upper).toBeCloseTo(0.97890118186, 9)
  })

  test('none or all of them: the exact bound of Clopper and Pearson, 1 - 0.025^(1/10) = 0.308497', () => {
    const none = surveyMean(ten, () => 0, { proportion: true })
    expect([none?.lower, none?.upper]).toEqual([0, expect.closeTo(0.308497, 6)])
    const all = surveyMean(ten, () => 1, { proportion: true })
    expect([all?.lower, all?.upper]).toEqual([expect.closeTo(0.691503, 6), 1])
  })

  test('a proportion of fewer than 30 respondents is unreliable, whatever its coefficient of variation', () => {
    const reliable = (yes: number) => {
      const mean = surveyMean(ten, (i) => (i < yes ? 1 : 0), { proportion: true })
      return mean && isReliable(mean)
    }
    expect([reliable(8), reliable(2), reliable(0)]).toEqual([false, false, false])
  })

  test('a mean with a coefficient of variation above 30 % is unreliable', () => {
    // 0 to 9: mean 4.5, SE = sqrt(9.1667 / 10) = 0.957 (21 %); 0 but for one 9: mean 0.9, SE 0.9 (100 %)
    const reliable = (y: (i: number) => number) => {
      const mean = surveyMean(ten, y)
      return mean && isReliable(mean)
    }
    expect([reliable((i) => i), reliable((i) => (i === 9 ? 9 : 0)), reliable(() => 0)]).toEqual([true, false, false])
  })
})
