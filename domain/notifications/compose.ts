/**
 * From outbox rows that are due to messages: one message per receiver, with everything that may be sent to it now.
 *
 *     waiting --due, not held--> grouped (message pending)
 *     waiting --held-----------> waiting, due at the end of the silence, window or limit
 */
import { randomUUID } from 'node:crypto'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import type { NotificationEvent } from '#model/notifications/event.ts'
import type { MessageLanguage } from '#model/notifications/message.ts'
import { type Hold, holdOf, limitOf, type QuietHours, readSuppression } from './hold.ts'
import { highestSeverity, renderMessage } from './messages/render.ts'

/** Rows in one message at most; what is left goes into the next one. */
const MAX_ROWS = 5_000
const MAX_RECEIVERS = 200

export type CityContext = { readonly name: string; readonly timeZone: string; readonly simulated: boolean }
export type ComposeDeps = {
  readonly pool: Pool
  readonly city: () => Promise<CityContext>
  readonly publicUrl?: string | undefined
}

const DUE_RECEIVERS = `
  select distinct n.receiver_id as id from notification n
  where n.state = 'waiting' and n.due_at <= $1
    and not exists (select from notification_message m where m.receiver_id = n.receiver_id and m.state = 'pending')
  order by 1 limit ${MAX_RECEIVERS}`

/** Composes what is due. @returns messages composed */
export async function composeDue(deps: ComposeDeps, at: Date): Promise<number> {
  const { rows } = await deps.pool.query<{ id: number }>(DUE_RECEIVERS, [at])
  if (rows.length === 0) return 0
  const city = await deps.city()
  let composed = 0
  for (const { id } of rows) {
    const done = await inTransaction(deps.pool, (client) => composeFor(client, id, { ...deps, city, at }))
    if (done) composed += 1
  }
  return composed
}

type Receiver = {
  readonly id: number
  readonly language: MessageLanguage
  readonly template: string | null
  readonly quietHours: QuietHours | null
  readonly maxPerHour: number
}
// Another worker composes for it at this moment: skipped. The lock also makes sure that there is one pending message.
const RECEIVER = `
  select id, language, template, quiet_hours as "quietHours", max_per_hour as "maxPerHour" from notification_receiver r
  where id = $1 and not exists (select from notification_message m where m.receiver_id = r.id and m.state = 'pending')
  for update skip locked`

type Row = { readonly id: number; readonly event: NotificationEvent }
// With what is due goes what only waits to be grouped.
const ROWS = `
  select id, event from notification
  where receiver_id = $1 and state = 'waiting' and (due_at <= $2 or not escalation and held_by is null)
  order by id limit ${MAX_ROWS} for update skip locked`

type Scene = { readonly city: CityContext; readonly at: Date; readonly publicUrl?: string | undefined }

async function composeFor(client: PoolClient, receiverId: number, scene: Scene): Promise<boolean> {
  const { city, at } = scene
  const receiver = (await client.query<Receiver>(RECEIVER, [receiverId])).rows[0]
  if (!receiver) return false
  const { rows } = await client.query<Row>(ROWS, [receiverId, at])
  const suppression = await readSuppression(client, at, city.timeZone)
  const free: Row[] = []
  for (const row of rows) {
    const hold = holdOf(row.event, at, suppression, receiver.quietHours)
    if (hold) await holdRows(client, [row], hold)
    else free.push(row)
  }
  if (free.length === 0) return false
  const severity = highestSeverity(free.map(({ event }) => event.severity))
  const limit = free.every(({ event }) => event.test) ? undefined : await limitOf(client, receiver, severity, at)
  if (limit) {
    await holdRows(client, free, limit)
    return false
  }
  await insertMessage(client, receiver, free, scene)
  return true
}

const HOLD = `update notification set held_by = $2, due_at = $3 where id = any($1::bigint[])`
async function holdRows(client: PoolClient, rows: readonly Row[], { reason, until }: Hold): Promise<void> {
  await client.query(HOLD, [rows.map(({ id }) => id), reason, until])
}

const MESSAGE = `
  insert into notification_message (id, receiver_id, state, severity, content, next_attempt_at, created_at)
  values ($1, $2, 'pending', $3, $4, $5, $5)`
const GROUP = `
  update notification set state = 'grouped', held_by = null, message_id = $2 where id = any($1::bigint[])`

async function insertMessage(
  client: PoolClient,
  receiver: Receiver,
  rows: readonly Row[],
  { city, at, publicUrl }: Scene,
): Promise<void> {
  const events = newestOfEach(rows.map(({ event }) => event))
  const { language, template } = receiver
  const context = { language, template, city: city.name, timeZone: city.timeZone, simulated: city.simulated, publicUrl }
  const content = renderMessage(events, context)
  const severity = highestSeverity(events.map((event) => event.severity))
  const id = randomUUID()
  await client.query(MESSAGE, [id, receiver.id, severity, JSON.stringify(content), at])
  await client.query(GROUP, [rows.map((row) => row.id), id])
}

/** An incident with several events is one entry with the newest; one that opened and changed meanwhile has opened. */
function newestOfEach(events: readonly NotificationEvent[]): NotificationEvent[] {
  const byIncident = new Map<string, NotificationEvent>()
  for (const event of events) {
    const before = byIncident.get(event.incidentId)
    const opened = before?.kind === 'opened' && event.kind === 'severity_changed'
    byIncident.set(event.incidentId, opened ? { ...event, kind: 'opened' } : event)
  }
  const rank = ['critical', 'warning', 'info']
  return [...byIncident.values()].sort((a, b) => rank.indexOf(a.severity) - rank.indexOf(b.severity))
}
