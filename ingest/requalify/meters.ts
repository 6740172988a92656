import { countMeter } from '#model/meter/count.ts'
import type { MeterRules } from '#model/meter/reading.ts'
import type { ObservedProperty } from '#model/observation/properties.ts'
import { isGood, QUALITY, REASONS, worst } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'
import { type Evaluated, evaluateAlone, type Stored } from '../quality/requalifier.ts'
import { rulesOf } from '../quality/rules.ts'
import { Series } from '../quality/series.ts'

/**
 * Evaluates stored readings of one meter by the same count that series and indicators use: its outliers are suspect (spike),
 * and a reset, rollover or replacement is recorded with its reading (counter_reset). A result may depend on readings hours
 * later, so the entire window is evaluated at its end.
 */
export class MeterRequalifier {
  readonly #property: ObservedProperty
  readonly #grade: Grade
  readonly #rules: MeterRules
  readonly #evaluated: Evaluated[] = []

  constructor(property: ObservedProperty, grade: Grade, rules: MeterRules) {
    this.#property = property
    this.#grade = grade
    this.#rules = rules
  }

  next(stored: Stored): undefined {
    this.#evaluated.push({ ...stored, evaluation: evaluateAlone(stored, this.#property, this.#grade, undefined) })
  }

  end(): Evaluated[] {
    const good = this.#evaluated.filter(({ evaluation }) => isGood(evaluation.quality))
    const { events, outliers } = countMeter(
      good.map(({ timeMs, result }) => ({ at: timeMs, value: result })),
      this.#rules,
    )
    const outlierTimes = new Set(outliers.map(({ at }) => at))
    const restarts = new Set(events.flatMap(({ kind, at }) => (kind === 'correction' ? [] : [at])))
    const rules = rulesOf(this.#property.name, this.#grade)
    const series = rules && new Series(rules)
    return this.#evaluated.map((reading) => {
      const { quality, reasons } = reading.evaluation
      if (!isGood(quality)) return reading
      if (outlierTimes.has(reading.timeMs))
        return withEvaluation(reading, worst(quality, QUALITY.suspect), reasons | REASONS.spike)
      const stuck = series?.evaluate(reading.timeMs, reading.result)
      const isStuck = ((stuck?.reasons ?? 0) & REASONS.stuck_counter) !== 0
      return withEvaluation(
        reading,
        worst(quality, isStuck ? QUALITY.suspect : QUALITY.pass),
        reasons | (isStuck ? REASONS.stuck_counter : 0) | (restarts.has(reading.timeMs) ? REASONS.counter_reset : 0),
      )
    })
  }
}

const withEvaluation = (reading: Evaluated, quality: Evaluated['quality'], reasons: number): Evaluated => ({
  ...reading,
  evaluation: { quality, reasons },
})
