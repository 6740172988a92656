import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Position } from '#model/basics/geo.ts'
import { distanceDegrees } from './crs.ts'

/** Name, longitude and latitude of the place that each IANA time zone is named after; from zone.tab of the tz database. */
const TABLE = join(import.meta.dirname, 'time-zone-places.tsv')
/** Few cities are farther from the place of their zone. */
const NEAR_DEGREES = 20

/** The place of a time zone; undefined for a zone without one, such as UTC. */
export async function placeOfTimeZone(timeZone: string): Promise<Position | undefined> {
  const line = (await readFile(TABLE, 'utf8')).split('\n').find((row) => row.startsWith(`${timeZone}\t`))
  const [, lon, lat] = line?.split('\t') ?? []
  return lon === undefined || lat === undefined ? undefined : [Number(lon), Number(lat)]
}

/** Whether a place has its axes exchanged: it lies far from its time zone, and would be much nearer the other way round. */
export async function isSwappedIn(timeZone: string, [lon, lat]: Position): Promise<boolean> {
  const place = await placeOfTimeZone(timeZone)
  if (!place) return false
  const asItIs = distanceDegrees([lon, lat], place)
  return asItIs > NEAR_DEGREES && Math.abs(lon) <= 90 && distanceDegrees([lat, lon], place) < asItIs / 2
}
