import type { NotificationEvent } from '#model/notifications/event.ts'
import type { MessageLanguage } from '#model/notifications/message.ts'

/** One published event of an incident, as the feeds show it. */
export type FeedEntry = {
  /** of the outbox row: unique, and the same for good */
  readonly id: string
  readonly event: NotificationEvent
  readonly title: string
  readonly body: string
  readonly language: MessageLanguage
  readonly link: string | null
  readonly publishedAt: Date
  /** entries of the same incident before this one, oldest first */
  readonly before: readonly { readonly id: string; readonly publishedAt: Date }[]
  readonly zone: {
    readonly name: string
    /** outer ring of a simple polygon, lon and lat */
    readonly ring: readonly (readonly [number, number])[] | null
  } | null
}

export type FeedCity = {
  readonly name: string
  readonly simulated: boolean
  /** where the feeds are reached, without a slash at its end */
  readonly baseUrl: string
  /** names the city in identifiers: its host name */
  readonly host: string
}
