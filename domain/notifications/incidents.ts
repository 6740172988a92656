/**
 * Incidents as far as notifications know them.
 *
 *     open --acknowledged--> acknowledged --resolved, closed, back--> ended
 *     open --resolved, closed, back---------------------------------> ended
 */
import type { PoolClient } from '#infra/db/pool.ts'
import { isEnding, type NotificationEvent } from '#model/notifications/event.ts'

type IncidentBefore = {
  /** it had ended before this event */
  readonly ended: boolean
  readonly acknowledged: boolean
  /** when its first event arrived */
  readonly openedAt: Date
}

// The lock makes events of one incident wait for each other.
const OPEN = `
  insert into notification_incident (incident_id, state, event, opened_at) values ($1, 'open', $2, $3)
  on conflict (incident_id) do update set incident_id = excluded.incident_id
  returning state, opened_at as "openedAt"`
const CHANGE = `
  update notification_incident set
    state = coalesce($2, state),
    event = case when ($3::jsonb ->> 'at')::timestamptz >= (event ->> 'at')::timestamptz then $3::jsonb else event end,
    acknowledged_at = case when $2 = 'acknowledged' then coalesce(acknowledged_at, $4) else acknowledged_at end,
    ended_at = case when $2 = 'ended' then $4 else ended_at end
  where incident_id = $1 and state <> 'ended'`

/** Takes an event into the state of its incident. @returns the state before; an incident that has ended stays as it is */
export async function recordIncident(client: PoolClient, event: NotificationEvent, at: Date): Promise<IncidentBefore> {
  const json = JSON.stringify(event)
  const { rows } = await client.query<{ state: string; openedAt: Date }>(OPEN, [event.incidentId, json, at])
  const before = rows[0] ?? { state: 'open', openedAt: at }
  const next = isEnding(event) ? 'ended' : event.kind === 'acknowledged' ? 'acknowledged' : null
  await client.query(CHANGE, [event.incidentId, next, json, at])
  return {
    ended: before.state === 'ended',
    acknowledged: before.state === 'acknowledged',
    openedAt: before.openedAt,
  }
}

const ACKNOWLEDGE = `
  update notification_incident set state = 'acknowledged', acknowledged_at = $2
  where incident_id = $1 and state = 'open'`

/** Marks the incident as acknowledged, for reminders; one that has ended, or is not known, stays as it is. */
export async function markAcknowledged(client: PoolClient, incidentId: string, at: Date): Promise<void> {
  await client.query(ACKNOWLEDGE, [incidentId, at])
}

const CANCEL_ESCALATION = `
  update notification set state = 'cancelled', cancelled = 'acknowledged', held_by = null
  where incident_id = $1 and state = 'waiting' and (escalation or kind = 'reminder')`

/** Later steps and reminders that wait are not sent. */
export async function cancelEscalation(client: PoolClient, incidentId: string): Promise<void> {
  await client.query(CANCEL_ESCALATION, [incidentId])
}
