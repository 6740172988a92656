import type { ReportedValueBody } from '#model/api/indicators.ts'
import { AppError } from '#model/basics/errors.ts'
import type { DataPoint, Indicator } from '#model/indicators/catalogue/schema.ts'
import type { GoalBody } from '#model/indicators/goals.ts'
import { implausible } from '#model/indicators/plausibility.ts'
import { resultOf } from '#model/indicators/result.ts'

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
  checkPlausible(indicator, point, value)
  return value
}

/**
 * A goal must be something the indicator can be.
 * @throws AppError NOT_FOUND, VALUE_INVALID
 */
export function checkGoal(indicator: Indicator, { dataPoint, benchmark, target }: GoalBody): void {
  const point = indicator.dataPoints.find(({ id }) => id === dataPoint)
  if (!point) throw new AppError('NOT_FOUND', `data point "${dataPoint}" of ${indicator.code}`)
  for (const value of [benchmark, target]) if (value !== null) checkPlausible(indicator, point, value)
}

const differ = (a: number, b: number): boolean => Math.abs(a - b) > ROUNDING * Math.max(Math.abs(a), Math.abs(b), 1)

function checkPlausible(indicator: Indicator, point: DataPoint, value: number): void {
  const why = implausible(indicator, point, value)
  if (why !== undefined) throw new AppError('VALUE_INVALID', why)
}
