import type { ReportedValueBody } from '#model/api/indicators.ts'
import { AppError } from '#model/errors.ts'
import type { GoalBody } from '#model/indicators/goals.ts'
import { resultOf } from '#model/indicators/result.ts'
import type { Indicator } from '#model/indicators/schema.ts'

/** Relative difference that rounding in a report explains. */
const ROUNDING = 0.005

/**
 * The value that a report states, checked: from numerator and denominator where both are there, within the range of what
 * the indicator can be, and agreeing with the stated value.
 * @throws AppError NOT_FOUND, VALUE_INVALID
 */
export function checkReported(indicator: Indicator, body: ReportedValueBody): number {
  const point = indicator.dataPoints.find(({ id }) => id === body.dataPoint)
  if (!point) throw new AppError('NOT_FOUND', `data point "${body.dataPoint}" of ${indicator.code}`)
  const { numerator, denominator } = body
  if (denominator !== undefined && denominator <= 0)
    throw new AppError('VALUE_INVALID', 'the denominator must be above zero')
  const formula = point.formula ?? indicator.formula
  const both = numerator !== undefined && denominator !== undefined
  const fromParts = both ? resultOf(formula, numerator, denominator) : formula === 'count' ? numerator : undefined
  const value = fromParts ?? body.value
  if (value === undefined) {
    throw new AppError(
      'VALUE_INVALID',
      `state the value, or numerator (${indicator.numerator}) and denominator (${indicator.denominator})`,
    )
  }
  if (fromParts !== undefined && body.value !== undefined && differ(fromParts, body.value)) {
    throw new AppError(
      'VALUE_INVALID',
      `the stated value ${body.value} is not what numerator and denominator give (${fromParts})`,
    )
  }
  checkRange(formula === 'count' ? [0, null] : indicator.plausibleRange, formula, value, indicator.unit)
  return value
}

/**
 * A goal must be something the indicator can be.
 * @throws AppError NOT_FOUND, VALUE_INVALID
 */
export function checkGoal(indicator: Indicator, { dataPoint, benchmark, target }: GoalBody): void {
  const point = indicator.dataPoints.find(({ id }) => id === dataPoint)
  if (!point) throw new AppError('NOT_FOUND', `data point "${dataPoint}" of ${indicator.code}`)
  const formula = point.formula ?? indicator.formula
  const range = formula === 'count' ? ([0, null] as const) : indicator.plausibleRange
  for (const value of [benchmark, target])
    if (value !== null) checkRange(range, formula, value, point.unit ?? indicator.unit)
}

const differ = (a: number, b: number): boolean => Math.abs(a - b) > ROUNDING * Math.max(Math.abs(a), Math.abs(b), 1)

function checkRange(
  range: readonly [number | null, number | null],
  formula: string,
  value: number,
  unit: string,
): void {
  const [low, high] = range
  if (formula === 'yes_no' && value !== 0 && value !== 1)
    throw new AppError('VALUE_INVALID', 'answer 1 for yes or 0 for no')
  if ((low !== null && value < low) || (high !== null && value > high)) {
    const bounds = high === null ? `at least ${low}` : `between ${low} and ${high}`
    throw new AppError('VALUE_INVALID', `${value} ${unit} is not plausible: it must be ${bounds}`)
  }
}
