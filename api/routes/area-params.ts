import { z } from 'zod'
import type { Position } from '#model/basics/geo.ts'
import { LATITUDE, LONGITUDE } from '../http/params.ts'

const MIN_POINTS = 3
/** As many as anybody draws by hand; the answer takes time in proportion. */
const MAX_POINTS = 100
const MAX_ZONES = 500
const POINT = `${LONGITUDE},${LATITUDE}`

/** Corners of an area: longitude,latitude of each, one after the other; the last is joined to the first. */
export const ringParam = z
  .string()
  .transform((text, context): readonly Position[] => {
    const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    const points = Array.from(
      { length: numbers.length >> 1 },
      (_, k): Position => [numbers[2 * k] ?? Number.NaN, numbers[2 * k + 1] ?? Number.NaN],
    )
    const isOnEarth = points.every(([lon, lat]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90)
    if (numbers.length % 2 === 0 && isOnEarth && points.length >= MIN_POINTS && points.length <= MAX_POINTS)
      return points
    context.addIssue({
      code: 'custom',
      message: `must be ${MIN_POINTS} to ${MAX_POINTS} corners as lon,lat,lon,lat,… in degrees`,
      input: text,
    })
    return z.NEVER
  })
  .meta({
    pattern: `^${POINT}(,${POINT}){${MIN_POINTS - 1},${MAX_POINTS - 1}}$`,
    description:
      'corners as lon,lat,lon,lat,…; the last is joined to the first, and a line that crosses itself has an inside by the even-odd rule',
  })

export const zonesParam = z
  .string()
  .min(1)
  .max(16_000)
  .transform((text) => text.split(',').filter((key) => key !== ''))
  .pipe(z.array(z.string().max(200)).min(1).max(MAX_ZONES))
  .meta({ pattern: '^[^,]{1,200}(,[^,]{1,200}){0,70}$', description: 'keys of zones, separated by commas' })
