/**
 * Worked cases that IOOS publishes with its own implementation of the QARTOD tests (ioos_qc 2, tests/test_qartod.py):
 * series, thresholds and flags. Where a window is too short IOOS answers 1 for the flat line; the manuals say 2.
 */
import { describe, expect, test } from 'vitest'
import { flatLine, isPeak, spike } from '#ingest/quality/tests.ts'

const NOT_EVALUATED = 2

describe('spike, by the mean of the neighbours (SPK_REF)', () => {
  const ordinary = { low: 25, high: 50 }
  const fine = { low: 0.5, high: 1 }
  const wave = [
    ...[-0.189, -0.0792, -0.0122, 0.0457, 0.0671, 0.0213, -0.0488, -0.1463, -0.2438, -0.3261, -0.3871, -0.4054],
    ...[-0.3932, -0.3383, -0.2804, -0.2347, -0.2134, -0.2347, -0.2926, -0.3597, -0.442, -0.509, 0, -0.5944, -0.57],
    ...[-0.4267, -0.2926, -0.1585, -0.0945, -0.0762],
  ]
  const flagsOf = (series: readonly number[], thresholds: typeof fine): number[] =>
    series.map((_, at) =>
      at === 0 || at === series.length - 1 ? NOT_EVALUATED : spike(series.slice(at - 1, at + 2), thresholds),
    )
  test.each([
    [[10, 12, 999.99, 13, 15, 40, 9, 9], ordinary, [2, 4, 4, 4, 1, 3, 1, 2]],
    [[-10, -12, -999.99, -13, -15, -40, -9, -9], ordinary, [2, 4, 4, 4, 1, 3, 1, 2]],
    [[-100, -99, -99, -98], ordinary, [2, 1, 1, 2]],
    [wave, fine, wave.map((value, at) => (at === 0 || at === wave.length - 1 ? 2 : value === 0 ? 3 : 1))],
    // the published series goes on with a missing value, next to which nothing is judged
    [[3, 4.99, 5, 6, 8, 6, 6, 6.75, 6, 6, 5.3, 6, 6, 9, 5], fine, [2, 3, 1, 1, 4, 3, 1, 3, 1, 1, 3, 1, 4, 4, 2]],
  ])('%j', (series, thresholds, flags) => expect(flagsOf(series, thresholds)).toEqual(flags))

  test('values next to a spike are not spikes', () => {
    const series = [10, 12, 999.99, 13, 15, 40, 9, 9]
    const peaks = series.flatMap((value, at) => {
      const [before, after] = [series[at - 1], series[at + 1]]
      return before !== undefined && after !== undefined && isPeak(before, value, after, ordinary) ? [value] : []
    })
    expect(peaks).toEqual([999.99, 40])
  })
})

describe('flat line (REP_CNT_SUSPECT 3, REP_CNT_FAIL 5)', () => {
  const flagsOf = (series: readonly number[], epsilon: number): number[] =>
    series.map((_, at) => flatLine(series.slice(0, at + 1), { epsilon, suspect: 3, fail: 5 }))
  /** The published flags, 2 for the first three. */
  const short = (flags: readonly number[]): number[] => flags.map((flag, at) => (at < 3 ? NOT_EVALUATED : flag))
  const steps = [1, 2, 2.0001, 2, 2.0001, 2, 2.0001, 2, 4, 5, 3, 3.0001, 3.0005, 3.00001]
  test.each([
    [steps, 0.01, [1, 1, 1, 1, 3, 3, 4, 4, 1, 1, 1, 1, 1, 3]],
    [steps.map((value) => -value), 0.01, [1, 1, 1, 1, 3, 3, 4, 4, 1, 1, 1, 1, 1, 3]],
    [steps.slice(1), 0.01, [1, 1, 1, 3, 3, 4, 4, 1, 1, 1, 1, 1, 3]],
    [[5, 5, 5, 5, 5, 5], 0.1, [1, 1, 1, 3, 3, 4]],
  ])('%j', (series, epsilon, flags) => expect(flagsOf(series, epsilon)).toEqual(short(flags)))
})
