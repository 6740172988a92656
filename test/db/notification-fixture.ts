import type { SendMessage } from '#domain/notifications/channels/channel.ts'
import { createAddressRule, createHttpSender } from '#domain/notifications/channels/guarded-http.ts'
import { type ChannelDeps, createSender } from '#domain/notifications/channels/index.ts'
import { newSigningSecret } from '#domain/notifications/channels/webhook.ts'
import { type DispatchDeps, dispatchDue } from '#domain/notifications/dispatcher.ts'
import { enqueueNotifications } from '#domain/notifications/enqueue.ts'
import { createSecretBox } from '#domain/notifications/secrets/secret-box.ts'
import { inTransaction, type Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { type NotificationEvent, notificationEvent } from '#model/notifications/event.ts'

const START = '2026-11-01T12:00:00.000Z'

/** An event as alerting emits it: PM2.5 too high at one station of the zone `west`. */
export const event = (change: Partial<NotificationEvent> = {}): NotificationEvent =>
  notificationEvent.parse({
    ...{ incidentId: 'incident-1', kind: 'opened', severity: 'warning', at: START, startedAt: START },
    rule: { id: 'pm25', name: 'PM2.5 above 25 µg/m³' },
    subject: { kind: 'thing', id: 'air-1', name: 'Market Square' },
    ...{ zoneId: 'west', property: 'pm2_5', value: 31.4, unit: 'ug/m3', threshold: 25, affectedThings: 1 },
    ...change,
  })

/** A receiver, by its columns. @returns its id */
export async function addReceiver(pool: Pool, columns: Readonly<Record<string, unknown>>): Promise<number> {
  const all = { name: 'Operator', channel: 'feed', group_seconds: 0, ...columns }
  const names = Object.keys(all)
  const { rows } = await pool.query<{ id: number }>(
    `insert into notification_receiver (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')}) returning id`,
    Object.values(all),
  )
  return rows[0]?.id ?? -1
}

/** Passes events on as alerting does: each in a transaction. @returns outbox rows of each */
export async function emit(pool: Pool, at: Date, ...events: readonly NotificationEvent[]): Promise<number[]> {
  const counts: number[] = []
  for (const one of events) counts.push(await inTransaction(pool, (client) => enqueueNotifications(client, one, at)))
  return counts
}

export const secrets = createSecretBox('a-key-for-the-tests-0123456789')

/** A receiver of the channel webhook. @returns its id and its signing secret */
export async function addWebhook(pool: Pool, url: string, columns: Readonly<Record<string, unknown>> = {}) {
  const secret = newSigningSecret()
  const sealed = secrets.seal(JSON.stringify({ url, signingSecret: secret }))
  const id = await addReceiver(pool, { channel: 'webhook', secret: sealed, ...columns })
  return { id, secret }
}

const CITY = { name: 'Testville', timeZone: 'Europe/Lisbon', simulated: false }
let workers = 0

/** A worker that dispatches when it is told to, at the time of a clock that the test sets. */
export function createWorker(pool: Pool, start: Date, more: Partial<ChannelDeps & DispatchDeps> = {}) {
  let now = start
  const clock = () => now
  const send: SendMessage = createSender({
    ...{ clock, secrets, contact: 'mailto:city@city.example' },
    http: createHttpSender(createAddressRule(['127.0.0.1']), { timeoutMs: 200 }),
    publish: async () => {},
    vapidKeys: async () => ({ publicKey: '', privateKey: '' }),
    ...more,
  })
  const worker = `worker-${++workers}`
  const deps: DispatchDeps = {
    ...{ pool, clock, send, worker, log: createLog('test', 'silent'), random: () => 1 },
    city: async () => CITY,
    publicUrl: 'https://city.example',
    ...more,
  }
  return {
    deps,
    now: clock,
    /** Sets the clock, and dispatches what is due. @returns attempts */
    at: (time: Date | string) => {
      now = new Date(time)
      return dispatchDue(deps)
    },
  }
}

/** Messages with what became of them, oldest first. */
export const messages = async (pool: Pool) =>
  (
    await pool.query<{
      receiver: string
      state: string
      attempts: number
      error: string | null
      title: string
      incidents: number
    }>(
      `select r.name as receiver, m.state, m.attempts, m.last_error as error, m.content ->> 'title' as title,
              (m.content ->> 'incidents')::int as incidents
       from notification_message m join notification_receiver r on r.id = m.receiver_id order by m.created_at, r.id, m.id`,
    )
  ).rows

export const EMPTY =
  'truncate notification_receiver, notification_silence, notification_maintenance, notification_incident, notification_message, notification'
