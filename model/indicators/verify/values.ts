import { methodOf } from '../recompute.ts'
import { resultOf } from '../result.ts'
import { type Finding, text, type ValueCase } from './types.ts'

/** Relative difference that rounding in a report explains. */
const ROUNDING = 0.005
/** ug/m3 per ppm, as U4SSC verification uses them. */
const UG_PER_PPM: Readonly<Record<string, number>> = { no2: 1900, so2: 2620, o3: 1960 }
/** Two counts closer than this are the same count taken at another date (ours). */
const SAME_COUNT = 0.05

type Rule = (one: ValueCase) => Finding | undefined
const finding = (
  { statement }: ValueCase,
  rule: string,
  severity: Finding['severity'],
  field: string,
  why: string,
): Finding => ({ rule, severity, code: statement.code, dataPoint: statement.dataPoint, field, text: why })

const formulaOf = ({ indicator, point }: ValueCase) => point.formula ?? indicator.formula
const unitOf = ({ indicator, point }: ValueCase): string => point.unit ?? indicator.unit
const needsParts = (one: ValueCase): boolean => methodOf(formulaOf(one)) !== undefined
/** The value as stated, or as its parts give it. */
function valueStated(one: ValueCase): number | null {
  const { numerator, denominator, value } = one.statement
  if (numerator !== null && denominator !== null && denominator > 0)
    return resultOf(formulaOf(one), numerator, denominator) ?? value
  return value ?? (formulaOf(one) === 'count' ? numerator : null)
}

const numeratorAlone: Rule = (one) => {
  const { numerator, denominator, value } = one.statement
  if (!needsParts(one) || numerator === null || denominator !== null) return undefined
  if (value !== null && value !== numerator) return undefined
  const why = `the numerator ${text(numerator)} stands alone; without ${one.indicator.denominator} it gives no ${unitOf(one)}. An actual value belongs in the column value`
  return finding(one, 'numerator_alone', 'error', 'denominator', why)
}

const denominatorAlone: Rule = (one) => {
  const { numerator, denominator } = one.statement
  if (denominator === null || numerator !== null || !needsParts(one)) return undefined
  const why = `the denominator ${text(denominator)} stands alone; the numerator is ${one.indicator.numerator}`
  return finding(one, 'denominator_alone', 'error', 'numerator', why)
}

const denominatorZero: Rule = (one) => {
  const { denominator } = one.statement
  if (denominator === null || denominator > 0) return undefined
  return finding(
    one,
    'denominator_zero',
    'error',
    'denominator',
    `the denominator is ${text(denominator)}; it must be above zero`,
  )
}

const resultDiffers: Rule = (one) => {
  const { numerator, denominator, value } = one.statement
  if (numerator === null || denominator === null || denominator <= 0 || value === null) return undefined
  const result = resultOf(formulaOf(one), numerator, denominator)
  if (result === undefined) return undefined
  if (Math.abs(result - value) <= ROUNDING * Math.max(Math.abs(result), Math.abs(value), 1)) return undefined
  const why = `the stated value ${text(value)} is not what ${text(numerator)} and ${text(denominator)} give: ${text(result)} ${unitOf(one)}`
  return finding(one, 'result_differs', 'error', 'value', why)
}

const noValue: Rule = (one) => {
  const { numerator, denominator, value } = one.statement
  if (value !== null || needsParts(one) || (formulaOf(one) === 'count' && numerator !== null)) return undefined
  if (numerator === null && denominator === null) return undefined
  return finding(one, 'no_value', 'error', 'value', `state the value itself, in ${unitOf(one)}`)
}

const notPlausible: Rule = (one) => {
  const value = valueStated(one)
  if (value === null) return undefined
  if (formulaOf(one) === 'yes_no' && value !== 0 && value !== 1)
    return finding(one, 'not_plausible', 'error', 'value', `${text(value)} is neither 1 for yes nor 0 for no`)
  const [low, high] = formulaOf(one) === 'count' ? [0, null] : one.indicator.plausibleRange
  if ((low === null || value >= low) && (high === null || value <= high)) return undefined
  const bounds = high === null ? `at least ${low}` : `between ${low} and ${high}`
  const why = `${text(value)} ${unitOf(one)} is not plausible: it must be ${bounds}`
  return finding(one, 'not_plausible', 'error', 'value', why)
}

const ppm: Rule = (one) => {
  const factor = one.indicator.code === 'EN:EN:AQ:1C' ? UG_PER_PPM[one.point.id] : undefined
  const value = valueStated(one)
  if (factor === undefined || value === null) return undefined
  const { unit } = one.statement
  const inPpm = /ppb/i.test(unit) ? value / 1000 : value
  const why = `${text(inPpm)} ppm x ${factor} = ${text(inPpm * factor)} ug/m3`
  if (/pp[mb]/i.test(unit)) return finding(one, 'ppm', 'error', 'unit', `state it in ug/m3: ${why}`)
  if (value <= 0 || value >= 1) return undefined
  return finding(one, 'ppm', 'query', 'value', `${text(value)} ug/m3 is very low for a city; if it is in ppm: ${why}`)
}

const unit: Rule = (one) => {
  const plain = (name: string): string =>
    name
      .toLowerCase()
      .replaceAll(/[µμ]/g, 'u')
      .replaceAll('³', '3')
      .replaceAll(/\s+/g, '')
      // every value stands for a year, whether the unit says so or not
      .replace(/(a|per)year$/, '')
  const stated = one.statement.unit
  if (plain(stated) === plain(unitOf(one)) || (/pp[mb]/i.test(stated) && one.point.id in UG_PER_PPM)) return undefined
  return finding(one, 'unit', 'error', 'unit', `the unit is "${stated}"; it must be "${unitOf(one)}"`)
}

const source: Rule = (one) =>
  one.statement.source.trim() === ''
    ? finding(one, 'source_missing', 'error', 'source', 'name the source: office, register or report, with its year')
    : undefined

const quality: Rule = (one) => {
  const { dataQuality } = one.statement
  if (dataQuality === null)
    return finding(one, 'quality_missing', 'error', 'data_quality', 'choose one of the six data qualities')
  if (dataQuality !== 'personal_estimate' && dataQuality !== 'unknown') return undefined
  const why = `the data quality is "${dataQuality.replaceAll('_', ' ')}"; a better source will be asked for`
  return finding(one, 'weak_quality', 'query', 'data_quality', why)
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= SAME_COUNT * b

const households: Rule = (one) => {
  const { denominator } = one.statement
  const { population, households: known } = one.city
  if (denominator === null || !one.indicator.denominator.startsWith('households')) return undefined
  const asks = `the denominator asks for households`
  if (population !== null && near(denominator, population))
    return finding(
      one,
      'households',
      'query',
      'denominator',
      `${asks}; ${text(denominator)} is about the ${text(population)} inhabitants`,
    )
  if (known === null || near(denominator, known)) return undefined
  const why = `${asks}; ${text(denominator)} is not near the ${text(known)} households of the city`
  return finding(one, 'households', 'query', 'denominator', why)
}

const inhabitants: Rule = (one) => {
  const { denominator } = one.statement
  const { population } = one.city
  if (denominator === null || population === null || one.indicator.denominator !== 'inhabitants') return undefined
  if (Math.abs(denominator - population) <= 0.1 * population) return undefined
  const why = `the denominator ${text(denominator)} is more than 10 % away from the ${text(population)} inhabitants of the city`
  return finding(one, 'inhabitants', 'query', 'denominator', why)
}

/** What a verifier expects of nearly every city. */
const EXPECTED: Readonly<Record<string, { side: 'above' | 'below'; limit: number }>> = {
  'EC:P:IN:3A': { side: 'above', limit: 95 },
  'EC:P:IN:1C': { side: 'below', limit: 5 },
  'EC:I:WS:5C': { side: 'above', limit: 90 },
  'EC:I:ES:3C': { side: 'above', limit: 90 },
}
const expected: Rule = (one) => {
  const rule = EXPECTED[one.indicator.code]
  const value = valueStated(one)
  if (!rule || value === null) return undefined
  if (rule.side === 'above' ? value > rule.limit : value < rule.limit) return undefined
  const why = `${text(value)} ${unitOf(one)}: nearly every city reports ${rule.side} ${rule.limit}`
  return finding(one, 'unusual', 'query', 'value', why)
}

export const valueRules: readonly Rule[] = [
  numeratorAlone,
  denominatorAlone,
  denominatorZero,
  resultDiffers,
  noValue,
  notPlausible,
  ppm,
  unit,
  source,
  quality,
  households,
  inhabitants,
  expected,
]
