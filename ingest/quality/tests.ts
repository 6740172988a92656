import { QUALITY, type Quality } from '#model/observation/quality.ts'

/**
 * QARTOD tests with history, as pure functions of a window of results, from oldest to latest.
 * Source: IOOS, "Manual for Real-Time Quality Control of Wind Data" 1.1 (2017), tests 6 to 8; the manuals of the other
 * variables define the same. Each returns `notEvaluated` while its window is too short.
 */
export type Window = readonly number[]

/** `low` and `high`: THRSHLD_LOW and THRSHLD_HIGH, in the canonical unit. */
export type SpikeThresholds = { readonly low: number; readonly high: number }

/**
 * Test 6, spike, of the last result but one: its distance from the mean of its two neighbours (SPK_REF). It can be evaluated
 * only when the next result is known.
 */
export function spike(window: Window, thresholds: SpikeThresholds): Quality {
  const [before, tested, after] = window.slice(-3)
  if (before === undefined || tested === undefined || after === undefined) return QUALITY.notEvaluated
  return spikeOf(before, tested, after, thresholds)
}

/**
 * Whether a result stands out from both its neighbours, by half of the lower threshold at least. Test 6 alone also
 * finds the good results on either side of a spike, for which the spike is half of SPK_REF; the spike test of GTSPP and
 * Argo (Argo quality control manual 2.1, test 9) subtracts half the difference of the neighbours, which is equivalent.
 */
export const isPeak = (before: number, tested: number, after: number, { low }: SpikeThresholds): boolean =>
  Math.abs(tested - (before + after) / 2) - Math.abs((after - before) / 2) > low / 2

/** Test 6 on three results. */
export function spikeOf(before: number, tested: number, after: number, { low, high }: SpikeThresholds): Quality {
  const distance = Math.abs(tested - (before + after) / 2)
  if (distance > high) return QUALITY.fail
  return distance > low ? QUALITY.suspect : QUALITY.pass
}

/**
 * `deviations`: N_DEV; `minimum`: changes up to this are never flagged, for nearly constant signals, whose deviation is near
 * zero; `count`: results needed for a meaningful deviation.
 */
export type RateThresholds = { readonly deviations: number; readonly minimum: number; readonly count: number }

/**
 * Test 7, rate of change, of the latest result: its difference to the previous one compared with N_DEV standard deviations of
 * the results of the TIM_DEV hours before it (the window). Suspect at most: which of the two results is wrong is unknown.
 */
export function rateOfChange(window: Window, { deviations, minimum, count }: RateThresholds): Quality {
  const latest = window[window.length - 1]
  const history = window.slice(0, -1)
  const last = history[history.length - 1]
  if (latest === undefined || last === undefined || history.length < count) return QUALITY.notEvaluated
  const change = Math.abs(latest - last)
  return change > minimum && change > deviations * standardDeviation(history) ? QUALITY.suspect : QUALITY.pass
}

/** Sample standard deviation (n - 1). */
export function standardDeviation(values: Window): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** `epsilon`: EPS; `suspect` and `fail`: REP_CNT_SUSPECT and REP_CNT_FAIL, numbers of previous results. */
export type FlatThresholds = { readonly epsilon: number; readonly suspect: number; readonly fail: number }

/** Test 8, flat line, of the latest result: whether it equals the REP_CNT results before it within EPS. */
export function flatLine(window: Window, thresholds: FlatThresholds): Quality {
  return flatLineOf(repeats(window, thresholds.epsilon), window.length, thresholds)
}

/** Test 8 on a count of equal results before the latest. */
export function flatLineOf(equal: number, length: number, { suspect, fail }: FlatThresholds): Quality {
  if (length <= suspect) return QUALITY.notEvaluated
  if (equal >= fail) return QUALITY.fail
  return equal >= suspect ? QUALITY.suspect : QUALITY.pass
}

/** Number of consecutive results before the latest that equal it within epsilon. */
export function repeats(window: Window, epsilon: number): number {
  const latest = window[window.length - 1]
  if (latest === undefined) return 0
  let equal = 0
  for (let at = window.length - 2; at >= 0; at--) {
    const value = window[at]
    if (value === undefined || Math.abs(latest - value) > epsilon) break
    equal++
  }
  return equal
}
