import { z } from 'zod'
import { SEVERITIES } from '../notifications/event.ts'
import { matchers } from '../notifications/matchers.ts'
import { MESSAGE_LANGUAGES } from '../notifications/message.ts'
import {
  alertmanagerConfig,
  CHANNELS,
  emailConfig,
  mqttConfig,
  pushSubscription,
  shownConfig,
  signingSecret,
  urlConfig,
} from '../notifications/receiver.ts'
import { weeklyWindow } from '../notifications/weekly-windows.ts'

const MAX_MINUTES = 10_080
const severities = z.array(z.enum(SEVERITIES)).min(1).max(SEVERITIES.length)
const names = z.array(z.string().min(1).max(200)).max(200)
const minutes = z.int().min(1).max(MAX_MINUTES)
const windows = z.array(weeklyWindow).min(1).max(50)

/** What every receiver has. */
const settings = {
  name: z.string().trim().min(1).max(100).meta({ pattern: '\\S' }),
  language: z.enum(MESSAGE_LANGUAGES),
  enabled: z.boolean(),
  severities,
  zones: names.describe('keys of zones; empty: all'),
  owners: names.describe('empty: all'),
  quietHours: z
    .strictObject({
      windows,
      exceptSeverities: z.array(z.enum(SEVERITIES)).max(SEVERITIES.length).default(['critical']),
    })
    .nullable()
    .describe('local time of the city, in which nothing is sent'),
  escalateAfterMinutes: z
    .int()
    .min(0)
    .max(MAX_MINUTES)
    .describe('0: at once; otherwise when nobody has acknowledged by then'),
  remindMinutes: minutes.nullable().describe('until acknowledged; null: never'),
  remindAcknowledgedMinutes: minutes.nullable().describe('once acknowledged; null: never'),
  maxPerHour: z.int().min(1).max(1_000).describe('critical messages: twice as many'),
  groupSeconds: z.int().min(0).max(3_600).describe('how long to wait for further events that go into the same message'),
  template: z
    .string()
    .min(1)
    .max(2_000)
    .meta({ pattern: '^[^{}]*$' })
    .nullable()
    .describe('own text for an event, with fields such as {rule}, {subject}, {value}, {started}, {link}'),
}
const defaults = {
  name: settings.name,
  language: settings.language.default('en'),
  enabled: settings.enabled.default(true),
  severities: settings.severities.default([...SEVERITIES]),
  zones: settings.zones.default([]),
  owners: settings.owners.default([]),
  quietHours: settings.quietHours.default(null),
  escalateAfterMinutes: settings.escalateAfterMinutes.default(0),
  remindMinutes: settings.remindMinutes.default(240),
  remindAcknowledgedMinutes: settings.remindAcknowledgedMinutes.default(1_440),
  maxPerHour: settings.maxPerHour.default(20),
  groupSeconds: settings.groupSeconds.default(2),
  template: settings.template.default(null),
}

const token = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')

/** POST /api/v1/receivers */
export const newReceiver = z.discriminatedUnion('channel', [
  z.strictObject({ channel: z.literal('email'), config: emailConfig, ...defaults }),
  z.strictObject({
    channel: z.literal('webhook'),
    config: urlConfig,
    secret: signingSecret.optional().describe('absent: one is made'),
    ...defaults,
  }),
  z.strictObject({ channel: z.literal('mqtt'), config: mqttConfig, ...defaults }),
  z.strictObject({
    channel: z.literal('web_push'),
    secret: pushSubscription.describe('what PushManager.subscribe() gives'),
    ...defaults,
  }),
  z.strictObject({
    channel: z.literal('alertmanager'),
    config: alertmanagerConfig,
    secret: token.optional().describe('bearer token'),
    ...defaults,
  }),
  z.strictObject({ channel: z.literal('feed'), ...defaults }),
])
export type NewReceiver = z.infer<typeof newReceiver>

/** PATCH /api/v1/receivers/:id: what is not named stays. Address and secret are entered by creating a receiver. */
export const receiverChange = z
  .strictObject(settings)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must name at least one setting')
  .meta({ minProperties: 1 })
export type ReceiverChange = z.infer<typeof receiverChange>

export const receiver = z.object({
  id: z.string(),
  channel: z.enum(CHANNELS),
  config: shownConfig,
  /** a secret is stored; it is not returned */
  hasSecret: z.boolean(),
  ...settings,
  testedAt: z.string().nullable(),
  /** why the newest test failed; null: it did not */
  testError: z.string().nullable(),
  createdAt: z.string(),
})
export type Receiver = z.infer<typeof receiver>
export const receivers = z.object({ receivers: z.array(receiver) })

export const testResult = z.object({ ok: z.boolean(), error: z.string().nullable() })
export type TestResult = z.infer<typeof testResult>
export const createdReceiver = z.object({
  receiver,
  test: testResult,
  /** of a webhook: returned only here */
  signingSecret: z.string().nullable(),
})
export type CreatedReceiver = z.infer<typeof createdReceiver>

const instant = z.iso.datetime({ offset: true })
const author = z.string().trim().min(1).max(100).meta({ pattern: '\\S' })
const comment = z.string().trim().min(1).max(500).meta({ pattern: '\\S' })

/** POST /api/v1/silences */
export const newSilence = z.strictObject({
  matchers,
  startsAt: instant.optional().describe('absent: now'),
  endsAt: instant.describe('at most 366 days after its begin'),
  author,
  comment,
})
export type NewSilence = z.infer<typeof newSilence>
export const silence = z.object({
  ...{ id: z.string(), matchers, startsAt: z.string(), endsAt: z.string() },
  ...{ author: z.string(), comment: z.string(), createdAt: z.string() },
  state: z.enum(['planned', 'active', 'ended']),
})
export type Silence = z.infer<typeof silence>
export const silences = z.object({ silences: z.array(silence) })

/** POST /api/v1/maintenance-windows */
export const newMaintenance = z.strictObject({
  name: settings.name,
  matchers,
  windows,
  startsAt: instant.nullable().default(null).describe('null: always'),
  endsAt: instant.nullable().default(null).describe('null: for good'),
  author,
})
export type NewMaintenance = z.infer<typeof newMaintenance>
export const maintenance = z.object({
  ...{ id: z.string(), name: z.string(), matchers, windows: z.array(weeklyWindow), author: z.string() },
  ...{ startsAt: z.string().nullable(), endsAt: z.string().nullable(), createdAt: z.string() },
  /** a window is open now */
  active: z.boolean(),
})
export type Maintenance = z.infer<typeof maintenance>
export const maintenances = z.object({ windows: z.array(maintenance) })

export const MESSAGE_STATES = ['pending', 'retrying', 'sent', 'undeliverable'] as const

/** GET /api/v1/notifications: messages, newest first */
export const notifications = z.object({
  messages: z.array(
    z.object({
      id: z.string(),
      receiver: z.object({ id: z.string(), name: z.string(), channel: z.enum(CHANNELS) }),
      state: z.enum(MESSAGE_STATES),
      severity: z.enum(SEVERITIES),
      title: z.string(),
      body: z.string(),
      incidents: z.int(),
      incidentIds: z.array(z.string()),
      attempts: z.int(),
      /** of the newest attempt */
      error: z.string().nullable(),
      createdAt: z.string(),
      finishedAt: z.string().nullable(),
      nextAttemptAt: z.string().nullable(),
    }),
  ),
  /** not in a message yet, by why they wait */
  waiting: z.object({
    total: z.int(),
    silence: z.int(),
    maintenance: z.int(),
    quiet_hours: z.int(),
    limit: z.int(),
  }),
  undeliverable: z.int(),
})
export type Notifications = z.infer<typeof notifications>

/** GET /api/v1/push-key: the public key that a browser needs to subscribe (VAPID) */
export const pushKey = z.object({ publicKey: z.string() })
