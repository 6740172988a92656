import { z } from 'zod'
import { indicatorValueSchema } from '../indicators/schema.ts'

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
      verdicts: z.array(
        z.object({
          /** annual: mean; day: 99th percentile of days (ozone: of the highest 8-hour mean of a day); peakSeason: ozone */
          rule: z.enum(['annual', 'day', 'peakSeason']),
          level: z.number(),
          /** null: too few days; a percentile and an annual mean need (nearly) a year */
          value: z.number().nullable(),
          exceeded: z.boolean().nullable(),
          days: z.int(),
          daysAbove: z.int().nullable(),
        }),
      ),
    }),
  ),
})
export type ExceedancesResponse = z.infer<typeof exceedancesResponse>
