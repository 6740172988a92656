import { CENSORED } from '#model/observation/censored.ts'
import type { Grade } from '#model/observation/domain.ts'
import type { ObservedProperty } from '#model/observation/properties.ts'
import { QUALITY, type Quality, REASONS, worst } from '#model/observation/quality.ts'
import { climatologyTest } from './climatology.ts'
import { measuringRangeTest, rangeTest, type Verdict } from './range.ts'
import { rulesOf } from './rules.ts'
import { Series } from './series.ts'

/** What follows from the stored results alone and is decided anew; all other reasons are known from the arrival and stay. */
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
export type Judged = Stored & { readonly verdict: Verdict }

/**
 * The verdicts over stored observations of one Datastream, in order of time, by all tests that need nothing but this
 * Datastream. One observation is held back until the next shows whether it was a spike: call `end` after the last.
 */
export class Requalifier {
  readonly #property: ObservedProperty
  readonly #grade: Grade
  readonly #latitude: number | undefined
  readonly #series: Series | undefined
  #held: Judged | undefined

  constructor(property: ObservedProperty, grade: Grade, latitude: number | undefined) {
    this.#property = property
    this.#grade = grade
    this.#latitude = latitude
    const rules = rulesOf(property.name, grade)
    this.#series = rules && new Series(rules)
  }

  /** @returns the observation that is settled by this one, if any */
  next(stored: Stored): Judged | undefined {
    const alone = this.#alone(stored)
    // What no instrument reports is not part of the history, nor is what was imported: what is held waits on.
    const isImported = (stored.reasons & REASONS.imported) !== 0 && this.#property.kind !== 'counter'
    // The same limit again and again is no sensor that is stuck.
    const isLimit = (stored.reasons & CENSORED) !== 0
    if (!this.#series || isImported || isLimit || alone.quality === QUALITY.fail) return { ...stored, verdict: alone }
    const settled = this.#held
    const { quality, reasons, earlier } = this.#series.judge(stored.timeMs, stored.result)
    this.#held = { ...stored, verdict: { quality: worst(alone.quality, quality), reasons: alone.reasons | reasons } }
    if (!settled || earlier === QUALITY.notEvaluated) return settled
    const verdict = {
      quality: worst(settled.verdict.quality, earlier),
      reasons: settled.verdict.reasons | REASONS.spike,
    }
    return { ...settled, verdict }
  }

  /** The last observation: nobody knows yet whether it is a spike. */
  end(): Judged[] {
    const last = this.#held
    this.#held = undefined
    return last ? [last] : []
  }

  #alone(stored: Stored): Verdict {
    return aloneVerdict(stored, this.#property, this.#grade, this.#latitude)
  }
}

/** What a result says by itself, without the history of its Datastream. */
export function aloneVerdict(
  { timeMs, result, quality, reasons }: Stored,
  property: ObservedProperty,
  grade: Grade,
  latitude: number | undefined,
): Verdict {
  const kept = reasons & ~RECOMPUTED
  const range = rangeTest(property, result)
  const instrument = measuringRangeTest(property.name, grade, result)
  const month = climatologyTest(property.name, latitude, timeMs, result)
  const clock = kept & CLOCK ? QUALITY.suspect : QUALITY.notEvaluated
  // Reasons that this version does not know: whoever gave them knew why.
  const other = kept & ~KNOWN ? quality : QUALITY.notEvaluated
  return {
    quality: [instrument.quality, month.quality, clock, other].reduce(worst, range.quality),
    reasons: kept | range.reasons | instrument.reasons | month.reasons,
  }
}
