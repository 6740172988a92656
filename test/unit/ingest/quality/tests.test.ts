import { describe, expect, test } from 'vitest'
import { rangeTest } from '#ingest/quality/range.ts'
import { flatLine, isPeak, rateOfChange, spike, standardDeviation } from '#ingest/quality/tests.ts'

const wind = Array.from({ length: 12 }, (_, index) => index % 2)

describe('QARTOD test 4, gross range', () => {
  const ranges = { grossRange: [0, 75], plausibleRange: [0, 45] } as const
  test.each([
    [-0.1, 4],
    [0, 1],
    [45, 1],
    [45.1, 3],
    [75, 3],
    [75.1, 4],
    [Number.NaN, 4],
  ])('wind of %d m/s is %d', (value, flag) => expect(rangeTest(ranges, value).quality).toBe(flag))
  test('without a plausible range there is no suspect', () =>
    expect(rangeTest({ grossRange: [0, 1] }, 1).quality).toBe(1))
})

describe('QARTOD test 6, spike (wind manual: THRSHLD_LOW 20 m/s, THRSHLD_HIGH 40 m/s)', () => {
  const thresholds = { low: 20, high: 40 }
  // SPK_REF is the mean of the neighbours: (6 + 10) / 2 = 8
  test.each([
    [[6, 28, 10], 1],
    [[6, 28.1, 10], 3],
    [[6, 48, 10], 3],
    [[6, 48.1, 10], 4],
    [[48, 7.9, 48.1], 4],
    [[1, 2, 3, 6, 28.1, 10], 3],
    [[6, 48], 2],
    [[], 2],
  ])('%j is %d', (window, flag) => expect(spike(window, thresholds)).toBe(flag))
})

describe('a spike and the values next to it (GTSPP, Argo test 9)', () => {
  // 20 20 45 20 20: test 6 alone says of the second 20 that it is 12.5 from (20 + 45) / 2
  test.each([
    [20, 45, 20, true],
    [20, 20, 45, false],
    [45, 20, 20, false],
    [20, 32, 26, true],
    [20, 32, 30, false],
  ])('%d %d %d: %s', (before, judged, after, peak) =>
    expect(isPeak(before, judged, after, { low: 5, high: 15 })).toBe(peak),
  )
})

describe('QARTOD test 7, rate of change (N_DEV 3)', () => {
  const thresholds = { deviations: 3, minimum: 0, count: 3 }
  // the results before it, 0 1 0 1 0: mean 0.4, squares 3 x 0.16 + 2 x 0.36 = 1.2, SD sqrt(1.2 / 4) = 0.5477; 3 SD 1.6432
  test.each([
    [[0, 1, 0, 1, 0, 1.64], 1],
    [[0, 1, 0, 1, 0, 1.65], 3],
    [[0, 1, 0, 1, 0, -1.65], 3],
    [[0, 1, 0], 2],
    [[5], 2],
  ])('%j is %d; it never fails', (window, flag) => expect(rateOfChange(window, thresholds)).toBe(flag))
  test('a signal that hardly moves may move by the minimum', () => {
    expect(rateOfChange([5, 5, 5, 5, 5.5], { ...thresholds, minimum: 0.5 })).toBe(1)
    expect(rateOfChange([5, 5, 5, 5, 5.6], { ...thresholds, minimum: 0.5 })).toBe(3)
  })
  test('sample standard deviation', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12)
    expect(standardDeviation([1])).toBe(0)
  })
})

describe('QARTOD test 8, flat line (REP_CNT_SUSPECT 3, REP_CNT_FAIL 5, EPS 0.05)', () => {
  const thresholds = { epsilon: 0.05, suspect: 3, fail: 5 }
  // the present observation is compared with REP_CNT previous ones
  test.each([
    [[7, 7, 7], 2],
    [[1, 7, 7, 7], 1],
    [[7, 7, 7, 7], 3],
    [[1, 7, 7.04, 7, 7], 3],
    [[1, 7, 7.06, 7, 7], 1],
    [[7, 7, 7, 7, 7], 3],
    [[7, 7, 7, 7, 7, 7], 4],
    [[7, 7, 7, 7, 7, 8], 1],
    [wind, 1],
  ])('%j is %d', (window, flag) => expect(flatLine(window, thresholds)).toBe(flag))
})
