import type { PoolClient } from '#infra/db/pool.ts'

const HANDLERS = `
  update incident set acknowledged_by = case acknowledged_by when $1 then $2 else acknowledged_by end,
    assigned_to = case assigned_to when $1 then $2 else assigned_to end
  where acknowledged_by = $1 or assigned_to = $1`
const TIMELINE = `
  update incident_event set who = case who when $1 then $2 else who end,
    detail = case detail ->> 'to' when $1 then jsonb_set(detail, '{to}', to_jsonb($2::text)) else detail end
  where who = $1 or detail ->> 'to' = $1`
const AUTHORS = ['notification_silence', 'notification_maintenance'].map(
  (table) => `update ${table} set author = $2 where author = $1`,
)

/** Incidents, silences and maintenance windows keep what was done; of an account that is deleted they name the role instead. In the transaction of the deletion. */
export async function eraseNames(client: PoolClient, { name, role }: { name: string; role: string }): Promise<void> {
  for (const text of [HANDLERS, TIMELINE, ...AUTHORS]) await client.query(text, [name, role])
}
