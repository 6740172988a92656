import { propertyOf } from '../../observation/properties.ts'
import { toCanonical } from '../../observation/units.ts'
import { hasCoverage, validOf } from './coverage.ts'
import type { AirStandard, StandardRule } from './schema.ts'
import { daysIn, isNextDay, isOver, type StationDay, type StationYear } from './station-year.ts'

/** One level of a standard against one station and year. */
export type Assessment = {
  /** in the unit of the level: percentile, rank, mean of the year, or else the highest value; null without one */
  readonly value: number | null
  /** values above the level in this year; null where the level is one of a mean of the year */
  readonly exceedances: number | null
  /** how many are permitted in this year; null for means, and for thresholds that inform and warn */
  readonly permitted: number | null
  /** of them not yet used up */
  readonly remaining: number | null
  /** null: not known, for want of data or because the year is not over */
  readonly exceeded: boolean | null
  /** 0 to 1: valid hours or days of those that are over */
  readonly dataCapture: number
  /** whether the year is over and has the coverage that the standard asks for */
  readonly covered: boolean
  /** years that went in: more than one where the standard averages */
  readonly years: number
}

/**
 * @param years of one pollutant at one station, the year asked for first, then the years before it that are known
 */
export function assess(
  standard: AirStandard,
  rule: StandardRule,
  years: readonly [StationYear, ...StationYear[]],
): Assessment {
  const measures = years.slice(0, rule.averageYears ?? 1).map((year) => measureOf(standard, rule, year))
  const [now, ...earlier] = measures as [Measure, ...Measure[]]
  const valid = [now, ...earlier].filter(({ covered }) => covered)
  const average = valid.length >= (rule.leastYears ?? 1) && now.covered ? valid : []
  const { exceedances, dataCapture, covered } = now
  const permitted = isWarning(rule) ? null : now.permitted
  const used = exceedances === null ? 0 : exceedances + earlierSum(earlier)
  const allowance = permitted === null ? null : permitted * (1 + earlier.filter((one) => one.covered).length)
  return {
    value: comparedOf(rule, now, average),
    exceedances,
    permitted,
    remaining: allowance === null || exceedances === null ? null : Math.max(0, Math.floor(allowance) - used),
    exceeded: verdictOf(rule, now, average),
    ...{ dataCapture, covered, years: Math.max(1, average.length) },
  }
}

const isWarning = ({ kind }: StandardRule): boolean => kind === 'information' || kind === 'alert'
const earlierSum = (earlier: readonly Measure[]): number =>
  earlier.reduce((sum, { covered, exceedances }) => sum + (covered ? (exceedances ?? 0) : 0), 0)

/** One year by one rule. */
type Measure = {
  /** mean, percentile, rank or highest value, rounded as the rule says */
  readonly value: number | null
  readonly exceedances: number | null
  readonly permitted: number | null
  /** more exceedances than any number of missing values could undo */
  readonly isSurelyExceeded: boolean
  /** exceeded on two days in a row where that is never permitted */
  readonly hasTwoDays: boolean
  readonly dataCapture: number
  readonly covered: boolean
}

function measureOf(standard: AirStandard, rule: StandardRule, year: StationYear): Measure {
  const base = validOf(standard, rule, year)
  const covered = isOver(year) && hasCoverage(standard, rule, year)
  const toUnit = unitOf(standard, rule)
  const brought = (value: number): number => rounded(toUnit(value), rule)
  if (rule.per === 'year') {
    const value = base.hours > 0 ? brought(base.total / base.hours) : null
    const none = { exceedances: null, permitted: null, isSurelyExceeded: false, hasTwoDays: false }
    return { value, ...none, dataCapture: base.capture, covered }
  }
  const values = valuesOf(rule, base.days).map(({ day, value }) => ({ day, value: brought(value) }))
  const above = values.filter(({ value }) => value > rule.level)
  const exceedances = rule.per === 'hour' ? hoursAbove(base.days, brought, rule.level) : above.length
  const size = rule.per === 'hour' ? base.hours : values.length
  const whole = rule.per === 'hour' ? daysIn(year.year) * 24 : daysIn(year.year)
  return {
    value: statisticOf(
      rule,
      values.map(({ value }) => value),
    ),
    exceedances,
    permitted: permittedOf(rule, size),
    isSurelyExceeded: exceedances > permittedOf(rule, whole),
    hasTwoDays: rule.notTwoDays === true && above.some(({ day }, i) => isNextDay(day, above[i + 1]?.day ?? '')),
    ...{ dataCapture: base.capture, covered },
  }
}

/** How many of so many values may lie above the level. */
function permittedOf({ permitted, permittedShare, percentile, rank }: StandardRule, size: number): number {
  if (percentile !== undefined) return size - Math.ceil((percentile / 100) * size)
  if (permittedShare !== undefined) return Math.floor(permittedShare * size)
  if (rank !== undefined) return rank - 1
  return permitted ?? 0
}

/** One value a day: what the rule looks at. Of `hour` the highest; how many hours are above is counted apart. */
function valuesOf({ per }: StandardRule, days: readonly StationDay[]): { day: string; value: number }[] {
  const pick = {
    hour: ({ max1 }: StationDay) => max1,
    three_hours: ({ max3 }: StationDay) => max3,
    day: ({ mean }: StationDay) => mean,
    day_max_8h: ({ max8 }: StationDay) => max8,
    day_max_1h: ({ max1 }: StationDay) => max1,
    year: () => null,
  }[per]
  return days.flatMap((each) => {
    const value = pick(each)
    return value === null ? [] : [{ day: each.day, value }]
  })
}

const hoursAbove = (days: readonly StationDay[], brought: (value: number) => number, level: number): number =>
  days.reduce((sum, { above }) => sum + above.filter((value) => brought(value) > level).length, 0)

/** Percentile by nearest rank, the so-many-highest, or the highest. */
function statisticOf({ percentile, rank }: StandardRule, values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const at = percentile !== undefined ? Math.ceil((percentile / 100) * sorted.length) : sorted.length - (rank ?? 1) + 1
  return sorted[at - 1] ?? null
}

function comparedOf(rule: StandardRule, now: Measure, average: readonly Measure[]): number | null {
  if (average.length < 2 || rule.permitted !== undefined) return now.value
  const values = average.flatMap(({ value }) => value ?? [])
  return values.length === 0 ? null : rounded(values.reduce((sum, value) => sum + value, 0) / values.length, rule)
}

function verdictOf(rule: StandardRule, now: Measure, average: readonly Measure[]): boolean | null {
  const isAveraged = (rule.averageYears ?? 1) > 1
  // Of one year alone more than the permitted number is enough; of an average only the average is.
  if (!isAveraged && (now.isSurelyExceeded || now.hasTwoDays)) return true
  if (average.length === 0) return null
  if (rule.permitted !== undefined && isAveraged) {
    const mean = average.reduce((sum, { exceedances }) => sum + (exceedances ?? 0), 0) / average.length
    return mean > rule.permitted
  }
  if (rule.per === 'year' || rule.percentile !== undefined || rule.rank !== undefined) {
    const value = comparedOf(rule, now, average)
    return value === null ? null : value > rule.level
  }
  return (now.exceedances ?? 0) > (now.permitted ?? 0)
}

/** From the canonical unit at 20 Cel to the unit, and for gases the temperature, of the level. */
export function unitOf(
  { gasTemperatureCel }: Pick<AirStandard, 'gasTemperatureCel'>,
  { pollutant, unit }: Pick<StandardRule, 'pollutant' | 'unit'>,
): (value: number) => number {
  const property = propertyOf(pollutant)
  const one = toCanonical(1, unit, property)
  if (one === undefined) throw new Error(`${unit} does not convert to ${property.unit}`)
  // A mixing ratio does not depend on the temperature; a mass concentration does.
  const isMass = unit === 'ug/m3' || unit === 'mg/m3'
  const factor = isMass && property.molarMass !== undefined ? 293.15 / (273.15 + gasTemperatureCel) : 1
  return (value) => (value / one) * factor
}

/** What is a hair off a step only because it is stored in binary counts as the step. */
export function rounded(value: number, { decimals, truncate }: Pick<StandardRule, 'decimals' | 'truncate'>): number {
  if (decimals === undefined) return value
  const scale = 10 ** decimals
  return Math.floor(value * scale + (truncate ? 0 : 0.5) + 1e-6) / scale
}
