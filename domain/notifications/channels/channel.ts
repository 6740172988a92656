import type { z } from 'zod'
import type { MessageContent } from '#model/notifications/message.ts'
import type { ChannelName } from '#model/notifications/receiver.ts'
import type { SecretBox } from '../secrets/secret-box.ts'

/** What a channel is given of one message. */
export type Delivery = {
  /** of the message; the same with every attempt */
  readonly id: string
  readonly content: MessageContent
  readonly createdAt: Date
  readonly config: Readonly<Record<string, unknown>>
  /** as stored: encrypted */
  readonly secret: Buffer | null
  readonly signal: AbortSignal
}

/** What became of an attempt. `error` is shown to operators: it holds no secret. */
export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** false: another attempt would fail as well */
      readonly retry: boolean
      readonly error: string
      readonly retryAfterMs?: number
    }

export type Channel = (delivery: Delivery) => Promise<Outcome>
export type SendMessage = (delivery: Delivery & { readonly channel: ChannelName }) => Promise<Outcome>

export const UNREADABLE_SECRET: Outcome = {
  ok: false,
  retry: false,
  error: 'the secret cannot be decrypted, because the key of the city has changed: enter it again',
}

/** undefined: there is none, or it cannot be decrypted */
export function openSecret<T>(secrets: SecretBox, sealed: Buffer | null, schema: z.ZodType<T>): T | undefined {
  const text = sealed === null ? undefined : secrets.open(sealed)
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}
