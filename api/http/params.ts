import { z } from 'zod'
import { HOUR_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Bounds } from '#model/basics/geo.ts'
import { BUILT_IN_LANGUAGES, type BuiltInLanguage, isBuiltIn, matchLanguage } from '#model/text/languages.ts'
import { DOMAINS, domainSchema } from '#model/things/domain.ts'

/** An instant in a query string, e.g. 2026-05-31T10:00:00Z or 2026-05-31T11:00:00+01:00. */
const instantParam = z.iso
  .datetime({ offset: true, error: 'must be a time with offset, e.g. 2026-05-31T10:00:00Z' })
  .describe('ISO 8601 with offset, e.g. 2026-05-31T10:00:00Z')

/** An instant of the past. */
export const atParam = instantParam.meta({
  description: 'just before this instant; ISO 8601 with offset, not in the future',
})

export const windowParams = { from: instantParam.optional(), to: instantParam.optional() }

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

/** What `parsePeriod` reads. Only described here: parsePeriod itself refuses invalid periods, with their own error code. */
const LONG_MONTH_DAY = '(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])'
const SHORT_MONTH_DAY = '(0[469]|11)-(0[1-9]|[12][0-9]|30)'
const FEBRUARY_DAY = '02-(0[1-9]|1[0-9]|2[0-8])'
const LEAP_DAY = '[12][0-9](0[48]|[2468][048]|[13579][26])-02-29'
const PERIOD = `([12][0-9]{3}(-(Q[1-4]|0[1-9]|1[0-2]|${LONG_MONTH_DAY}|${SHORT_MONTH_DAY}|${FEBRUARY_DAY}))?|${LEAP_DAY}|last-(24h|7d|30d|365d))`
export const periodParam = z
  .string()
  .max(20)
  .meta({
    pattern: `^${PERIOD}$`,
    description:
      'a year (2026), quarter (2026-Q2), month (2026-05), day (2026-05-31) or last-24h, last-7d, last-30d, last-365d',
  })

// the year before has four digits as well
const YEAR_BACK = '(1[1-9]|2[0-9])[0-9]{2}(-(Q[1-4]|0[1-9]|1[0-2]))?'
/** A period of which there is one a year earlier. */
export const yearBackParam = z
  .string()
  .max(7)
  .regex(new RegExp(`^${YEAR_BACK}$`), 'must be a year, quarter or month, e.g. 2026, 2026-Q2 or 2026-05')
export const yearBackFileParam = z
  .string()
  .max(11)
  .regex(new RegExp(`^${YEAR_BACK}\\.pdf$`), 'must be a year, quarter or month with .pdf, e.g. 2026.pdf')

/** Language of a file or a report: the one of Citywell's that fits, e.g. `fr` for `fr-CA`, else English. */
export const langParam = z
  .string()
  .max(35)
  .optional()
  .transform((tag) => builtInFor(tag))
  .meta({ description: 'a language tag, such as fr or zh-Hans; English where Citywell has no such language' })

function builtInFor(tag: string | undefined): BuiltInLanguage {
  const found = tag === undefined ? undefined : matchLanguage(tag, BUILT_IN_LANGUAGES)
  return found !== undefined && isBuiltIn(found) ? found : 'en'
}

/** A period that is compared as a label and not read. */
export const periodLabelParam = z
  .string()
  .max(20)
  .regex(new RegExp(`^${PERIOD}$`), 'must be a period, e.g. 2026, 2026-Q2 or 2026-05')

/** `2026.pdf`: a period as the name of a file. */
export const periodFileParam = z
  .string()
  .max(24)
  .regex(/^[\w-]{1,20}\.pdf$/, 'must be a period with .pdf, e.g. 2026.pdf')
  .meta({ pattern: `^${PERIOD}\\.pdf$` })

/** How the numbers of an uploaded file are written, where the file does not tell. */
export const decimalParam = z
  .enum(['point', 'comma'])
  .optional()
  .describe('what the numbers of the file have before their decimals, where the file does not tell')

const ONE_DOMAIN = `(${DOMAINS.join('|')})`

/** A comma-separated list of domains. */
export const domainsParam = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(domainSchema).min(1))
  .meta({ description: 'one domain, or several separated by commas', pattern: `^${ONE_DOMAIN}(,${ONE_DOMAIN})*$` })

export const LONGITUDE = '-?(180|(1[0-7][0-9]|[1-9]?[0-9])(\\.[0-9]{1,12})?)'
export const LATITUDE = '-?(90|[1-8]?[0-9](\\.[0-9]{1,12})?)'
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
  .meta({
    pattern: `^${LONGITUDE},${LATITUDE},${LONGITUDE},${LATITUDE}$`,
    description: 'west,south,east,north in degrees, south <= north; west > east crosses the date line',
  })

export const keyParam = z.string().min(1).max(200)
export const idParam = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
