import { INDICATORS } from '../catalogue/index.ts'
import { type Finding, text, type Verified } from './types.ts'

type Rule = (sheet: Verified) => Finding[]

/** Share of data points without a value from which on a verifier asks. */
const MISSING_SHARE = 20
/** Points in per cent by which parts of a whole may miss 100. */
const SUM_TOLERANCE = 2
/** Households of one city and year may differ this much between two offices (ours). */
const HOUSEHOLDS_SPREAD = 0.02

const whole = (rule: string, severity: Finding['severity'], why: string): Finding => ({
  rule,
  severity,
  code: null,
  dataPoint: '',
  field: 'value',
  text: why,
})
const at = (code: string, dataPoint: string, rule: string, severity: Finding['severity'], why: string): Finding => ({
  ...whole(rule, severity, why),
  code,
  dataPoint,
})

const notReported: Rule = ({ read }) => {
  const points = INDICATORS.flatMap(({ code, dataPoints }) => dataPoints.map(({ id }) => read(code, id)))
  const missing = points.filter((value) => value === null).length
  const share = (100 * missing) / points.length
  if (share <= MISSING_SHARE) return []
  const why = `${missing} of ${points.length} data points (${share.toFixed(0)} %) are not reported; more than ${MISSING_SHARE} % has to be explained`
  return [whole('not_reported', 'query', why)]
}

const wastewater: Rule = ({ read }) => {
  const levels = ['primary', 'secondary', 'tertiary'] as const
  return levels.slice(1).flatMap((level, index) => {
    const before = levels[index] ?? 'primary'
    const [less, more] = [read('EN:EN:WS:4C', level), read('EN:EN:WS:4C', before)]
    if (less === null || more === null || less <= more) return []
    const why = `${level} treatment ${text(less)} % is more than ${before} ${text(more)} %; each level includes the one after it`
    return [at('EN:EN:WS:4C', level, 'wastewater_order', 'error', why)]
  })
}

const drinkingWater: Rule = ({ read }) => {
  const [potable, basic] = [read('EC:I:WS:2C'), read('EC:I:WS:1C')]
  if (potable === null || basic === null || potable <= basic) return []
  const why = `drinking water supply ${text(potable)} % is more than basic water supply ${text(basic)} %, which includes it`
  return [at('EC:I:WS:2C', '', 'drinking_water', 'error', why)]
}

const broadband: Rule = ({ read }) => {
  const [fixed, internet] = [read('EC:ICT:ICT:2C'), read('EC:ICT:ICT:1C')]
  if (fixed === null || internet === null || fixed <= internet) return []
  const why = `fixed broadband ${text(fixed)} % is above household Internet access ${text(internet)} %; normally it is below`
  return [at('EC:ICT:ICT:2C', '', 'broadband', 'query', why)]
}

const smartMeters: Rule = ({ read }) => {
  const [electricity, water] = [read('EC:ICT:ES:1C'), read('EC:ICT:WS:1C')]
  if (electricity === null || water === null || electricity >= water) return []
  const why = `smart electricity meters ${text(electricity)} % are fewer than smart water meters ${text(water)} %; normally they are more`
  return [at('EC:ICT:ES:1C', '', 'smart_meters', 'query', why)]
}

/** Parts that make a whole: all of them sum to 100 within 2; some of them never sum to more. */
const sums =
  (code: string, rule: string, what: string): Rule =>
  ({ read }) => {
    const ids = INDICATORS.find((one) => one.code === code)?.dataPoints.map(({ id }) => id) ?? []
    const known = ids.flatMap((id) => read(code, id) ?? [])
    const sum = known.reduce((a, b) => a + b, 0)
    const complete = known.length === ids.length
    if (sum <= 100 + SUM_TOLERANCE && (!complete || sum >= 100 - SUM_TOLERANCE)) return []
    const why = `${what} ${known.map(text).join(' + ')} = ${text(sum)} %; together they make 100 % within ${SUM_TOLERANCE}`
    return [at(code, ids[0] ?? '', rule, 'error', why)]
  }

const oneCount: Rule = ({ statements }) => {
  const counts = statements.filter(
    ({ code, denominator, origin }) =>
      origin === 'reported' &&
      denominator !== null &&
      INDICATORS.find((one) => one.code === code)?.denominator === 'households in the city',
  )
  const sorted = [...counts].sort((a, b) => (a.denominator ?? 0) - (b.denominator ?? 0))
  const [low, high] = [sorted[0], sorted.at(-1)]
  if (!low?.denominator || !high?.denominator || high.denominator <= low.denominator * (1 + HOUSEHOLDS_SPREAD))
    return []
  const why = `households differ within one year: ${text(low.denominator)} for ${low.code}, ${text(high.denominator)} for ${high.code}`
  return [whole('households_differ', 'query', why)]
}

export const relationRules: readonly Rule[] = [
  notReported,
  wastewater,
  drinkingWater,
  broadband,
  smartMeters,
  sums('EC:I:T:4A', 'mode_shares', 'mode shares'),
  sums('EN:EN:WA:1C', 'waste_routes', 'waste routes'),
  oneCount,
]
