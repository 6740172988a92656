import { z } from 'zod'
import { airIndexSchema } from '../air-quality/air-index.ts'
import { severitySchema } from '../alerting/states.ts'
import { positionSchema } from '../basics/geo.ts'

/** GET /api/v1/streets: named streets of the base map, each with the zones that it runs through and, zone by zone, a point on it */
export const streetsResponse = z.object({
  zones: z.array(z.object({ key: z.string(), name: z.string() })),
  streets: z.array(
    z.object({ name: z.string(), zones: z.array(z.string()).min(1), points: z.array(positionSchema).min(1) }),
  ),
})
export type StreetsResponse = z.infer<typeof streetsResponse>

export const TODAY_TOPICS = ['noise', 'connection', 'service'] as const

/** GET /api/v1/zones/:key/today: air, noise, connection and services where somebody lives */
export const zoneTodayResponse = z.object({
  zone: z.string(),
  name: z.string(),
  at: z.iso.datetime({ offset: true }),
  simulated: z.boolean(),
  /** what the city publishes of open incidents here (docs/notifications.md) */
  alerts: z.array(
    z.object({
      severity: severitySchema,
      startedAt: z.iso.datetime({ offset: true }),
      /** of the alert rule; null: devices are not heard */
      name: z.string().nullable(),
      /** of a name that Citywell gave, for translations */
      nameCode: z.string().nullable(),
      /** name of the Thing; null: in the zone, or in the city */
      place: z.string().nullable(),
      /** how many are not heard */
      devices: z.int().nullable(),
    }),
  ),
  air: z.object({
    /** European index of the zone now; null where nothing is measured */
    zone: airIndexSchema.nullable(),
    city: airIndexSchema.nullable(),
    stations: z.int(),
  }),
  figures: z.array(
    z.object({
      id: z.string(),
      topic: z.enum(TODAY_TOPICS),
      /** burden: more is worse; service: more is better */
      kind: z.enum(['burden', 'service']),
      unit: z.string(),
      period: z.string(),
      /** null where it is not measured in the zone */
      value: z.number().nullable(),
      /** mean over the people of the zones that have a value */
      city: z.number().nullable(),
    }),
  ),
})
export type ZoneToday = z.infer<typeof zoneTodayResponse>
