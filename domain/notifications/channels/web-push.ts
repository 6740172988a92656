/** Web Push (RFC 8030) with VAPID (RFC 8292) and encrypted payloads (RFC 8291), made by the library web-push. */
import webPush from 'web-push'
import type { MessageContent } from '#model/notifications/message.ts'
import { pushSubscription } from '#model/notifications/receiver.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import type { VapidKeys } from '../secrets/vapid.ts'
import { type Channel, openSecret, UNREADABLE_SECRET } from './channel.ts'
import type { SendHttp } from './guarded-http.ts'

const TTL_SECONDS = 86_400
/** The payload of a push message is limited to 4096 bytes, encryption included (RFC 8030, 7.2): text is cut to fit. */
const MAX_BODY_CHARACTERS = 800
const GONE = new Set(['HTTP 404', 'HTTP 410'])

type Deps = {
  readonly send: SendHttp
  readonly secrets: SecretBox
  readonly keys: () => Promise<VapidKeys>
  /** mailto: or https: by which a push service reaches the city */
  readonly contact: string
}

export const webPushChannel =
  ({ send, secrets, keys, contact }: Deps): Channel =>
  async ({ id, content, secret, signal }) => {
    const subscription = openSecret(secrets, secret, pushSubscription)
    if (!subscription) return UNREADABLE_SECRET
    const vapid = await keys()
    const { headers, body } = webPush.generateRequestDetails(subscription, payloadOf(id, content), {
      vapidDetails: { subject: contact, ...vapid },
      TTL: TTL_SECONDS,
      urgency: content.events[0]?.severity === 'critical' ? 'high' : 'normal',
      // A push service keeps the newest of one topic: a repetition replaces the message. At most 32 base64url characters.
      topic: id.replaceAll('-', ''),
      contentEncoding: 'aes128gcm',
    })
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    const outcome = await send({ url: subscription.endpoint, headers: texts, body: body ?? Buffer.alloc(0), signal })
    return !outcome.ok && GONE.has(outcome.error)
      ? { ok: false, retry: false, error: `${outcome.error}: the browser has cancelled the subscription` }
      : outcome
  }

/** What the service worker of the dashboard shows. */
const payloadOf = (id: string, { title, body, language, link, test }: MessageContent): string =>
  JSON.stringify({ ...{ id, title, language, link, test }, body: body.slice(0, MAX_BODY_CHARACTERS) })
