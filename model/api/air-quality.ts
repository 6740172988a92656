import { z } from 'zod'
import { airIndexSchema } from '../air-quality/air-index.ts'

const pair = { us: airIndexSchema.nullable(), european: airIndexSchema.nullable() }

/** GET /api/v1/air-quality: the indices now, of the city (weighted with people), its zones and its stations */
export const airQualityResponse = z.object({
  simulated: z.boolean(),
  /** people: of the zones with a station; their air, hour by hour, weighted with them */
  city: z.object({ ...pair, stations: z.int(), zones: z.int(), people: z.int() }),
  zones: z.array(z.object({ ...pair, zone: z.string(), stations: z.int(), people: z.int().nullable() })),
  things: z.array(z.object({ ...pair, thing: z.string() })),
})
