import { z } from 'zod'
import { payloadMappingSchema } from '../city/payload-mapping.ts'

/** Descriptions of messages in the database; every message is compared with their topics. */
export const MAX_PAYLOAD_MAPPINGS = 200

/** `+` stands for one level, `#` for the rest; a filter for everything would take over what other formats read. */
const FILTER = /^(?!#$)(?:[^+#\0]*|\+)(?:\/(?:[^+#/\0]*|\+))*(?:\/#)?$/

/** PUT /api/v1/registry/payloads/:name */
export const payloadDescriptionRequest = z.strictObject({
  topic: z.string().min(1).max(1_000).regex(FILTER, 'an MQTT topic filter such as sensors/+/data, and not # alone'),
  mapping: payloadMappingSchema,
})
export type PayloadDescriptionRequest = z.output<typeof payloadDescriptionRequest>

/** Part of the names of its devices: `json/<name>.<id>`. */
export const payloadName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'lower-case letters, digits, - and _')

export const payloadDescription = z.object({
  name: z.string(),
  topic: z.string(),
  mapping: z.looseObject({}),
  updatedAt: z.iso.datetime(),
})
export type PayloadDescription = z.infer<typeof payloadDescription>

/** GET /api/v1/registry/payloads */
export const payloadDescriptions = z.object({ payloads: z.array(payloadDescription) })
