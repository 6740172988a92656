/** Signed webhooks, in the format of Standard Webhooks 1.0.0 (standardwebhooks.com): any of its libraries verifies them. */
import { createHmac, randomBytes } from 'node:crypto'
import type { MessageContent } from '#model/notifications/message.ts'
import { webhookSecret } from '#model/notifications/receiver.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import { type Channel, openSecret, UNREADABLE_SECRET } from './channel.ts'
import type { SendHttp } from './guarded-http.ts'

const SECRET_PREFIX = 'whsec_'
const SECRET_BYTES = 32

export const newSigningSecret = (): string => `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`

/** `v1,` and the HMAC-SHA256 over id, time in seconds and body, as base64. */
export function signatureOf(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

/** The body: the same with every attempt, as its id is. */
export function webhookBody(id: string, content: MessageContent, createdAt: Date): string {
  const [first] = content.events
  const type = content.test ? 'test' : `incident.${content.incidents === 1 && first ? first.kind : 'group'}`
  return JSON.stringify({ type, timestamp: createdAt.toISOString(), data: { id, ...content } })
}

export const webhookChannel =
  ({ send, secrets, clock }: { send: SendHttp; secrets: SecretBox; clock: () => Date }): Channel =>
  async ({ id, content, createdAt, secret, signal }) => {
    const opened = openSecret(secrets, secret, webhookSecret)
    if (!opened) return UNREADABLE_SECRET
    const { url, signingSecret } = opened
    const body = webhookBody(id, content, createdAt)
    const messageId = `msg_${id}`
    const timestamp = Math.floor(clock().getTime() / 1000)
    return send({
      url,
      body,
      signal,
      headers: {
        'content-type': 'application/json',
        'webhook-id': messageId,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatureOf(signingSecret, messageId, timestamp, body),
        'idempotency-key': messageId,
      },
    })
  }
