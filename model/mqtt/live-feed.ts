import { z } from 'zod'
import { positionSchema } from '../basics/geo.ts'
import { qualitySchema } from '../observation/quality.ts'
import { domainSchema } from '../things/domain.ts'

/**
 * The live feed: what an ingest worker publishes to `citywell/observations/<domain>` (QoS 0) once a batch is committed.
 * One message carries the new observations of one domain of one batch, newest per Datastream, 500 at most a message.
 */
export const liveObservationSchema = z.object({
  thing: z.string(),
  datastreamId: z.int().positive(),
  property: z.string(),
  channel: z.string(),
  /** ISO 8601 with offset */
  phenomenonTime: z.iso.datetime({ offset: true }),
  result: z.number(),
  quality: qualitySchema,
  reasons: z.int().nonnegative(),
  /** only for positioned observations */
  location: positionSchema.optional(),
})
export const liveMessageSchema = z.object({ domain: domainSchema, observations: z.array(liveObservationSchema) })
export type LiveObservation = z.infer<typeof liveObservationSchema>
export type LiveMessage = z.infer<typeof liveMessageSchema>
export const liveTopic = (domain: string): string => `${OWN_ROOT}observations/${domain}`

/** Topics of the city itself, which no source subscribes to: the live feed and replays (replay-topic.ts). */
export const OWN_ROOT = 'citywell/'
