import { measuringTop } from '#model/air-quality/measuring-ranges.ts'
import type { ObservedProperty } from '#model/observation/properties.ts'
import { QUALITY, type Quality, REASONS } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'
import { isOverflow } from './overflow.ts'

/** Result of quality tests: a QARTOD flag and the bits of REASONS that explain it. */
export type Evaluation = { readonly quality: Quality; readonly reasons: number }

/**
 * QARTOD test 4, gross range: fail outside the range that the sensor can report; suspect outside the range that the operator
 * considers plausible; else pass. The bounds themselves pass. Both ranges belong to the property, in its canonical unit.
 */
export function rangeTest(
  {
    grossRange,
    plausibleRange,
    unit = '',
  }: Pick<ObservedProperty, 'grossRange' | 'plausibleRange'> & { unit?: string },
  result: number,
): Evaluation {
  if (isOverflow(result, unit)) return IMPOSSIBLE
  if (outside(result, grossRange)) return IMPOSSIBLE
  return plausibleRange && outside(result, plausibleRange) ? IMPLAUSIBLE : PASS
}

/**
 * The part of test 4 that depends on the instrument: a pollutant above the measuring range of this grade is suspect. It does
 * not fail, as QARTOD requires: that the air is polluted is known, only the exact value is not.
 */
export function measuringRangeTest(property: string, grade: Grade, result: number): Evaluation {
  const top = measuringTop(property, grade)
  return top !== undefined && result > top ? IMPLAUSIBLE : PASS
}

const PASS: Evaluation = { quality: QUALITY.pass, reasons: 0 }
const IMPLAUSIBLE: Evaluation = { quality: QUALITY.suspect, reasons: REASONS.gross_range }
const IMPOSSIBLE: Evaluation = { quality: QUALITY.fail, reasons: REASONS.gross_range }

const outside = (value: number, [low, high]: readonly [number, number]): boolean => !(value >= low && value <= high)
