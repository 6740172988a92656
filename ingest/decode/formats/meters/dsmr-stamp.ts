import { type Age, type Arrival, localAtArrival, type Stated } from '../../helpers/local-time.ts'
import { offsetAt } from '../../helpers/time.ts'

/**
 * `YYMMDDhhmmss` local, with W(inter) or S(ummer) time, in either case: exact. Without the letter the arrival tells the two
 * instants of an hour apart that occurs twice.
 */
export function readStamp(stamp: unknown, arrival: Arrival, age: Age = 'live'): Stated | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([WSws]?)$/.exec(String(stamp))
  if (!match) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const wall = Date.UTC(2000 + year, month - 1, day, hour, minute, second)
  if (month < 1 || month > 12 || new Date(wall).getUTCDate() !== day || hour > 23) return undefined
  const letter = match[7]?.toUpperCase()
  if (!letter) return localAtArrival(wall, arrival, age)
  const [january, july] = [0, 6].map((at) => offsetAt(Date.UTC(2000 + year, at, 1), arrival.timeZone))
  const offset = (letter === 'W' ? Math.min : Math.max)(january ?? 0, july ?? 0)
  return { time: new Date(wall - offset) }
}
