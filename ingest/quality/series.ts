import { isIsolated } from '#model/meter/outliers.ts'
import { turn } from '#model/observation/directions.ts'
import { QUALITY, type Quality, REASONS, worst } from '#model/observation/quality.ts'
import { HourlyMoments } from './hourly-moments.ts'
import { RATE_WINDOW_HOURS, type Rules, WINDOW_GAP_SECONDS } from './rules.ts'
import { flatLineOf, isPeak, spikeOf } from './tests.ts'

/** Evaluation of a result by history. `earlier`: the previous result turned out to be a spike, with this flag. */
export type SeriesEvaluation = { quality: Quality; reasons: number; earlier: Quality }

/**
 * The tests with history for one Datastream, in order of time. The same for arriving and for stored observations; depends on
 * the given results only.
 *
 *     unknown  --first result, or after a gap-->  filling (flag 2)  --enough results-->  evaluated
 *
 * Gaps do not reset meters, which continue to count meanwhile.
 */
export class Series {
  readonly #rules: Rules
  readonly #moments: HourlyMoments | undefined
  #count = 0
  #last = Number.NaN
  #before = Number.NaN
  lastMs = Number.NEGATIVE_INFINITY
  #anchor = Number.NaN
  /** number of results before the latest that equal it, and the time of the first */
  #equal = 0
  #equalSinceMs = 0

  constructor(rules: Rules) {
    this.#rules = rules
    this.#moments = rules.rate && new HourlyMoments(RATE_WINDOW_HOURS)
  }

  /** @param ms time of the result, later than that of the previous one */
  evaluate(ms: number, measured: number): SeriesEvaluation {
    const { spike, rate, flat, stuck } = this.#rules
    if (!stuck && ms - this.lastMs > WINDOW_GAP_SECONDS * 1000) this.#begin()
    const result = this.#unwrapped(measured)
    const evaluation: SeriesEvaluation = { quality: QUALITY.notEvaluated, reasons: 0, earlier: QUALITY.notEvaluated }
    let change = result - this.#last
    if (spike && this.#count >= 2) {
      const quality = spikeOf(this.#before, this.#last, result, spike)
      if (quality !== QUALITY.pass && isPeak(this.#before, this.#last, result, spike)) {
        evaluation.earlier = quality
        // The return from a spike is not another jump.
        change = result - this.#before
      }
    }
    if (rate && this.#moments && this.#count > 0 && this.#moments.count(ms) >= rate.count) {
      const jumped = Math.abs(change) > Math.max(rate.minimum, rate.deviations * this.#moments.deviation())
      add(evaluation, jumped ? QUALITY.suspect : QUALITY.pass, REASONS.rate_of_change)
    }
    if (stuck && this.#count > 1 && isIsolated(this.#before, this.#last, result)) {
      evaluation.earlier = QUALITY.suspect
      this.#last = this.#before
      change = result - this.#last
    }
    const fell = stuck !== undefined && this.#count > 0 && change < 0
    this.#add(ms, result, flat?.epsilon ?? 0)
    if (flat) add(evaluation, this.#evaluateFlatLine(flat, ms), REASONS.flat_line)
    if (stuck && this.#count > 1) this.#evaluateCounter(stuck, ms, fell, evaluation)
    return evaluation
  }

  /** A result that is not compared, being a limit of the instrument, shows that the line is not flat. */
  interrupt(): void {
    this.#equal = 0
    this.#anchor = Number.NaN
  }

  /** A direction, unwrapped by the shorter turn from the previous one (350, then 370 for 10), so that differences are angles. */
  #unwrapped(result: number): number {
    if (!this.#rules.circular || this.#count === 0) return result
    return this.#last + turn(this.#last, result)
  }

  #begin(): void {
    this.#count = 0
    this.#last = Number.NaN
    this.#before = Number.NaN
    this.interrupt()
  }

  #add(ms: number, result: number, epsilon: number): void {
    if (Math.abs(result - this.#anchor) <= epsilon) this.#equal += 1
    else {
      this.#equal = 0
      this.#equalSinceMs = ms
      this.#anchor = result
    }
    this.#before = this.#last
    this.#last = result
    this.lastMs = ms
    this.#count += 1
    this.#moments?.add(ms, result)
  }

  #evaluateFlatLine(flat: NonNullable<Rules['flat']>, ms: number): Quality {
    const quality = flatLineOf(this.#equal, this.#count, flat)
    const seconds = (ms - this.#equalSinceMs) / 1000
    if (quality === QUALITY.fail && seconds >= flat.failSeconds) return QUALITY.fail
    if (quality === QUALITY.suspect || quality === QUALITY.fail)
      return seconds >= flat.suspectSeconds ? QUALITY.suspect : QUALITY.pass
    return quality
  }

  /**
   * A meter counts upwards: a lower reading is a reset, a rollover or a replacement, which is recorded but not an error; or
   * an outlier, which the next reading shows.
   */
  #evaluateCounter(stuck: NonNullable<Rules['stuck']>, ms: number, fell: boolean, evaluation: SeriesEvaluation): void {
    evaluation.quality = QUALITY.pass
    if (fell) evaluation.reasons |= REASONS.counter_reset
    else if (this.#equal >= stuck.readings && ms - this.#equalSinceMs >= stuck.seconds * 1000)
      add(evaluation, QUALITY.suspect, REASONS.stuck_counter)
  }
}

function add(evaluation: SeriesEvaluation, quality: Quality, reason: number): void {
  evaluation.quality = worst(evaluation.quality, quality)
  if (quality === QUALITY.suspect || quality === QUALITY.fail) evaluation.reasons |= reason
}
