import { offsetsBetween } from '#model/basics/period.ts'

/**
 * What the city's clock shows, in SQL: an expression of type timestamp whose two parameters are numbered from `first` on
 * (localTimeValues). PostgreSQL does not convert it itself: its time zone database may be of another release than that of
 * this process, which computes the ends of periods, and it reads the sign of "+03:00" the other way round.
 */
export const localTime = (instant: string, first: number): string =>
  `(${instant} at time zone 'UTC' + make_interval(secs => ($${first + 1}::int[])[width_bucket(${instant}, $${first}::timestamptz[])]))`

/** Of instants from `from` to `to`; before `from` the local time is null. */
export function localTimeValues(timeZone: string, { from, to }: { from: Date; to: Date }): [Date[], number[]] {
  const offsets = offsetsBetween(from, to, timeZone)
  return [offsets.map(({ at }) => new Date(at)), offsets.map(({ offsetMs }) => offsetMs / 1000)]
}
