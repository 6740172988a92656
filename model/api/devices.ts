import { z } from 'zod'
import { domainSchema } from '../things/domain.ts'

const instant = z.iso.datetime({ offset: true })
const deviceName = z.string().min(1).max(600)
const MAX_NAMES = 10_000

/** Which Things a change of many concerns: all that meet every condition that is given. */
export const thingSelection = z
  .strictObject({
    keys: z.array(z.string().min(1).max(200)).min(1).max(MAX_NAMES),
    /** beginning of the topic with whose message the Thing registered itself */
    topicPrefix: z.string().min(1).max(1_024),
    /** beginning of the key */
    keyPrefix: z.string().min(1).max(200),
    domain: domainSchema,
    /** of the registration: inclusive, exclusive */
    registeredFrom: instant,
    registeredTo: instant,
    /** false: Things that registered themselves and nobody has confirmed */
    verified: z.boolean(),
  })
  .partial()
  .refine((selection) => Object.keys(selection).length > 0, 'needs at least one condition')
  .meta({ minProperties: 1 })
export type ThingSelection = z.infer<typeof thingSelection>

export const BULK_ACTIONS = ['confirm', 'delete', 'ignore'] as const

/** POST /api/v1/registry/things/bulk; without `expected` nothing is changed. */
export const bulkRequest = z.strictObject({
  action: z.enum(BULK_ACTIONS),
  selection: thingSelection,
  /** delete: also ignore the devices, which would register themselves again */
  ignoreDevices: z.boolean().default(false),
  /** number of Things as the dry run stated it; another number is refused with 409 */
  expected: z.int().min(0).optional(),
})
export const bulkResponse = z.object({
  dryRun: z.boolean(),
  things: z.int(),
  datastreams: z.int(),
  observations: z.int(),
  /** messages that concerned them */
  messages: z.int(),
  /** a few of them */
  keys: z.array(z.string()),
})
export type BulkResponse = z.infer<typeof bulkResponse>

/** DELETE /api/v1/registry/things/:key */
export const deletionResponse = z.object({ deleted: z.string(), datastreams: z.int(), observations: z.int() })

/** GET /api/v1/registry/pending: devices that wait for approval */
export const pendingResponse = z.object({
  devices: z.array(
    z.object({
      device: z.string(),
      domain: z.string().nullable(),
      /** of its last message */
      topic: z.string(),
      client: z.string(),
      properties: z.array(z.string()),
      firstSeen: instant,
      lastSeen: instant,
      messages: z.int(),
      /** messages that are stored for the replay; the others were more than the limit in bytes */
      stored: z.int(),
      bytes: z.int(),
      /** approved, and its messages are being replayed */
      approvedAt: instant.nullable(),
    }),
  ),
  total: z.int(),
  next: z.string().nullable(),
})
export type PendingResponse = z.infer<typeof pendingResponse>

/** POST /api/v1/registry/pending/approve: devices by name, or by the beginning of their topic */
export const approveRequest = z
  .strictObject({
    devices: z.array(deviceName).min(1).max(MAX_NAMES).optional(),
    topicPrefix: z.string().min(1).max(1_024).optional(),
  })
  .refine(({ devices, topicPrefix }) => (devices === undefined) !== (topicPrefix === undefined), {
    message: 'needs either devices or topicPrefix',
  })
export const approveResponse = z.object({
  approved: z.int(),
  /** messages published again; when the broker was not reachable, they follow by themselves */
  replayed: z.int(),
})

/** GET /api/v1/registry/ignored: devices and topics whose messages are rejected as `ignored` */
export const ignoredEntry = z.object({
  id: z.int(),
  kind: z.enum(['device', 'topic']),
  /** `<format>/<device id>` or `key/<key of a Thing>`; a topic filter */
  name: z.string(),
  note: z.string(),
  who: z.string(),
  createdAt: instant,
  messages: z.int(),
  /** messages that are stored and can be replayed */
  stored: z.int(),
  bytes: z.int(),
  lastSeen: instant.nullable(),
})
export const ignoredResponse = z.object({ ignored: z.array(ignoredEntry), total: z.int(), next: z.string().nullable() })
export type IgnoredResponse = z.infer<typeof ignoredResponse>

/** POST /api/v1/registry/ignored */
export const ignoreRequest = z
  .strictObject({
    devices: z.array(deviceName).max(MAX_NAMES).default([]),
    /** keys of Things: all their device names */
    things: z.array(z.string().min(1).max(200)).max(1_000).default([]),
    topics: z.array(z.string().min(1).max(1_024)).max(100).default([]),
    note: z.string().max(500).default(''),
  })
  .refine(({ devices, things, topics }) => devices.length + things.length + topics.length > 0, {
    message: 'needs devices, things or topics',
  })
export type IgnoreRequest = z.infer<typeof ignoreRequest>
export const ignoreResponse = z.object({ added: z.int() })

/** DELETE /api/v1/registry/ignored/:id?replay=true */
export const unignoreResponse = z.object({ name: z.string(), replayed: z.int() })

/** A credential of a device; its secret is shown once, when it is issued. */
export const credentialSchema = z.object({
  id: z.int(),
  thing: z.string(),
  username: z.string(),
  /** topic filters: what the device may publish and subscribe to, and nobody else may publish */
  topics: z.array(z.string()),
  note: z.string(),
  who: z.string(),
  createdAt: instant,
})
export type Credential = z.infer<typeof credentialSchema>
/** GET /api/v1/registry/things/:key/credentials */
export const credentialsResponse = z.object({ credentials: z.array(credentialSchema) })
/** POST /api/v1/registry/things/:key/credentials */
export const credentialRequest = z.strictObject({
  /** default: the native topic of the Thing, and the one with which it registered itself */
  topics: z.array(z.string().min(1).max(1_024)).min(1).max(50).optional(),
  /** default: made from the key; the common name of a client certificate */
  username: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, 'letters, digits and _ . -, at most 100, a letter or digit first')
    .optional(),
  note: z.string().max(500).default(''),
})
export const issuedResponse = credentialSchema.extend({
  /** the password of the device; it is not stored and cannot be shown again */
  secret: z.string(),
})
