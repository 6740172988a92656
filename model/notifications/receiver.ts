import { z } from 'zod'

export const CHANNELS = ['email', 'webhook', 'mqtt', 'web_push', 'alertmanager', 'feed'] as const
export type ChannelName = (typeof CHANNELS)[number]

const MAX_URL_LENGTH = 1_000
const httpUrl = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be an http or https URL')
  .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), {
    message: 'must not contain a user name or password',
  })
  .meta({ pattern: '^https?://[a-z0-9.-]+(:[0-9]{1,4})?/[a-z0-9/-]*$' })

/** Below it only the city's own clients may publish, so nobody else can make up a notification. */
const TOPIC_ROOT = 'citywell/notifications'
const TOPIC = /^citywell\/notifications(\/[A-Za-z0-9_.-]{1,60}){0,8}$/
const topic = z
  .string()
  .max(200)
  .regex(TOPIC, `must be ${TOPIC_ROOT} or a topic below it, without wildcards`)
  .meta({ pattern: TOPIC.source })

export const emailConfig = z.strictObject({ address: z.email().max(254) })
export const webhookConfig = z.strictObject({ url: httpUrl })
export const mqttConfig = z.strictObject({ topic: topic.default(TOPIC_ROOT) })
export const alertmanagerConfig = z.strictObject({ url: httpUrl.describe('base URL; /api/v2/alerts is appended') })
export const webPushConfig = z.strictObject({ endpoint: httpUrl })
/** The subscription keys of a browser (RFC 8291), base64url. */
export const webPushKeys = z.strictObject({
  p256dh: z.string().regex(/^[\w-]{80,100}={0,2}$/, 'must be the base64url key of the subscription'),
  auth: z.string().regex(/^[\w-]{16,32}={0,2}$/, 'must be the base64url secret of the subscription'),
})
