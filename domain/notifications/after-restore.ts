import type { Queryable } from '#infra/db/pool.ts'

const CANCEL = [
  `update notification set state = 'cancelled', cancelled = 'restored', held_by = null where state = 'waiting'`,
  `update notification_message set state = 'undeliverable', last_error = 'not sent by the restored city', finished_at = now()
   where state = 'pending'`,
]

/**
 * What waited when a city was exported may have been sent since, and a copy for trying things out is not to notify anybody of what
 * is long over.
 */
export async function cancelWaitingNotifications(db: Queryable): Promise<void> {
  for (const statement of CANCEL) await db.query(statement)
}
