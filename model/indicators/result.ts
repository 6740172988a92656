import type { Evidence, Formula } from './catalogue/schema.ts'
import { leaf, node } from './evidence.ts'
import { methodOf } from './recompute.ts'

/** The value that numerator and denominator give by the indicator's formula; undefined where they do not apply. */
export function resultOf(formula: Formula, numerator: number, denominator: number): number | undefined {
  const part = (value: number): Evidence => leaf({ label: '', value, unit: '', origin: 'reported' })
  const method = methodOf(formula)
  if (!method) return undefined
  const parts = [part(numerator), part(denominator)]
  return node({ label: '', unit: '', method, origin: 'reported' }, parts).value ?? undefined
}
