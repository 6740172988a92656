import { z } from 'zod'

/** `+` and `#` stand alone in their level, `#` in the last one. */
const FILTER = /^(?:(?:[^+#/\0]*|\+)(?:\/(?:[^+#/\0]*|\+))*(?:\/#)?|#)$/
const topicFilterSchema = z.string().min(1).max(1_000).regex(FILTER, 'an MQTT topic filter such as sensors/+/data')

const instant = z.iso.datetime({ offset: true })
const counts = {
  received: z.int(),
  stored: z.int(),
  duplicate: z.int(),
  rejected: z.int(),
  inFlight: z.int(),
  /** received = stored + duplicate + rejected + inFlight */
  balanced: z.boolean(),
  observationsStored: z.int(),
  observationsDuplicate: z.int(),
  observationsConflict: z.int(),
  observationsRejected: z.int(),
}

/** GET /api/v1/ingest/ledger: messages by source, over all worker runs since the database was made */
export const ledgerResponse = z.object({
  /** of this answer, by the clock of the server */
  time: instant,
  /** when the last message arrived from any source but imports, by the clock of its worker; null before the first */
  lastReceivedAt: instant.nullable(),
  total: z.object(counts),
  sources: z.array(z.object({ source: z.string(), ...counts, updatedAt: instant, lastReceivedAt: instant.nullable() })),
  /** messages that ended runs held without acknowledging: the broker delivered them again */
  returnedToBroker: z.int(),
  workers: z.array(z.object({ run: z.string(), startedAt: instant, updatedAt: instant, alive: z.boolean() })),
})
export type LedgerResponse = z.infer<typeof ledgerResponse>

/** GET /api/v1/ingest/ledger?by=thing&thing&from&to: observations by Thing and day of arrival (UTC) */
export const thingLedgerResponse = z.object({
  days: z.array(
    z.object({
      thing: z.string(),
      /** null: before these books were opened */
      day: z.iso.date().nullable(),
      messages: z.int(),
      stored: z.int(),
      duplicate: z.int(),
      conflict: z.int(),
      /** values, or whole messages, that were refused */
      rejected: z.int(),
    }),
  ),
  /** true when there were more rows than the answer carries */
  truncated: z.boolean(),
})
export type ThingLedgerResponse = z.infer<typeof thingLedgerResponse>

/** GET /api/v1/ingest/check: what must hold of the database at any moment, and whether it does */
export const checkResponse = z.object({
  holds: z.boolean(),
  findings: z.array(
    z.object({ name: z.string(), holds: z.boolean(), text: z.string(), examples: z.array(z.string()).readonly() }),
  ),
})

/** GET /api/v1/ingest/rejected?reason&source&field&topic&from&to&replayed&limit&cursor */
export const rejectedResponse = z.object({
  messages: z.array(
    z.object({
      id: z.string(),
      receivedAt: instant,
      source: z.string(),
      topic: z.string(),
      reason: z.string(),
      detail: z.string(),
      partial: z.boolean(),
      bytes: z.int(),
      /** names of its unmapped fields */
      fields: z.array(z.string()),
      /** the payload as text, with the key and where it is UTF-8 */
      text: z.string().nullable(),
      /** the payload, with the key */
      base64: z.string().nullable(),
      replayedAt: instant.nullable(),
    }),
  ),
  reasons: z.array(z.object({ reason: z.string(), n: z.int() })),
  total: z.int(),
  next: z.string().nullable(),
})
export type RejectedResponse = z.infer<typeof rejectedResponse>

/**
 * POST /api/v1/ingest/rejected/replay: publishes the raw bytes to their topic again, through the same door. At least one
 * condition; `all` says explicitly that everything is meant that was not replayed yet.
 */
export const replayRequest = z
  .strictObject({
    all: z.literal(true).optional(),
    ids: z.array(z.string()).max(10_000).optional(),
    reason: z.string().optional(),
    source: z.string().optional(),
    /** messages with this unmapped field: full path or last part */
    field: z.string().optional(),
    /** part of the topic */
    topic: z.string().optional(),
    topicFilter: topicFilterSchema.optional().describe('MQTT topic filter, as that of a description of messages'),
    /** because of this device: ignored, not approved or not registered */
    device: z.string().optional(),
    /** of the arrival */
    from: instant.optional(),
    to: instant.optional(),
  })
  .refine(
    ({ all, ...conditions }) => all === true || Object.values(conditions).some((value) => value !== undefined),
    'needs a condition (ids, reason, source, field, topic, topicFilter, device, from or to), or "all": true',
  )
  .refine(({ all, ...conditions }) => all !== true || Object.values(conditions).every((value) => value === undefined), {
    path: ['all'],
    message: 'stands alone: with a condition, only what meets it is replayed',
  })
export const replayResponse = z.object({ replayed: z.int(), skippedTruncated: z.int() })

/** GET /api/v1/ingest/archive/sources: which sources keep every message, and of what time */
export const archivedSources = z.object({
  sources: z.array(
    z.object({
      source: z.string(),
      messages: z.int(),
      bytes: z.int(),
      first: instant,
      last: instant,
      /** the newest of them is kept until then */
      keptUntil: instant,
    }),
  ),
})
export type ArchivedSources = z.infer<typeof archivedSources>

/** GET /api/v1/ingest/archive?source&topic&from&to&limit (key needed): messages as they came, newest first */
export const archiveResponse = z.object({
  messages: z.array(
    z.object({
      receivedAt: instant,
      topic: z.string(),
      bytes: z.int(),
      text: z.string().nullable(),
      base64: z.string(),
    }),
  ),
  /** there are older ones in the window: ask again with `to` at the last */
  truncated: z.boolean(),
})
export type ArchiveResponse = z.infer<typeof archiveResponse>

/** POST /api/v1/ingest/archive/replay: publishes the messages again, with their original time of arrival */
export const archiveReplayRequest = z.strictObject({
  source: z.string().min(1).max(200),
  topic: z.string().min(1).max(200).optional(),
  from: instant,
  to: instant,
})
