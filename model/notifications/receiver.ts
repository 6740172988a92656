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

/** Only its origin is shown: the paths of many services hold a token. */
const originConfig = z.object({ origin: z.string() })

/** What of a receiver is shown, by channel; `request` is what is entered. */
export const emailConfig = z.strictObject({
  address: z.string().max(254).regex(z.regexes.email, 'is no e-mail address'),
})
export const mqttConfig = z.strictObject({ topic: topic.default(TOPIC_ROOT) })
export const alertmanagerConfig = z.strictObject({ url: httpUrl.describe('base URL; /api/v2/alerts is appended') })
export const urlConfig = z.strictObject({ url: httpUrl })

const SIGNING_SECRET = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/
export const signingSecret = z
  .string()
  .regex(SIGNING_SECRET, 'must be whsec_ and 24 to 64 bytes as base64')
  .meta({ pattern: '^whsec_([A-Za-z0-9+/]{4}){8,20}$' })
/** The subscription of a browser (PushSubscription.toJSON()). */
export const pushSubscription = z.strictObject({
  endpoint: httpUrl,
  keys: z.strictObject({
    p256dh: z.string().regex(/^[\w-]{87}=?$/, 'must be the base64url key of the subscription, 65 bytes'),
    auth: z.string().regex(/^[\w-]{22}={0,2}$/, 'must be the base64url secret of the subscription, 16 bytes'),
  }),
})

/** What is stored encrypted, by channel. */
export const webhookSecret = z.object({ url: httpUrl, signingSecret })
export const alertmanagerSecret = z.object({ token: z.string() })

/** What a receiver's `config` holds in the database and in answers. */
export const shownConfig = z.union([
  z.object({ address: z.string() }),
  z.object({ topic: z.string() }),
  z.object({ url: z.string() }),
  originConfig,
  z.object({}),
])
