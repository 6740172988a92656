import type { Pool } from '#infra/db/pool.ts'

/** Of one incident to one receiver: an incident that is open for months does not remind for months. */
const MAX_REMINDERS = 50

// The time of a reminder follows from the message before it, so two workers insert the same row, once.
const REMIND = `
  with last as (
    select n.incident_id, n.receiver_id, max(m.finished_at) as last_sent, count(*) filter (where n.kind = 'reminder') as reminders
    from notification n
    join notification_message m on m.id = n.message_id
    join notification_incident i on i.incident_id = n.incident_id and i.state <> 'ended'
    where m.state = 'sent'
    group by 1, 2
  )
  insert into notification (incident_id, kind, event_at, receiver_id, event, due_at, created_at)
  select i.incident_id, 'reminder', t.due, r.id,
         i.event || jsonb_build_object('kind', 'reminder', 'at', to_char(t.due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
         t.due, $1
  from last
  join notification_incident i on i.incident_id = last.incident_id
  join notification_receiver r on r.id = last.receiver_id and r.enabled and r.deleted_at is null
  cross join lateral (
    select last.last_sent + make_interval(mins => case i.state when 'open' then r.remind_minutes else r.remind_acknowledged_minutes end) as due
  ) t
  where t.due <= $1 and last.reminders < ${MAX_REMINDERS}
    and not coalesce((i.event ->> 'test')::boolean, false)
    and not exists (select from notification n
                    where n.incident_id = i.incident_id and n.receiver_id = r.id and n.state = 'waiting')
  on conflict (incident_id, kind, event_at, receiver_id) do nothing`

/**
 * Reminds of incidents that are still open, at the interval of each receiver since its last message about the incident; after an
 * acknowledgement at the receiver's other interval. @returns reminders written
 */
export async function remind(pool: Pool, at: Date): Promise<number> {
  return (await pool.query(REMIND, [at])).rowCount ?? 0
}
