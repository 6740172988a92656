import { isIsolated } from '#model/meter/outliers.ts'
import { turn } from '#model/observation/directions.ts'
import { QUALITY, type Quality, REASONS, worst } from '#model/observation/quality.ts'
import { HourlyMoments } from './hourly-moments.ts'
import { RATE_WINDOW_HOURS, type Rules, WINDOW_GAP_SECONDS } from './rules.ts'
import { flatLineOf, isPeak, spikeOf } from './tests.ts'

/** What history says of a result. `earlier`: the one before has turned out to be a spike of this quality. */
export type SeriesVerdict = { quality: Quality; reasons: number; earlier: Quality }

/**
 * The tests with history over one Datastream, one result after the other, in order of time. The same for what arrives
 * and for what is stored; a function of the results it is given and nothing else.
 *
 *     unknown  --first result, or after a gap-->  filling (tests answer 2)  --enough results-->  evaluated
 *
 * A meter knows no gap: it goes on counting while nobody listens.
 */
export class Series {
  readonly #rules: Rules
  readonly #moments: HourlyMoments | undefined
  #count = 0
  #last = Number.NaN
  #before = Number.NaN
  lastMs = Number.NEGATIVE_INFINITY
  #anchor = Number.NaN
  /** results before the newest that equal it, and since when they do */
  #equal = 0
  #equalSinceMs = 0

  constructor(rules: Rules) {
    this.#rules = rules
    this.#moments = rules.rate && new HourlyMoments(RATE_WINDOW_HOURS)
  }

  /** @param ms time of the result, later than that of the one before */
  judge(ms: number, measured: number): SeriesVerdict {
    const { spike, rate, flat, stuck } = this.#rules
    if (!stuck && ms - this.lastMs > WINDOW_GAP_SECONDS * 1000) this.#begin()
    const result = this.#unwrapped(measured)
    const verdict: SeriesVerdict = { quality: QUALITY.notEvaluated, reasons: 0, earlier: QUALITY.notEvaluated }
    let change = result - this.#last
    if (spike && this.#count >= 2) {
      const quality = spikeOf(this.#before, this.#last, result, spike)
      if (quality !== QUALITY.pass && isPeak(this.#before, this.#last, result, spike)) {
        verdict.earlier = quality
        // The way back from a spike is no jump of its own.
        change = result - this.#before
      }
    }
    if (rate && this.#moments && this.#count > 0 && this.#moments.count(ms) >= rate.count) {
      const jumped = Math.abs(change) > Math.max(rate.minimum, rate.deviations * this.#moments.deviation())
      add(verdict, jumped ? QUALITY.suspect : QUALITY.pass, REASONS.rate_of_change)
    }
    if (stuck && this.#count > 1 && isIsolated(this.#before, this.#last, result)) {
      verdict.earlier = QUALITY.suspect
      this.#last = this.#before
      change = result - this.#last
    }
    const fell = stuck !== undefined && this.#count > 0 && change < 0
    this.#take(ms, result, flat?.epsilon ?? 0)
    if (flat) add(verdict, this.#flatNow(flat, ms), REASONS.flat_line)
    if (stuck && this.#count > 1) this.#judgeCounter(stuck, ms, fell, verdict)
    return verdict
  }

  /** A direction by the shorter turn from the one before (350, then 370 for 10): differences of these are angles. */
  #unwrapped(result: number): number {
    if (!this.#rules.circular || this.#count === 0) return result
    return this.#last + turn(this.#last, result)
  }

  #begin(): void {
    this.#count = 0
    this.#equal = 0
    this.#last = Number.NaN
    this.#before = Number.NaN
    this.#anchor = Number.NaN
  }

  #take(ms: number, result: number, epsilon: number): void {
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

  #flatNow(flat: NonNullable<Rules['flat']>, ms: number): Quality {
    const quality = flatLineOf(this.#equal, this.#count, flat)
    const seconds = (ms - this.#equalSinceMs) / 1000
    if (quality === QUALITY.fail && seconds >= flat.failSeconds) return QUALITY.fail
    if (quality === QUALITY.suspect || quality === QUALITY.fail)
      return seconds >= flat.suspectSeconds ? QUALITY.suspect : QUALITY.pass
    return quality
  }

  /**
   * A meter runs forward: a lower reading is a reset, a rollover or a new meter, which is no error but has to be known; or an
   * outlier, which the next reading shows.
   */
  #judgeCounter(stuck: NonNullable<Rules['stuck']>, ms: number, fell: boolean, verdict: SeriesVerdict): void {
    verdict.quality = QUALITY.pass
    if (fell) verdict.reasons |= REASONS.counter_reset
    else if (this.#equal >= stuck.readings && ms - this.#equalSinceMs >= stuck.seconds * 1000)
      add(verdict, QUALITY.suspect, REASONS.stuck_counter)
  }
}

function add(verdict: SeriesVerdict, quality: Quality, reason: number): void {
  verdict.quality = worst(verdict.quality, quality)
  if (quality === QUALITY.suspect || quality === QUALITY.fail) verdict.reasons |= reason
}
