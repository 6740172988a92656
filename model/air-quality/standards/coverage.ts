import type { AirStandard, StandardRule } from './schema.ts'
import { daysIn, hoursIn, type StationDay, type StationYear } from './station-year.ts'

/** What of a year a rule may rest on: valid days, and hours with their sum. */
export type Valid = {
  readonly days: readonly StationDay[]
  readonly hours: number
  readonly total: number
  /** 0 to 1, of what is over */
  readonly capture: number
}

const isByHour = ({ per }: StandardRule): boolean => per === 'hour' || per === 'three_hours' || per === 'year'

/** Hours count as they are; days only with the hours, or the running means, that the standard asks of a day. */
export function validOf({ coverage }: AirStandard, rule: StandardRule, { days, hoursSoFar }: StationYear): Valid {
  const valid = days.filter(({ hours, windows }) => {
    if (isByHour(rule)) return hours > 0
    return rule.per === 'day_max_8h' ? windows >= coverage.dayWindows : hours >= coverage.dayHours
  })
  const hours = days.reduce((sum, day) => sum + day.hours, 0)
  const total = days.reduce((sum, day) => sum + day.hours * (day.mean ?? 0), 0)
  const expected = isByHour(rule) ? hoursSoFar : Math.floor(hoursSoFar / 24)
  const have = isByHour(rule) ? hours : valid.length
  return { days: valid, hours, total, capture: expected > 0 ? Math.min(1, have / expected) : 0 }
}

/** Whether a year that is over has the data that a verdict needs. */
export function hasCoverage(standard: AirStandard, rule: StandardRule, station: StationYear): boolean {
  const { yearShare, yearDays, everyQuarter, ozoneSummer } = standard.coverage
  const { days, hours } = validOf(standard, rule, station)
  if (ozoneSummer && rule.pollutant === 'o3')
    return summerMonths(days, station.year, ozoneSummer.share) >= ozoneSummer.months
  if (yearDays !== undefined) return wholeDays(station.days, standard) >= yearDays
  if (everyQuarter) return [0, 1, 2, 3].every((quarter) => quarterShare(days, station.year, quarter) >= yearShare)
  return isByHour(rule) ? hours >= yearShare * hoursIn(station.year) : days.length >= yearShare * daysIn(station.year)
}

const wholeDays = (days: readonly StationDay[], { coverage }: AirStandard): number =>
  days.filter(({ hours }) => hours >= coverage.dayHours).length

const monthOf = ({ day }: StationDay): number => Number(day.slice(5, 7)) - 1
const lengthOf = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate()

/** Months from April to September that have this share of their days. */
function summerMonths(days: readonly StationDay[], year: number, share: number): number {
  const byMonth = Map.groupBy(days, monthOf)
  return [3, 4, 5, 6, 7, 8].filter((month) => (byMonth.get(month)?.length ?? 0) >= share * lengthOf(year, month)).length
}

function quarterShare(days: readonly StationDay[], year: number, quarter: number): number {
  const months = [0, 1, 2].map((month) => 3 * quarter + month)
  const length = months.reduce((sum, month) => sum + lengthOf(year, month), 0)
  return days.filter((day) => months.includes(monthOf(day))).length / length
}
