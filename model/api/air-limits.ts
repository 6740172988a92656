import { z } from 'zod'
import { airStandardSchema, KINDS, PER, REGULATED } from '../air-quality/standards/schema.ts'

/** GET /api/v1/air-quality/standards: the standards that levels come from, the city's own first */
export const airStandardsResponse = z.object({ standards: z.array(airStandardSchema) })

/** One level in one place. Of a zone and the city: that of the station where it is worst. */
const assessmentSchema = z.object({
  pollutant: z.enum(REGULATED),
  kind: z.enum(KINDS),
  per: z.enum(PER),
  level: z.number(),
  unit: z.string(),
  /** in `unit`, rounded as the standard asks: mean of the year, percentile, rank, or else the highest value */
  value: z.number().nullable(),
  /** values above the level so far (hours or days); null for means of the year */
  exceedances: z.int().nullable(),
  /** permitted in the year; null for means, and for thresholds that inform and warn */
  permitted: z.int().nullable(),
  remaining: z.int().nullable(),
  /** null: not known yet */
  exceeded: z.boolean().nullable(),
  /** 0 to 1: hours or days with a value, of those that are over */
  dataCapture: z.number(),
  /** the year is over and has the coverage that the standard asks for */
  covered: z.boolean(),
  /** years that went into an average */
  years: z.int(),
  /** Thing that it is of */
  station: z.string(),
})

/** GET /api/v1/air-quality/limits?year&standard: a standard against stations, zones and the city, in one calendar year */
export const airLimitsResponse = z.object({
  standard: airStandardSchema.omit({ rules: true }),
  year: z.int(),
  /** the year is not over */
  partial: z.boolean(),
  simulated: z.boolean(),
  /** minutes of the city's standard time, in which days and the year are counted */
  utcOffsetMinutes: z.int(),
  places: z.array(
    z.object({
      level: z.enum(['city', 'zone', 'thing']),
      /** of the zone or Thing; '' for the city */
      key: z.string(),
      stations: z.int(),
      assessments: z.array(assessmentSchema),
    }),
  ),
})
export type AirLimitsResponse = z.infer<typeof airLimitsResponse>
export type AirAssessment = z.infer<typeof assessmentSchema>
