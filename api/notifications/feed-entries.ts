import type { FeedEntry } from '#domain/notifications/feeds/entry.ts'
import { type MessageContext, renderMessage } from '#domain/notifications/messages/render.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import type { NotificationEvent } from '#model/notifications/event.ts'
import type { MessageLanguage } from '#model/notifications/message.ts'

const MAX_ENTRIES = 100
const SHOWN_DAYS = 7
/** A longer outline is left out; the zone is named all the same. */
const MAX_RING_POINTS = 500

type Row = {
  readonly id: string
  readonly event: NotificationEvent
  readonly publishedAt: Date
  readonly language: MessageLanguage
  readonly before: readonly { readonly id: string; readonly publishedAt: string }[]
  readonly zoneName: string | null
  readonly geometry: { readonly type: string; readonly coordinates: [number, number][][] } | null
}

// What a receiver of the channel feed was sent; reminders are for people who were notified.
const ENTRIES = `
  with published as (
    select n.id, n.incident_id, n.receiver_id, n.event, m.finished_at as published_at, r.language
    from notification n
    join notification_message m on m.id = n.message_id and m.state = 'sent'
    join notification_receiver r on r.id = n.receiver_id and r.channel = 'feed' and r.deleted_at is null
    where n.kind <> 'reminder'
  )
  select p.id::text, p.event, p.published_at as "publishedAt", p.language,
         coalesce((select json_agg(json_build_object('id', b.id::text, 'publishedAt', b.published_at) order by b.id)
                   from published b
                   where b.incident_id = p.incident_id and b.receiver_id = p.receiver_id and b.id < p.id), '[]') as before,
         z.name as "zoneName", z.geometry
  from published p left join zone z on z.key = p.event ->> 'zoneId'
  where ($1::timestamptz is null or p.published_at > $1) and ($2::bigint is null or p.id = $2)
  order by p.published_at desc, p.id desc limit ${MAX_ENTRIES}`

type Place = Omit<MessageContext, 'language' | 'template'>

/** What was published in the last 7 days, newest first. */
export const selectFeed = (db: Queryable, now: Date, place: Place): Promise<FeedEntry[]> =>
  read(db, [new Date(now.getTime() - SHOWN_DAYS * DAY_MS), null], place)

/** One entry, whatever its age. */
export const selectFeedEntry = async (db: Queryable, id: number, place: Place): Promise<FeedEntry | undefined> =>
  (await read(db, [null, id], place))[0]

async function read(db: Queryable, values: readonly unknown[], place: Place): Promise<FeedEntry[]> {
  const { rows } = await db.query<Row>(ENTRIES, [...values])
  return rows.map(({ zoneName, geometry, before, ...row }) => {
    const { title, body, link } = renderMessage([row.event], { ...place, language: row.language, template: null })
    const ring = geometry?.type === 'Polygon' ? geometry.coordinates[0] : undefined
    return {
      ...row,
      ...{ title, body, link },
      before: before.map(({ id, publishedAt }) => ({ id, publishedAt: new Date(publishedAt) })),
      zone: zoneName === null ? null : { name: zoneName, ring: ring && ring.length <= MAX_RING_POINTS ? ring : null },
    }
  })
}
