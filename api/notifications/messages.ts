import { requireWithin } from '#domain/access/within.ts'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import type { MESSAGE_STATES, Notifications } from '#model/api/notifications.ts'
import { AppError } from '#model/basics/errors.ts'

type Message = Notifications['messages'][number]
type Row = Omit<Message, 'createdAt' | 'finishedAt' | 'nextAttemptAt'> & {
  readonly createdAt: Date
  readonly finishedAt: Date | null
  readonly nextAttemptAt: Date | null
}
export type MessageFilter = {
  readonly state?: (typeof MESSAGE_STATES)[number] | undefined
  readonly receiver?: number | undefined
  readonly incident?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
}

// Whoever is limited to zones and owners sees only messages that are about nothing else.
const isWithin = (event: string): string =>
  `(${event} ->> 'zoneId' = any($1::text[]) or ${event} ->> 'owner' = any($2::text[]))`
const WITHIN = `
  ($1::text[] is null or (exists (select from notification n where n.message_id = m.id) and not exists (
    select from notification n where n.message_id = m.id and not coalesce(${isWithin('n.event')}, false))))`
const MESSAGES = `
  select m.id::text, json_build_object('id', r.id::text, 'name', r.name, 'channel', r.channel) as receiver,
         case when m.state = 'pending' and m.last_error is not null then 'retrying' else m.state end as state, m.severity,
         m.content ->> 'title' as title, m.content ->> 'body' as body, (m.content ->> 'incidents')::int as incidents,
         array(select distinct n.incident_id from notification n where n.message_id = m.id order by 1 limit 100) as "incidentIds",
         m.attempts, m.last_error as error, m.created_at as "createdAt", m.finished_at as "finishedAt",
         case when m.state = 'pending' then m.next_attempt_at end as "nextAttemptAt"
  from notification_message m join notification_receiver r on r.id = m.receiver_id
  where ${WITHIN}
    and ($3::text is null
         or case when m.state = 'pending' and m.last_error is not null then 'retrying' else m.state end = $3)
    and ($4::bigint is null or m.receiver_id = $4)
    and ($5::text is null or exists (select from notification n where n.message_id = m.id and n.incident_id = $5))
    and ($6::timestamptz is null or m.created_at < $6)
  order by m.created_at desc, m.id limit $7`

const WAITING = `
  select count(*) as total, count(*) filter (where held_by = 'silence') as silence,
         count(*) filter (where held_by = 'maintenance') as maintenance,
         count(*) filter (where held_by = 'quiet_hours') as quiet_hours, count(*) filter (where held_by = 'limit') as limit
  from notification n where state = 'waiting' and ($1::text[] is null or coalesce(${isWithin('n.event')}, false))`
const FAILED = `select count(*) as n from notification_message m where state = 'undeliverable' and ${WITHIN}`

const placesOf = ({ restriction }: Actor) => [restriction?.zones ?? null, restriction?.owners ?? null]

export async function selectMessages(db: Queryable, filter: MessageFilter, by: Actor): Promise<Notifications> {
  const { state = null, receiver = null, incident = null, before = null, limit } = filter
  const { rows } = await db.query<Row>(MESSAGES, [...placesOf(by), state, receiver, incident, before, limit])
  const waiting = (await db.query<Notifications['waiting']>(WAITING, placesOf(by))).rows[0]
  const failed = await db.query<{ n: number }>(FAILED, placesOf(by))
  return {
    messages: rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      finishedAt: row.finishedAt?.toISOString() ?? null,
      nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    })),
    waiting: waiting ?? { total: 0, silence: 0, maintenance: 0, quiet_hours: 0, limit: 0 },
    undeliverable: failed.rows[0]?.n ?? 0,
  }
}

/** Tries an undeliverable message again, under its id. @throws AppError NOT_FOUND, VALUE_INVALID */
export async function retryMessage(
  pool: Pool,
  id: string,
  { by, now }: { readonly by: Actor; readonly now: Date },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ state: string; busy: boolean; within: boolean }>(
      `select m.state, exists (select from notification_message o where o.receiver_id = m.receiver_id and o.state = 'pending') as busy,
              ${WITHIN} as within
       from notification_message m join notification_receiver r on r.id = m.receiver_id and r.deleted_at is null
       where m.id = $3 for update of r`,
      [...placesOf(by), id],
    )
    const [message] = rows
    if (!message) throw new AppError('NOT_FOUND', `a message with id ${id} to a receiver that exists`)
    requireWithin(message.within, `the message ${id}`)
    if (message.state !== 'undeliverable')
      throw new AppError('VALUE_INVALID', `the message is ${message.state}; only undeliverable ones are sent again`)
    if (message.busy)
      throw new AppError(
        'VALUE_INVALID',
        'another message to this receiver is being sent; try again when it is through',
      )
    await client.query(
      `update notification_message set state = 'pending', attempts = 0, next_attempt_at = $2, finished_at = null,
              lease_until = null, last_error = null where id = $1`,
      [id, now],
    )
    await audit(client, { by, action: 'notification.retry', subject: `notification:${id}` })
  })
}
