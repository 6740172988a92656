import { describe, expect, test } from 'vitest'
import { createCalibration } from '#model/statistics/estimation/calibration.ts'
import { differenceOf, meanOf, ratioOf, totalOf, type Values } from '#model/statistics/estimation/linearised.ts'
import { kornGraubard, nchsReliability } from '#model/statistics/estimation/proportion.ts'
import { quantileOf } from '#model/statistics/estimation/quantile.ts'
import { rake } from '#model/statistics/estimation/rake.ts'
import { createReplication, type ReplicateDesign } from '#model/statistics/estimation/replication.ts'
import {
  estimated,
  type Linearised,
  type Respondent,
  withSampledShares,
} from '#model/statistics/estimation/survey-design.ts'
import { surveyMean } from '#model/statistics/estimation/survey-mean.ts'
import { betaQuantile, twoSidedP } from '#model/statistics/inference/student-t.ts'
import { CLUSTERS, STRATA, TWO_STAGES } from './api-schools.ts'

/**
 * Variances against R 4.2.2 with survey 4.1.1, to nine significant digits. Each test holds the R that made its numbers,
 * after library(survey); data(api); data(scd). y is as.numeric(sch.wide == "Yes"), hi is as.numeric(api00 >= 700).
 */
function expectDigits(found: number | undefined, expected: number): void {
  expect(found).toBeDefined()
  expect(Math.abs((found ?? Number.NaN) / expected - 1)).toBeLessThan(5e-10)
}
function expectEstimate(
  respondents: readonly Respondent[],
  of: Linearised | undefined,
  [value, standardError]: readonly [number, number],
): void {
  const found = of && estimated(respondents, of)
  expectDigits(found?.value, value)
  expectDigits(found?.standardError, standardError)
}

/**
 * Where the effective sample size is below n these are the numbers of svyciprop. Where it is above ("y" and its part), R
 * lets it be, and NCHS caps it at n: the same qbeta with
 * n <- min(nrow(d), p * (1 - p) / v * (qt(0.025, nrow(d) - 1) / qt(0.025, degf(d)))^2).
 */
describe('proportions: svyciprop(~y, svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc), method = "beta")', () => {
  const met: Values = (i) => CLUSTERS[i]?.met ?? null
  const high: Values = (i) => ((CLUSTERS[i]?.api00 ?? 0) >= 700 ? 1 : 0)
  const of =
    (type: string, y: Values): Values =>
    (i) =>
      CLUSTERS[i]?.type === type ? y(i) : null
  test.each<[string, Values, number[]]>([
    ['y', met, [0.87431693989071, 0.02035947724463, 0.81740260729741, 0.91863246908745]],
    ['hi', high, [0.344262295082, 0.0813078263158, 0.1786808710324, 0.5431154228482]],
    [
      'y in subset(stype == "E")',
      of('E', met),
      [0.91666666666667, 0.02098427895249, 0.85895805941578, 0.95619821213017],
    ],
    ['hi in subset(stype == "M")', of('M', high), [0.24, 0.1164047963712, 0.0493789993195, 0.5643032227369]],
  ])('%s', (_, y, expected) => {
    const found = surveyMean(CLUSTERS, y, { proportion: true })
    const numbers = [found?.value, found?.standardError, found?.lower, found?.upper]
    for (const [k, number] of numbers.entries()) expectDigits(number, expected[k] ?? Number.NaN)
  })
})

/**
 * Parker and others 2017, Vital and Health Statistics 2(175), as calculated by the NCHS macro
 * calculate_KornGraubard_CIs 2.0; bounds by R's qbeta.
 */
describe('NCHS data presentation standards for proportions', () => {
  const judged = (value: number, standardError: number, n: number, degreesOfFreedom: number) => {
    const own = { value, standardError, n, degreesOfFreedom }
    const interval = kornGraubard(own)
    return { ...interval, ...nchsReliability(own, interval) }
  }
  test('0 % and 100 %: the interval of the n that were asked, for a statistician to review', () => {
    // 1 - 0.025^(1/100)
    expect(judged(0, 0, 100, 5)).toMatchObject({ lower: 0, verdict: 'review' })
    expectDigits(judged(0, 0, 100, 5).upper, 1 - 0.025 ** (1 / 100))
    expectDigits(judged(1, 0, 100, 5).lower, 0.025 ** (1 / 100))
    expect(judged(1, 0, 100, 5).reasons).toEqual(['none_or_all', 'degrees_of_freedom'])
    // 1 - 0.025^(1/29) is 12 points wide, but 29 are fewer than 30
    expect(judged(0, 0, 29, 28)).toMatchObject({ verdict: 'unreliable', reasons: ['effective_sample_size'] })
  })
  test('a design that does better than a simple random sample is not counted as more than n', () => {
    // p (1 - p) / 0.03^2 = 278 of 100: qbeta(0.025, 50, 51), qbeta(0.975, 51, 50)
    const found = judged(0.5, 0.03, 100, 50)
    expectDigits(found.lower, 0.398321129503)
    expectDigits(found.upper, 0.601678870497)
  })
  test.each([
    // simple random samples: standard error sqrt(p (1 - p) / (n - 1)), n - 1 degrees of freedom
    [0.5, 400, 'present', []],
    [0.5, 40, 'unreliable', ['interval_width']],
    // 9 of 100: 4.2 to 16.4 points, 136 %
    [0.09, 100, 'unreliable', ['relative_interval_width']],
    // 91 of 100 is as wide, and narrow next to 91; what is left to 100 % is not
    [0.91, 100, 'present', ['complement']],
    // 0.4 % of 1,000 is 0.9 points wide: 230 %, but below five points
    [0.004, 1000, 'present', []],
  ])('%d of %d is %s %j', (p, n, verdict, reasons) => {
    expect(judged(p, Math.sqrt((p * (1 - p)) / (n - 1)), n, n - 1)).toMatchObject({ verdict, reasons })
  })
})

describe('two stages: svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)', () => {
  const drawn = new Map<string, number>()
  for (const { cluster } of TWO_STAGES) drawn.set(cluster, (drawn.get(cluster) ?? 0) + 1)
  const schools = withSampledShares(
    // weight: 757 / 40 districts, schools of the district over those drawn
    TWO_STAGES.map((one) => ({ ...one, weight: (757 / 40) * (one.clusterSize / (drawn.get(one.cluster) ?? 1)) })),
    { '': 757 },
  )
  const score: Values = (i) => schools[i]?.api00 ?? null
  const high: Values = (i) => ((schools[i]?.api00 ?? 0) >= 700 ? 1 : 0)
  test('svymean(~api00)', () => expectEstimate(schools, meanOf(schools, score), [670.8118081181, 30.0990273768]))
  test('svytotal(~hi)', () => expectEstimate(schools, totalOf(schools, high), [2059.04, 592.744535114]))
  test('svymean(~api00, subset(stype == "E"))', () => {
    const elementary: Values = (i) => (schools[i]?.type === 'E' ? score(i) : null)
    expectEstimate(schools, meanOf(schools, elementary), [692.8104008667, 29.9266042374])
  })
  test('svyciprop(~hi, method = "beta")', () => {
    const found = surveyMean(schools, high, { proportion: true })
    expectDigits(found?.lower, 0.192983825776)
    expectDigits(found?.upper, 0.639952824143)
  })

  test('every cluster drawn and some of each asked: a standard error, not 0', () => {
    // d <- data.frame(cl = rep(1:4, each = 3), id = 1:12, N = rep(c(10, 6, 8, 20), each = 3), f1 = 4,
    //   y = c(3, 5, 4, 8, 9, 7, 2, 2, 5, 6, 4, 4)); svydesign(id = ~cl + id, fpc = ~f1 + N, data = d)
    const sizes = [10, 6, 8, 20]
    const y = [3, 5, 4, 8, 9, 7, 2, 2, 5, 6, 4, 4]
    const rows = withSampledShares(
      y.map((_, i) => {
        const size = sizes[Math.floor(i / 3)] ?? 0
        return { weight: size / 3, stratum: '', cluster: `${Math.floor(i / 3)}`, clusterSize: size }
      }),
      { '': 4 },
    )
    expectEstimate(
      rows,
      meanOf(rows, (i) => y[i] ?? null),
      [4.666666666667, 0.337440264414],
    )
    expectEstimate(
      rows,
      totalOf(rows, (i) => y[i] ?? null),
      [205.3333333333, 14.8473716342],
    )
  })
})

/** How often each of fifteen schools is drawn in each of twelve replicates. */
const BOOTSTRAP = [
  [0, 1, 3, 1, 1, 0, 3, 0, 1, 2, 1, 1],
  [1, 2, 2, 2, 0, 0, 0, 1, 0, 1, 2, 2],
  [3, 0, 0, 0, 1, 0, 0, 1, 2, 1, 0, 0],
  [1, 2, 0, 2, 1, 2, 0, 3, 1, 0, 0, 0],
  [0, 0, 0, 0, 2, 3, 2, 0, 1, 1, 2, 2],
  [0, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2, 1],
  [2, 1, 2, 0, 2, 1, 1, 3, 0, 2, 1, 0],
  [3, 2, 2, 1, 1, 0, 0, 0, 2, 0, 1, 2],
  [0, 1, 0, 3, 0, 1, 2, 0, 0, 1, 0, 1],
  [0, 0, 1, 0, 1, 1, 2, 1, 2, 1, 1, 1],
  [0, 1, 1, 3, 0, 2, 1, 1, 0, 1, 2, 1],
  [0, 1, 1, 0, 3, 1, 2, 1, 1, 0, 1, 3],
  [4, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1],
  [1, 0, 2, 2, 0, 1, 2, 2, 2, 2, 1, 0],
  [0, 2, 1, 0, 1, 0, 0, 1, 2, 2, 1, 0],
]

describe('p-values and quantiles far out', () => {
  test.each([
    // 2 * pt(-t, df)
    [8.236, 130, 1.650273547119e-13],
    [12, 14, 9.353330739368e-9],
    [0.3, 3, 7.837632920399e-1],
  ])('t = %d, df = %d', (t, df, p) => expectDigits(twoSidedP(t, df), p))
  test.each([
    // qbeta(p, a, b)
    [0.025, 0.5, 2000, 2.455479407241e-7],
    [0.975, 1800.25, 199.75, 9.128778715697e-1],
    [0.025, 3, 0.25, 5.243881137256e-1],
  ])('qbeta(%d, %d, %d)', (p, a, b, x) => expectDigits(betaQuantile(p, a, b), x))
})

describe('replicate weights: svrepdesign', () => {
  type Rep = Respondent & { replicateWeights: readonly number[] }
  const replicated = <R extends Rep>(rows: readonly R[], design: ReplicateDesign): readonly R[] => {
    const variance = { replication: createReplication(design, rows) }
    return rows.map((one) => ({ ...one, variance }))
  }
  /** scd of Levy and Lemeshow, as in help(svrepdesign): arrests and those alive at the hospital, by ambulance service. */
  const arrests = [120, 78, 185, 228, 670, 530]
  const alive = [25, 24, 30, 49, 80, 70]
  const halves = [
    [2, 2, 0, 0],
    [0, 0, 2, 2],
    [2, 0, 2, 0],
    [0, 2, 0, 2],
    [2, 0, 0, 2],
    [0, 2, 2, 0],
  ]
  const services = (rho: number) =>
    halves.map((row) => {
      const replicateWeights = row.map((half) => 1 + (half - 1) * (1 - rho))
      return { weight: 1, stratum: '', cluster: '', replicateWeights }
    })
  const survived = (rows: readonly Respondent[]) =>
    ratioOf(
      rows,
      (i) => alive[i] ?? null,
      (i) => arrests[i] ?? null,
    )
  test('BRR: svyratio, svymean, svytotal', () => {
    const rows = replicated(services(0), { type: 'BRR' })
    expectEstimate(rows, survived(rows), [0.15350635008283, 0.00941840066992])
    expectEstimate(
      rows,
      meanOf(rows, (i) => arrests[i] ?? null),
      [301.8333333333, 25.3930217886],
    )
    expectEstimate(
      rows,
      totalOf(rows, (i) => arrests[i] ?? null),
      [1811, 152.358130732],
    )
    expect(estimated(rows, survived(rows) as Linearised).degreesOfFreedom).toBe(3)
  })
  test('mse = TRUE, and Fay with rho = 0.3', () => {
    const mse = replicated(services(0), { type: 'BRR', mse: true })
    expectEstimate(mse, survived(mse), [0.15350635008283, 0.00942663573267])
    const fay = replicated(services(0.3), { type: 'Fay', rho: 0.3 })
    expectEstimate(fay, survived(fay), [0.15350635008283, 0.00952518747771])
  })

  test('JK1: as.svrepdesign(svydesign(id = ~dnum, weights = ~pw, data = apiclus1), type = "JK1")', () => {
    const districts = [...new Set(CLUSTERS.map(({ cluster }) => cluster))]
    const schools = replicated(
      CLUSTERS.map(({ sampled: _, ...one }) => ({
        ...one,
        replicateWeights: districts.map((out) => (out === one.cluster ? 0 : (one.weight * 15) / 14)),
      })),
      { type: 'JK1' },
    )
    const score: Values = (i) => schools[i]?.api00 ?? null
    const met: Values = (i) => schools[i]?.met ?? null
    const metOf =
      (type: string): Values =>
      (i) =>
        schools[i]?.type === type ? met(i) : null
    expectEstimate(schools, meanOf(schools, score), [644.1693989071, 26.5941613577])
    expectEstimate(schools, totalOf(schools, met), [5415.51940918, 1309.63946984])
    // svycontrast(svyby(~y, ~stype, design, svymean, covmat = TRUE), c(E = 1, M = -1))
    const [elementary, middle] = [meanOf(schools, metOf('E')), meanOf(schools, metOf('M'))]
    const gap = elementary && middle && differenceOf(schools, elementary, middle)
    expectDigits(gap?.value, 0.236666666667)
    expectDigits(gap?.standardError, 0.128858905363)
    // svyciprop(~y, method = "beta") of all and of subset(stype == "M")
    const all = surveyMean(schools, met, { proportion: true })
    expect(all?.degreesOfFreedom).toBe(14)
    expectDigits(all?.standardError, 0.02076275107717)
    const some = surveyMean(schools, metOf('M'), { proportion: true })
    expect(some?.degreesOfFreedom).toBe(11)
    expectDigits(some?.standardError, 0.115940973718)
    expectDigits(some?.lower, 0.388467226659)
    expectDigits(some?.upper, 0.894495435302)
    // Woodruff: x <- sort(api00); h <- qt(0.975, 14) * SE(svymean(~as.numeric(api00 <= 652), design));
    // x[ceiling(183 * (0.5 + c(-h, h)))]. svyquantile puts the interval around the share at the median, 92 / 183, instead.
    const median = quantileOf(schools, score, 0.5)
    expect([median?.value, median?.lower, median?.upper]).toEqual([652, 551, 720])
  })

  test('JKn: the first five schools of each type of apistrat, rscales 0.8', () => {
    const few = ['E', 'H', 'M'].flatMap((type) => STRATA.filter((one) => one.type === type).slice(0, 5))
    const rows = replicated(
      few.map((one, i) => ({
        ...one,
        replicateWeights: few.map((out, r) =>
          r === i ? 0 : out.type === one.type ? (one.weight * 5) / 4 : one.weight,
        ),
      })),
      { type: 'JKn', rscales: few.map(() => 0.8) },
    )
    const mean = meanOf(rows, (i) => few[i]?.api00 ?? null)
    expectEstimate(rows, mean, [592.2857780717, 43.2775739856])
    expect(estimated(rows, mean as Linearised).degreesOfFreedom).toBe(12)
  })

  test('bootstrap: weights of as.svrepdesign(type = "bootstrap", replicates = 12) of the same schools, set.seed(1)', () => {
    const few = ['E', 'H', 'M'].flatMap((type) => STRATA.filter((one) => one.type === type).slice(0, 5))
    const rows = replicated(
      few.map((one, i) => ({ ...one, replicateWeights: (BOOTSTRAP[i] ?? []).map((times) => times * one.weight) })),
      { type: 'bootstrap' },
    )
    const mean = meanOf(rows, (i) => few[i]?.api00 ?? null)
    expectEstimate(rows, mean, [592.28577807172, 55.08073248441])
  })
})

describe('known totals', () => {
  const TYPES = { E: 4421, H: 755, M: 1018 }
  function calibrated<R extends Respondent>(
    rows: readonly R[],
    margins: { of: (i: number) => string; totals: Record<string, number> }[],
  ) {
    const { weights } = rake(
      rows.map(({ weight }) => weight),
      margins,
    )
    const calibration = createCalibration(
      rows.map(({ weight }, i) => ({
        weight: weights[i] ?? 0,
        baseWeight: weight,
        categories: margins.map(({ of }) => of(i)),
      })),
    )
    return rows.map((one, i) => ({ ...one, weight: weights[i] ?? 0, variance: { calibration } }))
  }
  const clusters = CLUSTERS.map(({ sampled: _, ...one }) => one)
  const type = { of: (i: number) => clusters[i]?.type ?? '', totals: TYPES }
  const met = { of: (i: number) => `${clusters[i]?.met}`, totals: { 0: 1072, 1: 5122 } }
  const score: Values = (i) => clusters[i]?.api00 ?? null

  test('postStratify(svydesign(id = ~dnum, weights = ~pw, data = apiclus1), ~stype, pop.types)', () => {
    const rows = calibrated(clusters, [type])
    expectEstimate(rows, meanOf(rows, score), [642.3107882116, 24.1610605815])
    expectEstimate(
      rows,
      totalOf(rows, (i) => clusters[i]?.enroll ?? null),
      [3680892.945119, 410378.819924],
    )
  })
  test('calibrate(design, ~stype + sch.wide, calfun = "raking"); rake() says the same', () => {
    const rows = calibrated(clusters, [type, met])
    expectEstimate(rows, meanOf(rows, score), [641.2303209268, 23.9420099146])
    expectEstimate(
      rows,
      totalOf(rows, (i) => clusters[i]?.enroll ?? null),
      [3647280.148065, 404632.221021],
    )
    expectEstimate(
      rows,
      meanOf(rows, (i) => (clusters[i]?.type === 'E' ? score(i) : null)),
      [647.4465792284, 23.0378019299],
    )
    // what was calibrated to is known: 5,122 of 6,194, without error
    const known = surveyMean(rows, (i) => clusters[i]?.met ?? null, { proportion: true })
    expectDigits(known?.value, 5122 / 6194)
    expect(known?.standardError).toBeLessThan(1e-9)
  })
  test('unequal weights: calibrate(svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat), ~sch.wide + awards)', () => {
    const rows = calibrated(STRATA, [
      { of: (i) => STRATA[i]?.met ?? '', totals: { 0: 1072, 1: 5122 } },
      { of: (i) => STRATA[i]?.awards ?? '', totals: { 0: 2194, 1: 4000 } },
    ])
    expectEstimate(
      rows,
      meanOf(rows, (i) => STRATA[i]?.api00 ?? null),
      [662.26631601835, 9.39120882691],
    )
  })
})
