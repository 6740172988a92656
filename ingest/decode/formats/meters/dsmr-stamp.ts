import { offsetAt } from '../../helpers/time.ts'

/**
 * `YYMMDDhhmmss` local, with W(inter) or S(ummer) time, in either case. Without the letter the hour that occurs twice
 * is read as the first.
 */
export function readStamp(stamp: unknown, timeZone: string): Date | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([WSws]?)$/.exec(String(stamp))
  if (!match) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const wall = Date.UTC(2000 + year, month - 1, day, hour, minute, second)
  if (month < 1 || month > 12 || new Date(wall).getUTCDate() !== day || hour > 23) return undefined
  const offset = (at: number): number => offsetAt(at, timeZone)
  const january = offset(Date.UTC(2000 + year, 0, 1))
  const july = offset(Date.UTC(2000 + year, 6, 1))
  const letter = match[7]?.toUpperCase()
  if (letter === 'W') return new Date(wall - Math.min(january, july))
  if (letter === 'S') return new Date(wall - Math.max(january, july))
  const summer = wall - Math.max(january, july)
  return new Date(offset(summer) === Math.max(january, july) ? summer : wall - offset(wall - Math.min(january, july)))
}
