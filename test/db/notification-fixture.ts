import { enqueueNotifications } from '#domain/notifications/enqueue.ts'
import { inTransaction, type Pool } from '#infra/db/pool.ts'
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
