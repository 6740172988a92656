import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../basics/durations.ts'

/** Largest first; of years the mean of the Gregorian calendar. */
const UNITS = [
  ['year', 365.2425 * DAY_MS],
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
  ['second', SECOND_MS],
] as const

/** "9 years", "34 days", "61 minutes": whole units, of the largest of which there are two, in English as all details of the server. */
export function longDuration(ms: number): string {
  const [unit, lengthMs] = UNITS.find(([, lengthMs]) => ms >= 2 * lengthMs) ?? (['second', SECOND_MS] as const)
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(ms / lengthMs))
}
