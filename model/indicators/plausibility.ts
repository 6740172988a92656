import type { DataPoint, Indicator } from './catalogue/schema.ts'

/** Why a value cannot be one of the data point, in words; undefined where it can. */
export function implausible(indicator: Indicator, point: DataPoint, value: number): string | undefined {
  const formula = point.formula ?? indicator.formula
  const [low, high] = formula === 'count' ? [0, null] : indicator.plausibleRange
  if (formula === 'yes_no' && value !== 0 && value !== 1) return 'answer 1 for yes or 0 for no'
  if ((low === null || value >= low) && (high === null || value <= high)) return undefined
  const bounds = high === null ? `at least ${low}` : `between ${low} and ${high}`
  return `${value} ${point.unit ?? indicator.unit} is not plausible: it must be ${bounds}`
}
