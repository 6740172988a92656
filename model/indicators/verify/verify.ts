import { INDICATORS } from '../catalogue/index.ts'
import type { DataPoint, Indicator } from '../catalogue/schema.ts'
import { resultOf } from '../result.ts'
import { relationRules } from './relations.ts'
import type { Finding, Statement, Verified } from './types.ts'
import { valueRules } from './values.ts'

export type { CityFigures, Finding, Statement } from './types.ts'

/**
 * What a verifier of U4SSC reports would ask about a city's values of one year. The checks are those of the U4SSC
 * verification practice; the limits that U4SSC does not print are ours and stand in the text of the finding.
 * Errors cannot be true as they stand; queries are unusual and need an answer.
 */
export function verify({ statements, city }: Omit<Verified, 'read'>): Finding[] {
  const values = new Map(statements.map((one) => [`${one.code}|${one.dataPoint}`, statedValue(one)]))
  const read: Verified['read'] = (code, dataPoint = '') => values.get(`${code}|${dataPoint}`) ?? null
  const sheet: Verified = { statements, city, read }
  const single = statements.flatMap((statement) => verifyStatement(statement, city))
  return [...relationRules.flatMap((rule) => rule(sheet)), ...single]
}

/** The checks of one value by itself. Nothing is asked of what Citywell computed: its evidence is open. */
export function verifyStatement(statement: Statement, city: Verified['city']): Finding[] {
  const known = pointOf(statement.code, statement.dataPoint)
  if (!known || statement.origin !== 'reported' || isEmpty(statement)) return []
  return valueRules.flatMap((rule) => rule({ ...known, statement, city }) ?? [])
}

/** The value as stated, else what its parts give; a count may stand in the column of the numerator. */
export function statedValue({ code, dataPoint, value, numerator, denominator }: Statement): number | null {
  if (value !== null || numerator === null) return value
  const known = pointOf(code, dataPoint)
  const formula = known?.point.formula ?? known?.indicator.formula
  if (formula === 'count') return numerator
  return formula && denominator ? (resultOf(formula, numerator, denominator) ?? null) : null
}

export const isEmpty = ({ value, numerator, denominator }: Statement): boolean =>
  value === null && numerator === null && denominator === null

/** Data point of an indicator by its main code. */
export function pointOf(code: string, dataPoint: string): { indicator: Indicator; point: DataPoint } | undefined {
  const indicator = INDICATORS.find((one) => one.code === code)
  const point = indicator?.dataPoints.find(({ id }) => id === dataPoint)
  return indicator && point && { indicator, point }
}
