import type { PoolClient } from '#infra/db/pool.ts'
import { MINUTE_MS, SECOND_MS } from '#model/basics/durations.ts'
import { isEnding, type NotificationEvent, notificationEvent } from '#model/notifications/event.ts'
import { withPlainEscapes } from '#model/text/storable-text.ts'
import { cancelEscalation, recordIncident } from './incidents.ts'
import { isFollowing, matchesRoute, type Route } from './routing.ts'

// The dispatcher skips locked rows, so an event sees each row of its incident either waiting or in a message, not in between.
const LOCK_WAITING = `select id from notification where incident_id = $1 and state = 'waiting' order by id for update`

const CANCEL_UNSENT = `
  update notification set state = 'cancelled', cancelled = 'ended', held_by = null
  where incident_id = $1 and state = 'waiting'
    and (escalation or not exists (
      select from notification before
      where before.incident_id = $1 and before.receiver_id = notification.receiver_id and before.state = 'grouped'))`

type Candidate = Route & {
  readonly id: number
  readonly groupSeconds: number
  readonly escalateAfterMinutes: number
  /** a message with the incident was composed for it */
  readonly notified: boolean
}
const CANDIDATES = `
  select r.id, r.severities, r.zones, r.owners, r.group_seconds as "groupSeconds",
         r.escalate_after_minutes as "escalateAfterMinutes",
         exists (select from notification n
                 where n.receiver_id = r.id and n.incident_id = $1 and n.state = 'grouped') as notified
  from notification_receiver r
  where r.enabled and r.deleted_at is null
  order by r.id`

const INSERT = `
  insert into notification (incident_id, kind, event_at, receiver_id, event, escalation, due_at, created_at)
  select $1, $2, $3, receiver, $4, later, due, $5
  from unnest($6::bigint[], $7::boolean[], $8::timestamptz[]) as t (receiver, later, due)
  on conflict (incident_id, kind, event_at, receiver_id) do nothing`

/**
 * Routes an event to receivers and writes one outbox row for each, in the caller's transaction (read committed). Silences,
 * maintenance windows, quiet hours, grouping and limits apply when a row becomes due, so that they may change until then.
 *
 * Receivers that were not notified of an incident are not notified of its end: what waited for them is cancelled instead.
 * Events of an incident that has ended are ignored; when a condition recurs, alerting opens another incident.
 * @param at now
 * @returns rows written; 0 when the same event came before
 */
export async function enqueueNotifications(client: PoolClient, event: NotificationEvent, at: Date): Promise<number> {
  // A name that PostgreSQL cannot store must not fail the transaction of the incident.
  const checked = notificationEvent.parse(JSON.parse(withPlainEscapes(JSON.stringify(event))))
  const { incidentId, kind } = checked
  const incident = await recordIncident(client, checked, at)
  if (incident.ended) return 0
  await client.query(LOCK_WAITING, [incidentId])
  if (isEnding(checked)) await client.query(CANCEL_UNSENT, [incidentId])
  if (kind === 'acknowledged') await cancelEscalation(client, incidentId)
  const { rows } = await client.query<Candidate>(CANDIDATES, [incidentId])
  const targets = rows.flatMap((receiver) => {
    if (!receiver.notified && (isFollowing(kind) || !matchesRoute(receiver, checked))) return []
    const delayMinutes = receiver.notified ? 0 : receiver.escalateAfterMinutes
    const isEscalation = delayMinutes > 0
    if (isEscalation && incident.acknowledged) return []
    const fromMs = Math.max(at.getTime(), incident.openedAt.getTime() + delayMinutes * MINUTE_MS)
    return [{ id: receiver.id, isEscalation, dueAt: new Date(fromMs + receiver.groupSeconds * SECOND_MS) }]
  })
  if (targets.length === 0) return 0
  const { rowCount } = await client.query(INSERT, [
    ...[incidentId, kind, checked.at, JSON.stringify(checked), at],
    targets.map(({ id }) => id),
    targets.map(({ isEscalation }) => isEscalation),
    targets.map(({ dueAt }) => dueAt),
  ])
  return rowCount ?? 0
}
