/** Days of the city, as 2026-05-31. Pure. */
import { localMidnight, parsePeriod } from '#model/basics/period.ts'

export const DAY = /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/

export const dayOf = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at))

/** When a day ends, ms. */
export function endOfDay(day: string, timeZone: string): number {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  return localMidnight([year, month, date + 1], timeZone).getTime()
}

/** The same day of another year; 29 February becomes the 28th where there is none. */
export function inYears(day: string, years: number): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year + years, month, 0)).getUTCDate()
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${year + years}-${two(month)}-${two(Math.min(date, last))}`
}

/** The last moment of a calendar period that is over, ms; null for one that is not. */
export function endOfPeriod(label: string, timeZone: string): number | null {
  if (label.startsWith('last-')) return null
  const { to, partial } = parsePeriod(label, timeZone, new Date())
  return partial ? null : to.getTime() - 1
}
