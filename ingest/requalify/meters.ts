import { countMeter } from '#model/meter/count.ts'
import type { MeterRules } from '#model/meter/reading.ts'
import type { Grade } from '#model/observation/domain.ts'
import type { ObservedProperty } from '#model/observation/properties.ts'
import { isGood, QUALITY, REASONS, worst } from '#model/observation/quality.ts'
import { rulesOf } from '../quality/rules.ts'
import { Series } from '../quality/series.ts'
import { aloneVerdict, type Judged, type Stored } from '../quality/verdict.ts'

/**
 * The verdicts over stored readings of one meter, by the count that series and indicators rest on: what that leaves out as
 * an outlier is suspect (spike), where it finds a reset, a rollover or a replacement the reading says so (counter_reset). A
 * decision may rest on readings hours later, so the whole stretch is judged at its end.
 */
export class MeterRequalifier {
  readonly #property: ObservedProperty
  readonly #grade: Grade
  readonly #rules: MeterRules
  readonly #judged: Judged[] = []

  constructor(property: ObservedProperty, grade: Grade, rules: MeterRules) {
    this.#property = property
    this.#grade = grade
    this.#rules = rules
  }

  next(stored: Stored): undefined {
    this.#judged.push({ ...stored, verdict: aloneVerdict(stored, this.#property, this.#grade, undefined) })
  }

  end(): Judged[] {
    const good = this.#judged.filter(({ verdict }) => isGood(verdict.quality))
    const { events, outliers } = countMeter(
      good.map(({ timeMs, result }) => ({ at: timeMs, value: result })),
      this.#rules,
    )
    const wrong = new Set(outliers.map(({ at }) => at))
    const restarts = new Set(events.flatMap(({ kind, at }) => (kind === 'correction' ? [] : [at])))
    const rules = rulesOf(this.#property.name, this.#grade)
    const series = rules && new Series(rules)
    return this.#judged.map((one) => {
      const { quality, reasons } = one.verdict
      if (!isGood(quality)) return one
      if (wrong.has(one.timeMs)) return withVerdict(one, worst(quality, QUALITY.suspect), reasons | REASONS.spike)
      const stuck = series?.judge(one.timeMs, one.result)
      const isStuck = ((stuck?.reasons ?? 0) & REASONS.stuck_counter) !== 0
      return withVerdict(
        one,
        worst(quality, isStuck ? QUALITY.suspect : QUALITY.pass),
        reasons | (isStuck ? REASONS.stuck_counter : 0) | (restarts.has(one.timeMs) ? REASONS.counter_reset : 0),
      )
    })
  }
}

const withVerdict = (one: Judged, quality: Judged['quality'], reasons: number): Judged => ({
  ...one,
  verdict: { quality, reasons },
})
