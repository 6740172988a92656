import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { isWithin } from '#model/access/restriction.ts'
import type { Handling } from '#model/alerting/states.ts'
import { AppError } from '#model/basics/errors.ts'
import { requireWithin } from '../access/within.ts'
import { audit } from '../audit/audit.ts'
import { stopEscalation } from '../notifications/acknowledge.ts'
import { addEvent, closeIncidents, notify } from './incidents.ts'

type Action = {
  readonly by: Actor
  /** as the history names who acted */
  readonly who: string
  readonly note?: string | undefined
  readonly now: Date
}

/** A second acknowledgement is recorded too; the first one is what counts. Escalation stops at once. */
export const acknowledge = (pool: Pool, id: number, { by, who, note, now }: Action): Promise<void> =>
  inTransaction(pool, async (client) => {
    const { handling } = await lockOpen(client, id, by)
    await stopEscalation(client, String(id), now)
    await client.query(
      `update incident set handling = case handling when 'open' then 'acknowledged' else handling end,
         acknowledged_by = coalesce(acknowledged_by, $2), acknowledged_at = coalesce(acknowledged_at, $3), updated_at = $3
       where id = $1`,
      [id, who, now],
    )
    const notified = handling === 'open' ? await notify(client, id, { kind: 'acknowledged', at: now }, now) : 0
    await addEvent(client, id, { kind: 'acknowledged', at: now, who, note, notified })
    await audit(client, { by, action: 'incident.acknowledge', subject: `incident:${id}` })
  })

export const assign = (
  pool: Pool,
  id: number,
  { by, who, note, now, to }: Action & { readonly to: string },
): Promise<void> =>
  inTransaction(pool, async (client) => {
    await lockOpen(client, id, by)
    await stopEscalation(client, String(id), now)
    await client.query(
      `update incident set handling = 'assigned', assigned_to = $2, acknowledged_by = coalesce(acknowledged_by, $3),
         acknowledged_at = coalesce(acknowledged_at, $4), updated_at = $4
       where id = $1`,
      [id, to, who, now],
    )
    await addEvent(client, id, { kind: 'assigned', at: now, who, note, detail: { to } })
    await audit(client, { by, action: 'incident.assign', subject: `incident:${id}`, personal: { after: to } })
  })

/** Closed incidents take notes as well: what was found out afterwards. */
export const addNote = (pool: Pool, id: number, { by, who, note, now }: Action): Promise<void> =>
  inTransaction(pool, async (client) => {
    await lock(client, id, by)
    await addEvent(client, id, { kind: 'note', at: now, who, note })
    await client.query(`update incident set updated_at = $2 where id = $1`, [id, now])
    await audit(client, { by, action: 'incident.note', subject: `incident:${id}` })
  })

/**
 * A person ends an incident. While the condition lasts, nothing is opened for it again; when it recurs after it was normal,
 * another incident opens.
 */
export const close = (pool: Pool, id: number, { by, who, note, now }: Action): Promise<void> =>
  inTransaction(pool, async (client) => {
    await lockOpen(client, id, by)
    await stopEscalation(client, String(id), now)
    await closeIncidents(client, [id], { reason: 'closed_by_person', now, who, note })
    await audit(client, { by, action: 'incident.close', subject: `incident:${id}` })
  })

type Locked = { readonly handling: Handling; readonly zone: string | null; readonly owner: string | null }
const LOCK = `
  select i.handling, i.owner, (select key from zone where id = i.zone_id) as zone from incident i where i.id = $1 for update`

/** @throws AppError INCIDENT_UNKNOWN, OUTSIDE_RESTRICTION */
async function lock(client: PoolClient, id: number, { restriction }: Actor): Promise<Locked> {
  const [row] = (await client.query<Locked>(LOCK, [id])).rows
  if (!row) throw new AppError('INCIDENT_UNKNOWN', String(id))
  requireWithin(isWithin(restriction, row), `the incident ${id}`)
  return row
}

async function lockOpen(client: PoolClient, id: number, by: Actor): Promise<Locked> {
  const row = await lock(client, id, by)
  if (row.handling === 'closed') throw new AppError('INCIDENT_CLOSED', String(id))
  return row
}
