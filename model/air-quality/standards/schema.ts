import { z } from 'zod'
import { type PropertyName, propertyOf } from '../../observation/properties.ts'
import { toCanonical } from '../../observation/units.ts'

/** Pollutants that a standard may have levels for: those of which Citywell keeps hourly means. */
export const REGULATED = ['pm2_5', 'pm10', 'no2', 'so2', 'o3', 'co', 'nh3'] as const satisfies readonly PropertyName[]
export type Regulated = (typeof REGULATED)[number]

/**
 * The figure that is compared with a level:
 * - `hour`: hourly means, each
 * - `three_hours`: the lowest of three hourly means in a row, by day (alert thresholds: "over three consecutive hours")
 * - `day`: daily means
 * - `day_max_8h`, `day_max_1h`: the highest running 8-hour mean, or hourly mean, of a day
 * - `year`: the mean of all hours of the calendar year
 */
export const PER = ['hour', 'three_hours', 'day', 'day_max_8h', 'day_max_1h', 'year'] as const
export const KINDS = ['limit', 'target', 'objective', 'guideline', 'interim', 'information', 'alert'] as const

export const standardRuleSchema = z
  .strictObject({
    pollutant: z.enum(REGULATED),
    kind: z.enum(KINDS),
    per: z.enum(PER),
    level: z.number().positive(),
    /** UCUM unit of the level: ug/m3, mg/m3, [ppb], [ppm] */
    unit: z.string(),
    /** how often a year it may be exceeded; without one of these four: never */
    permitted: z.int().nonnegative().optional(),
    /** the same as a share of the year; `notTwoDays`: and never on two days in a row (India) */
    permittedShare: z.number().min(0).max(1).optional(),
    notTwoDays: z.boolean().optional(),
    /** the percentile (nearest rank) of the year's values that must not exceed the level */
    percentile: z.number().min(50).max(100).optional(),
    /** the so-many-highest value of the year must not exceed the level */
    rank: z.int().positive().optional(),
    /** the number of exceedances, percentile, rank or mean is averaged over so many years, of which `leastYears` must be valid */
    averageYears: z.int().min(1).max(3).optional(),
    leastYears: z.int().min(1).max(3).optional(),
    /** values are brought to so many decimals before they are compared (-1: to tens); left out: compared as they are */
    decimals: z.int().min(-2).max(4).optional(),
    /** decimals are cut off instead of rounded (half up) */
    truncate: z.boolean().optional(),
    /** where in the source */
    ref: z.string().optional(),
  })
  .superRefine(({ pollutant, unit, permitted, permittedShare, percentile, rank, per }, context) => {
    const problem = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    if (toCanonical(1, unit, propertyOf(pollutant)) === undefined)
      problem('unit', `"${unit}" does not convert to ${propertyOf(pollutant).unit}, the unit of ${pollutant}`)
    const forms = [permitted, permittedShare, percentile, rank].filter((one) => one !== undefined).length
    if (forms > 1) problem('permitted', 'at most one of permitted, permittedShare, percentile and rank')
    if (forms > 0 && per === 'year') problem('per', 'a mean of the year is exceeded or not: no number of exceedances')
  })
export type StandardRule = z.infer<typeof standardRuleSchema>

export const coverageSchema = z.strictObject({
  /** hours with a value that a day needs */
  dayHours: z.int().min(1).max(24),
  /** running 8-hour means (six of eight hours each) that a day needs */
  dayWindows: z.int().min(1).max(24).default(18),
  /** share of the hours (or days) of the year with a value that a verdict "kept" needs */
  yearShare: z.number().min(0).max(1),
  /** instead of a share: so many valid days */
  yearDays: z.int().min(1).max(366).optional(),
  /** the same share in each calendar quarter (US) */
  everyQuarter: z.boolean().optional(),
  /** of ozone instead: so many months from April to September with this share of their days (2008/50/EC) */
  ozoneSummer: z.strictObject({ months: z.int().min(1).max(6), share: z.number().min(0).max(1) }).optional(),
})

export const airStandardSchema = z.strictObject({
  key: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and -'),
  name: z.string().min(1),
  /** where the numbers come from; `confirmed`: read in the source itself, or in a secondary one */
  source: z.strictObject({
    title: z.string().min(1),
    url: z.url().optional(),
    confirmed: z.enum(['source', 'secondary']),
    note: z.string().optional(),
  }),
  /** applies from, to (dates, inclusive), as the source says */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  /** temperature at which it states concentrations of gases; ours are at 20 Cel */
  gasTemperatureCel: z.number().min(0).max(30).default(20),
  coverage: coverageSchema,
  rules: z.array(standardRuleSchema).min(1),
})
export type AirStandard = z.infer<typeof airStandardSchema>
