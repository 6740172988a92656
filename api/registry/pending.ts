/**
 * Devices that wait for approval (ingest/registry/admission.ts). An approved device registers itself with its next message;
 * those that are stored are replayed. Its row stays until all of them are, so that an interrupted replay continues.
 */
import { requireUnrestricted } from '#domain/access/within.ts'
import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import type { PendingResponse } from '#model/api/devices.ts'
import type { LiveSource } from '../live/source.ts'
import { recordChange } from '../queries/registry-changes.ts'
import { replay } from '../replay/replay.ts'

type Row = Omit<PendingResponse['devices'][number], 'firstSeen' | 'lastSeen' | 'approvedAt'> & {
  firstSeen: Date
  lastSeen: Date
  approvedAt: Date | null
}
type Page = { readonly search?: string | undefined; readonly after?: string | undefined; readonly limit: number }

/** In the order of their names. */
export async function selectPending(
  db: Queryable,
  { search, after, limit }: Page,
): Promise<{ devices: PendingResponse['devices']; total: number }> {
  const { rows } = await db.query<Row>(
    `select device, nullif(domain, '') as domain, topic, client, properties, first_seen as "firstSeen", last_seen as "lastSeen",
            messages, stored, bytes, approved_at as "approvedAt"
     from pending_device
     where ($1::text is null or device > $1) and ($2::text is null or strpos(lower(device || ' ' || topic), lower($2)) > 0)
     order by device limit $3`,
    [after ?? null, search ?? null, limit],
  )
  const all = await db.query<{ total: number }>('select count(*)::int as total from pending_device')
  return {
    devices: rows.map((row) => ({
      ...row,
      firstSeen: row.firstSeen.toISOString(),
      lastSeen: row.lastSeen.toISOString(),
      approvedAt: row.approvedAt?.toISOString() ?? null,
    })),
    total: all.rows[0]?.total ?? 0,
  }
}

type Approval = { readonly devices?: readonly string[] | undefined; readonly topicPrefix?: string | undefined }

/** @returns the devices that were not approved before. @throws AppError OUTSIDE_RESTRICTION */
export async function approve(pool: Pool, by: Actor, { devices, topicPrefix }: Approval): Promise<string[]> {
  // a device that waits is in no zone yet and has no owner
  requireUnrestricted(by, 'the approval of devices')
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ device: string }>(
      `update pending_device set approved_at = now()
       where approved_at is null and ($1::text[] is null or device = any($1)) and ($2::text is null or starts_with(topic, $2))
       returning device`,
      [devices ?? null, topicPrefix ?? null],
    )
    const approved = rows.map(({ device }) => device)
    const subject = approved.length === 1 ? (approved[0] ?? '') : `${approved.length} devices`
    if (approved.length > 0)
      await recordChange(client, { by, action: 'device.approve', subject, after: { devices: approved } })
    return approved
  })
}

export type ReplayDeps = { readonly pool: Pool; readonly live: LiveSource; readonly clock: () => Date }

/** Replays the stored messages of approved devices, and forgets the devices of which all are replayed. */
export async function replayApproved({ pool, live, clock }: ReplayDeps): Promise<number> {
  const { rows } = await pool.query<{ device: string }>(
    'select device from pending_device where approved_at is not null order by device',
  )
  if (rows.length === 0) return 0
  const devices = rows.map(({ device }) => device)
  const { replayed } = await replay({ pool, live, clock }, { reason: 'awaiting_approval', devices })
  await pool.query(FORGET)
  return replayed
}

// A batch that was prepared before the approval may still bring a message.
const FORGET = `
  delete from pending_device p
  where p.approved_at < now() - interval '1 minute' and exists (select from thing_name n where n.device = p.device)
    and not exists (
      select from rejected_message r
      where r.devices <> '{}' and r.devices @> array[p.device] and r.reason = 'awaiting_approval' and r.replayed_at is null
        and octet_length(r.payload) >= r.full_bytes)`
