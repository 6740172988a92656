import type { Pool } from '#infra/db/pool.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { NOTIFICATION_RETENTION_DAYS } from '#model/basics/retention.ts'

const EXPIRED = [
  `delete from notification where created_at < $1 and state <> 'waiting'`,
  `delete from notification_message m where m.created_at < $1 and m.state <> 'pending'
     and not exists (select from notification n where n.message_id = m.id)`,
  `delete from notification_incident i where i.ended_at < $1
     and not exists (select from notification n where n.incident_id = i.incident_id)`,
  `delete from notification_silence where ends_at < $1`,
  `delete from notification_receiver r where r.deleted_at < $1
     and not exists (select from notification n where n.receiver_id = r.id)
     and not exists (select from notification_message m where m.receiver_id = r.id)`,
]

export async function deleteExpiredNotifications(pool: Pool, now: Date): Promise<void> {
  const before = new Date(now.getTime() - NOTIFICATION_RETENTION_DAYS * DAY_MS)
  for (const statement of EXPIRED) await pool.query(statement, [before])
}
