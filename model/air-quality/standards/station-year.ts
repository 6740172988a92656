import { DAY_MS, HOUR_MS } from '../../basics/durations.ts'

/** One day of one station, in local standard time, of hourly means in the canonical unit. */
export type StationDay = {
  /** YYYY-MM-DD */
  readonly day: string
  /** hours with a value, and their mean */
  readonly hours: number
  readonly mean: number | null
  /** highest hourly mean; null without a value */
  readonly max1: number | null
  /** highest of the lowest of three hours in a row that end on this day; null where no three follow each other */
  readonly max3: number | null
  /** highest running 8-hour mean (six hours at least) that ends on this day, and how many such means there are */
  readonly max8: number | null
  readonly windows: number
  /** hourly means above what the query was asked for, in the order of time */
  readonly above: readonly number[]
}

/** A calendar year of one pollutant at one station. Days without any value may be absent. */
export type StationYear = {
  readonly year: number
  readonly days: readonly StationDay[]
  /** hours of the year that are over; 8760 or 8784 when all of it is */
  readonly hoursSoFar: number
}

export const hoursIn = (year: number): number => (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / HOUR_MS
export const daysIn = (year: number): number => hoursIn(year) / 24
export const isOver = ({ year, hoursSoFar }: StationYear): boolean => hoursSoFar >= hoursIn(year)

/** The days that follow each other without a gap. */
export const isNextDay = (day: string, next: string): boolean => Date.parse(next) - Date.parse(day) === DAY_MS
