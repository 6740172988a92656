import { z } from 'zod'
import { domainSchema } from '#model/domain.ts'
import { AppError } from '#model/errors.ts'
import type { Bounds } from '#model/geo.ts'

/** An instant in a query string, e.g. 2026-05-31T10:00:00Z or 2026-05-31T11:00:00+01:00. */
const instantParam = z.iso
  .datetime({ offset: true, error: 'must be a time with offset, e.g. 2026-05-31T10:00:00Z' })
  .describe('ISO 8601 with offset, e.g. 2026-05-31T10:00:00Z')

export const windowParams = { from: instantParam.optional(), to: instantParam.optional() }

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/**
 * The window a query asks for; `to` defaults to now, `from` to `defaultMs` before `to`.
 * @throws AppError INTERVAL_REVERSED
 */
export function readWindow(
  query: { from?: string | undefined; to?: string | undefined },
  now: Date,
  defaultMs: number,
) {
  const to = query.to === undefined ? now : new Date(query.to)
  const from = query.from === undefined ? new Date(to.getTime() - defaultMs) : new Date(query.from)
  if (from >= to) {
    throw new AppError('INTERVAL_REVERSED', `from is ${from.toISOString()}, to is ${to.toISOString()}`)
  }
  return { from, to }
}

/** How the numbers of an uploaded file are written, where the file does not tell. */
export const decimalParam = z
  .enum(['point', 'comma'])
  .optional()
  .describe('what the numbers of the file have before their decimals, where the file does not tell')

/** A comma-separated list of domains. */
export const domainsParam = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(domainSchema).min(1))
  .meta({ description: 'one domain, or several separated by commas' })

const BBOX_SHAPE = 'must be west,south,east,north in degrees, e.g. -9.2,38.6,-9.0,38.8'

/** west,south,east,north in degrees on the planet; west > east crosses the date line. */
export const bboxParam = z
  .string()
  .transform((text, context): Bounds => {
    const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    const [west = 0, south = 0, east = 0, north = 0] = numbers
    const refuse = (message: string) => {
      context.addIssue({ code: 'custom', message, input: text })
      return z.NEVER
    }
    if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return refuse(BBOX_SHAPE)
    if (Math.abs(west) > 180 || Math.abs(east) > 180)
      return refuse('west and east must lie within -180 and 180 degrees')
    if (Math.abs(south) > 90 || Math.abs(north) > 90)
      return refuse('south and north must lie within -90 and 90 degrees')
    if (south > north) return refuse('south must not lie north of north (west,south,east,north)')
    return [west, south, east, north]
  })
  .meta({ description: 'west,south,east,north in degrees; west > east crosses the date line' })

export const keyParam = z.string().min(1).max(200)
export const idParam = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
