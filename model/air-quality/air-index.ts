import { z } from 'zod'

/** An air quality index of one place: which scheme, which pollutant decides it, and what it rests on. */
export const airIndexSchema = z.object({
  scheme: z.enum(['us_epa', 'european']),
  /** US EPA: 0 to 500; European: the band 1 (good) to 6 (extremely poor) */
  value: z.number(),
  /**
   * true: the index is a lower bound, because `missing`, `doubted` or `beyond` says so. What lies below poor (European) or
   * unhealthy for sensitive groups (US) then has the category `incomplete`, unless the table itself ends there.
   */
  atLeast: z.boolean(),
  /** European: what is missing of the minimum set of the station type (no2, o3, pm); the pollutants in `parts` are what it rests on */
  missing: z.array(z.string()),
  /** pollutants with readings of these hours that quality control doubts; `leftOut`: hours have nothing else, and the index was computed without them */
  doubted: z.array(z.object({ pollutant: z.string(), hours: z.int(), leftOut: z.boolean() })),
  /** US: good, moderate, unhealthy_sensitive, unhealthy, very_unhealthy, hazardous. European: good, fair, moderate, poor, very_poor, extremely_poor. Both: incomplete */
  category: z.string(),
  /** property that gives the highest sub-index */
  pollutant: z.string(),
  /** averaging that went in: e.g. nowcast_12h, mean_1h, max_8h, mean_24h */
  averaging: z.string(),
  /** sub-index per pollutant: concentration in ug/m3 (co: mg/m3), its averaging, hours with data */
  parts: z.array(
    z.object({
      pollutant: z.string(),
      concentration: z.number(),
      value: z.number(),
      category: z.string(),
      averaging: z.string(),
      hours: z.int(),
      /** above the last row of the table: at least this */
      beyond: z.boolean(),
    }),
  ),
  /** hourly values that went in */
  n: z.int(),
  /** end of the last hour that went in, ISO 8601 */
  time: z.iso.datetime({ offset: true }),
})
export type AirIndex = z.infer<typeof airIndexSchema>
