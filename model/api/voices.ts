import { z } from 'zod'
import { languageTagSchema } from '../text/languages.ts'
import { COMMENT_MAX, CONSENT_VERSION, ratingSchema, VOICE_TOPICS, voicePlaceSchema } from '../voices/voice.ts'

const topicSchema = z.enum(VOICE_TOPICS)

/** POST /api/v1/voices. Strict: a field that is not named here, a position above all, is refused. */
export const newVoice = z.strictObject({
  place: voicePlaceSchema,
  /** 1 (bad) to 5 (good) of each topic the resident speaks of */
  ratings: z
    .strictObject(Object.fromEntries(VOICE_TOPICS.map((topic) => [topic, ratingSchema.optional()])))
    .refine((ratings) => Object.values(ratings).some((rating) => rating !== undefined), 'must rate at least one topic')
    .meta({ minProperties: 1 }),
  // any text: what cannot be stored of it is left out
  comment: z.string().max(COMMENT_MAX).meta({ pattern: '^[\\s\\S]*$' }).optional(),
  /** of the form */
  language: languageTagSchema,
  /** the resident has agreed to the text of this version */
  consent: z.literal(CONSENT_VERSION),
})
export type NewVoice = z.infer<typeof newVoice>

/** The code is returned only here; its hash is stored. */
export const voiceReceipt = z.object({ code: z.string() })

/** DELETE /api/v1/voices */
export const voiceErasure = z.strictObject({ code: z.string().min(1).max(60) })
export const erasedResponse = z.object({ erased: z.literal(true) })

/** POST /api/v1/voices/status: the code is in the body, because addresses are logged */
export const voiceStatusRequest = z.strictObject({ code: z.string().min(1).max(60) })
export const voiceStatusResponse = z.object({
  /** in which it was received */
  month: z.string(),
  /** day on which it is deleted */
  deleteOn: z.iso.date(),
  topics: z.array(topicSchema),
  comment: z.enum(['none', 'waiting', 'approved', 'refused']),
  /** what the city answered, and in which month */
  reply: z.string().nullable(),
  replyMonth: z.string().nullable(),
})
export type VoiceStatus = z.infer<typeof voiceStatusResponse>

const placedSchema = z.object({ kind: z.enum(['zone', 'cell']), key: z.string() })

const aggregateSchema = z.object({
  /** null where suppressed */
  n: z.int().nullable(),
  /** mean rating, 1 to 5 */
  mean: z.number().nullable(),
  /** share of ratings 4 and 5, and of 1 and 2 */
  good: z.number().nullable(),
  poor: z.number().nullable(),
  suppressed: z.enum(['below_threshold', 'complementary']).nullable(),
})
export type VoiceAggregate = z.infer<typeof aggregateSchema>

/** GET /api/v1/voices/aggregates */
export const voiceAggregates = z.object({
  /** self-selected, not a sample: no interval, and never part of a survey estimate */
  basis: z.literal('self-selected'),
  threshold: z.int(),
  windowDays: z.int(),
  topics: z.array(
    z.object({
      topic: topicSchema,
      city: aggregateSchema,
      /** every zone of the city, and the cells that may be shown */
      places: z.array(z.object({ place: placedSchema, ...aggregateSchema.shape })),
    }),
  ),
  /** approved by a person; the place only where voices of that place may be shown */
  comments: z.array(
    z.object({
      text: z.string(),
      language: z.string(),
      /** year and month */
      month: z.string(),
      topics: z.array(topicSchema),
      place: placedSchema.nullable(),
    }),
  ),
})
export type VoiceAggregates = z.infer<typeof voiceAggregates>

/** GET /api/v1/voices/moderation: texts that nobody has read yet, oldest first */
export const moderationQueue = z.object({
  waiting: z.int(),
  comments: z.array(
    z.object({
      id: z.string(),
      text: z.string(),
      language: z.string(),
      month: z.string(),
      topics: z.array(topicSchema),
      place: placedSchema,
    }),
  ),
})
export type ModerationQueue = z.infer<typeof moderationQueue>

/** POST /api/v1/voices/moderation. A refused text is deleted; the ratings stay. */
export const moderation = z.strictObject({
  decisions: z
    .array(
      z.strictObject({
        id: z.string().regex(/^\d{1,15}$/),
        decision: z.enum(['approve', 'refuse']),
        /** answer of the city, for whoever has the code */
        reply: z.string().trim().min(1).max(COMMENT_MAX).optional(),
      }),
    )
    .min(1)
    .max(100),
})
export type Moderation = z.infer<typeof moderation>
export const moderationResult = z.object({ approved: z.int(), refused: z.int() })
