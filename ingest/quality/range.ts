import { measuringTop } from '#model/air-quality/measuring-ranges.ts'
import type { Grade } from '#model/observation/domain.ts'
import type { ObservedProperty } from '#model/observation/properties.ts'
import { QUALITY, type Quality, REASONS } from '#model/observation/quality.ts'
import { isOverflow } from './overflow.ts'

/** The outcome of quality tests: a QARTOD flag and the bits of REASONS that explain it. */
export type Verdict = { readonly quality: Quality; readonly reasons: number }

/**
 * QARTOD test 4, gross range: outside what the sensor can report fails; outside what the operator finds plausible is
 * suspect; else pass. The bounds themselves pass. Both ranges are data of the property, in its canonical unit.
 */
export function rangeTest(
  {
    grossRange,
    plausibleRange,
    unit = '',
  }: Pick<ObservedProperty, 'grossRange' | 'plausibleRange'> & { unit?: string },
  result: number,
): Verdict {
  if (isOverflow(result, unit)) return IMPOSSIBLE
  if (outside(result, grossRange)) return IMPOSSIBLE
  return plausibleRange && outside(result, plausibleRange) ? IMPLAUSIBLE : PASS
}

/**
 * The part of it that depends on the instrument: a pollutant above what instruments of this grade measure is suspect. It is
 * not failed, as QARTOD would have it: that the air is bad is known, only how bad is not.
 */
export function measuringRangeTest(property: string, grade: Grade, result: number): Verdict {
  const top = measuringTop(property, grade)
  return top !== undefined && result > top ? IMPLAUSIBLE : PASS
}

const PASS: Verdict = { quality: QUALITY.pass, reasons: 0 }
const IMPLAUSIBLE: Verdict = { quality: QUALITY.suspect, reasons: REASONS.gross_range }
const IMPOSSIBLE: Verdict = { quality: QUALITY.fail, reasons: REASONS.gross_range }

const outside = (value: number, [low, high]: readonly [number, number]): boolean => !(value >= low && value <= high)
