import { CENSORED } from '#model/observation/censored.ts'
import type { ObservedProperty } from '#model/observation/properties.ts'
import { QUALITY, type Quality, REASONS, worst } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'
import { climatologyTest } from './climatology.ts'
import { type Evaluation, measuringRangeTest, rangeTest } from './range.ts'
import { rulesOf } from './rules.ts'
import { Series } from './series.ts'

/** Reasons that follow from the stored results alone and are recomputed; all others are known from the arrival and stay. */
const RECOMPUTED =
  REASONS.gross_range |
  REASONS.climatology |
  REASONS.spike |
  REASONS.rate_of_change |
  REASONS.flat_line |
  REASONS.stuck_counter |
  REASONS.counter_reset |
  REASONS.neighbours |
  REASONS.humidity
const CLOCK = REASONS.clock_ahead | REASONS.clock_behind
const KNOWN =
  RECOMPUTED |
  CLOCK |
  CENSORED |
  REASONS.time_of_arrival |
  REASONS.unverified_thing |
  REASONS.device_simulates |
  REASONS.imported

export type Stored = {
  readonly timeMs: number
  readonly result: number
  readonly quality: Quality
  readonly reasons: number
}
export type Evaluated = Stored & { readonly evaluation: Evaluation }

/**
 * Evaluates stored observations of one Datastream, in order of time, by all tests that need only this Datastream. Each
 * observation is pending until the next one shows whether it was a spike: call `end` after the last.
 */
export class Requalifier {
  readonly #property: ObservedProperty
  readonly #grade: Grade
  readonly #latitude: number | undefined
  readonly #series: Series | undefined
  #pending: Evaluated | undefined

  constructor(property: ObservedProperty, grade: Grade, latitude: number | undefined) {
    this.#property = property
    this.#grade = grade
    this.#latitude = latitude
    const rules = rulesOf(property.name, grade)
    this.#series = rules && new Series(rules)
  }

  /** @returns the pending observation, whose evaluation this one completes; or this one, if it has no history */
  next(stored: Stored): Evaluated | undefined {
    const alone = this.#alone(stored)
    // Failed and imported results are not part of the history: the pending observation stays pending.
    const isImported = (stored.reasons & REASONS.imported) !== 0 && this.#property.kind !== 'counter'
    // A repeated detection limit is not a stuck sensor, and results between which it lies are not either.
    const isLimit = (stored.reasons & CENSORED) !== 0
    if (isLimit) this.#series?.interrupt()
    if (!this.#series || isImported || isLimit || alone.quality === QUALITY.fail)
      return { ...stored, evaluation: alone }
    const pending = this.#pending
    const { quality, reasons, earlier } = this.#series.evaluate(stored.timeMs, stored.result)
    this.#pending = {
      ...stored,
      evaluation: { quality: worst(alone.quality, quality), reasons: alone.reasons | reasons },
    }
    if (!pending || earlier === QUALITY.notEvaluated) return pending
    const evaluation = {
      quality: worst(pending.evaluation.quality, earlier),
      reasons: pending.evaluation.reasons | REASONS.spike,
    }
    return { ...pending, evaluation }
  }

  /** The last observation, for which it is still unknown whether it is a spike. */
  end(): Evaluated[] {
    const last = this.#pending
    this.#pending = undefined
    return last ? [last] : []
  }

  #alone(stored: Stored): Evaluation {
    return evaluateAlone(stored, this.#property, this.#grade, this.#latitude)
  }
}

/** Evaluates a result by itself, without the history of its Datastream. */
export function evaluateAlone(
  { timeMs, result, quality, reasons }: Stored,
  property: ObservedProperty,
  grade: Grade,
  latitude: number | undefined,
): Evaluation {
  const permanent = reasons & ~RECOMPUTED
  const range = rangeTest(property, result)
  const instrument = measuringRangeTest(property.name, grade, result)
  const month = climatologyTest(property.name, latitude, timeMs, result)
  const clock = permanent & CLOCK ? QUALITY.suspect : QUALITY.notEvaluated
  // Reasons unknown to this version keep the flag they came with.
  const other = permanent & ~KNOWN ? quality : QUALITY.notEvaluated
  return {
    quality: [instrument.quality, month.quality, clock, other].reduce(worst, range.quality),
    reasons: permanent | range.reasons | instrument.reasons | month.reasons,
  }
}
