import type { Period } from '#model/basics/period.ts'
import type { DataPoint, Evidence, Indicator } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { methodOf } from '#model/indicators/recompute.ts'
import type { Reported } from './inputs/reported.ts'
import { originOf } from './measure/context.ts'
import { found, missing, type Outcome } from './measure/outcome.ts'

/** A reported value as an outcome; computed again from numerator and denominator where both are known. */
export function reportedOutcome(indicator: Indicator, point: DataPoint, row: Reported, period: Period): Outcome {
  const year = row.period === period.label ? '' : ` of ${row.period}`
  const status = row.verified ? 'verified' : 'not verified'
  const head = {
    label: `${point.name}, reported value${year}: ${row.source} (${row.dataQuality.replaceAll('_', ' ')}, ${status})`,
    unit: row.unit,
    origin: originOf(row.simulated, 'reported'),
    ref: `reported value ${row.id}`,
  }
  return found(withParts(head, indicator, point, row), { simulated: row.simulated })
}

function withParts(
  head: Pick<Evidence, 'label' | 'unit' | 'origin'> & { ref: string },
  indicator: Indicator,
  point: DataPoint,
  row: Reported,
): Evidence {
  const method = methodOf(point.formula ?? indicator.formula)
  if (!method || row.numerator === null || row.denominator === null)
    return leaf({ ...head, method: 'reported', value: row.value })
  const part = (label: string, value: number): Evidence =>
    leaf({ label, value, unit: '', origin: head.origin, method: 'reported', ref: head.ref })
  return node({ ...head, method }, [
    part(indicator.numerator, row.numerator),
    part(indicator.denominator, row.denominator),
  ])
}

/** Why nothing is reported, and what would change that. */
export function notReported(indicator: Indicator, needs: string | undefined, why: string | null): Outcome {
  const parts = indicator.denominator ? `${indicator.numerator}; ${indicator.denominator}` : indicator.numerator
  const report = `not reported; report it with: ${parts}`
  if (why) return missing(`${why}. A value that the city reports would stand in: ${parts}`)
  return missing(needs ? `${report}; or measure it: ${needs}` : report)
}
