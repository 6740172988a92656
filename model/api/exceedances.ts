import { z } from 'zod'
import { WHO_STEPS } from '../air-quality/who.ts'
import { indicatorValueSchema } from '../indicators/catalogue/schema.ts'

/** GET /api/v1/air-quality/exceedances?period: WHO 2021 levels by station, zone and for the city (weighted with people) */
export const exceedancesResponse = z.object({
  period: indicatorValueSchema.shape.period,
  simulated: z.boolean(),
  places: z.array(
    z.object({
      level: z.enum(['city', 'zone', 'thing']),
      /** of the zone or Thing; '' for the city */
      key: z.string(),
      pollutant: z.string(),
      stations: z.int(),
      /** of the zone, and for the city of the zones that went in; null for a Thing, and where it is not known */
      people: z.int().nullable(),
      /** 0 to 1: days with a value of the days so far, mean over the stations */
      dataCapture: z.number(),
      verdicts: z.array(
        z.object({
          /** annual: mean; day: 99th percentile of days (ozone: of the highest 8-hour mean of a day); peakSeason: ozone */
          rule: z.enum(['annual', 'day', 'peakSeason']),
          /** the guideline level, and the interim targets 1, 2, ... on the way to it */
          level: z.number(),
          interim: z.array(z.number()).readonly(),
          /** of the period as it is; null: too few days, or for the peak season no six whole months */
          value: z.number().nullable(),
          /** null: not known; a verdict needs (nearly) a year */
          exceeded: z.boolean().nullable(),
          /** the strictest level that is kept */
          reached: z.enum(WHO_STEPS).nullable(),
          days: z.int(),
          daysAbove: z.int().nullable(),
        }),
      ),
    }),
  ),
})
export type ExceedancesResponse = z.infer<typeof exceedancesResponse>
