import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { DAY_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { audit } from '../audit/audit.ts'

/** How long ago something may have happened that is written down now. */
const MAX_AGE_MS = 30 * DAY_MS
/** Clocks of pages that are a little fast. */
const TOLERANCE_MS = 5 * MINUTE_MS

type By = { readonly by: Actor; readonly now: Date }
type Note = By & { readonly text: string; readonly at: Date; readonly incidents: readonly string[] }

/** @throws AppError VALUE_INVALID for a time in the future or long ago, and for incidents that there are not */
export const writeNote = (pool: Pool, { by, text, at, incidents, now }: Note): Promise<number> =>
  inTransaction(pool, async (client) => {
    if (at.getTime() > now.getTime() + TOLERANCE_MS || at.getTime() < now.getTime() - MAX_AGE_MS)
      throw new AppError('VALUE_INVALID', `at = ${at.toISOString()}: must lie within the last 30 days`)
    const id = await insert(client, { kind: 'note', at, text, by, now })
    const ids = [...new Set(incidents)]
    const { rowCount } = await client.query(`${COPY} where id = any($2::bigint[])`, [id, ids])
    if (rowCount !== ids.length) throw new AppError('VALUE_INVALID', `incidents = ${ids.join(', ')}: some are unknown`)
    await audit(client, { by, action: 'shift.note', subject: `shift:${id}`, after: { at, incidents: ids } })
    return id
  })

/** An entry with the incidents that are open; it waits until the next operator accepts it, or writes another one. */
export const handOver = (pool: Pool, { by, text, now }: By & { readonly text: string }): Promise<number> =>
  inTransaction(pool, async (client) => {
    const id = await insert(client, { kind: 'handover', at: now, text, by, now })
    const { rowCount } = await client.query(`${COPY} where closed_at is null`, [id])
    await audit(client, { by, action: 'shift.handover', subject: `shift:${id}`, after: { openIncidents: rowCount } })
    return id
  })

const COPY = `
  insert into shift_entry_incident (entry_id, incident_id, severity, condition, handling)
  select $1, id, severity, condition, handling from incident`

type Entry = { readonly kind: 'handover' | 'note'; readonly authorAccount: number | null; readonly accepted: boolean }

/**
 * Whoever accepts is not who hands over, where accounts tell them apart. Two who accept at once wait for each other.
 * @throws AppError SHIFT_ENTRY_UNKNOWN
 * @throws AppError HANDOVER_CONFLICT when it is accepted already, replaced by a later one, or one's own
 */
export const acceptHandover = (pool: Pool, id: number, { by, now }: By): Promise<void> =>
  inTransaction(pool, async (client) => {
    await raise(client)
    const entry = await requireEntry(client, id)
    const later = await client.query(`select from shift_entry where kind = 'handover' and id > $1 limit 1`, [id])
    const conflict = conflictOf({ ...entry, id, isReplaced: later.rows.length > 0 }, by)
    if (conflict !== undefined) throw new AppError('HANDOVER_CONFLICT', conflict)
    await client.query(
      `update shift_entry set accepted_at = $2, accepted_account = $3, accepted_kind = $4, accepted_role = $5 where id = $1`,
      [id, now, accountOf(by), by.kind, by.role],
    )
    await audit(client, { by, action: 'shift.accept', subject: `shift:${id}` })
  })

/** For a text that holds what it should not, such as names of persons: the entry stays, its text goes. */
export const eraseText = (pool: Pool, id: number, { by, now }: By): Promise<void> =>
  inTransaction(pool, async (client) => {
    await raise(client)
    await requireEntry(client, id)
    await client.query(`update shift_entry set text = null, erased_at = coalesce(erased_at, $2) where id = $1`, [
      id,
      now,
    ])
    await audit(client, { by, action: 'shift.erase_text', subject: `shift:${id}` })
  })

/** Every change goes through this row, so that the log has one order and a page that saw the revision sees the change. */
const raise = (client: PoolClient): Promise<unknown> =>
  client.query(`update shift_log_revision set revision = revision + 1`)

type NewEntry = By & { readonly kind: Entry['kind']; readonly at: Date; readonly text: string }

async function insert(client: PoolClient, { kind, at, text, by, now }: NewEntry): Promise<number> {
  await raise(client)
  const { rows } = await client.query<{ id: number }>(
    `insert into shift_entry (kind, at, written_at, author_account, author_kind, author_role, text)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [kind, at, now, accountOf(by), by.kind, by.role, text],
  )
  return (rows[0] as { id: number }).id
}

const accountOf = ({ kind, id }: Actor): string | null => (kind === 'account' ? id : null)

/** Why `by` may not accept this entry; undefined where nothing speaks against it. */
function conflictOf(entry: Entry & { id: number; isReplaced: boolean }, by: Actor): string | undefined {
  const { id, kind, accepted, isReplaced, authorAccount } = entry
  if (kind === 'note') return `entry ${id} is a note; only a hand-over is accepted`
  if (accepted) return `hand-over ${id} is accepted already`
  if (isReplaced) return `hand-over ${id} was replaced by a later one`
  if (by.kind === 'account' && String(authorAccount) === by.id)
    return `hand-over ${id} is your own; the next operator accepts it`
  return undefined
}

async function requireEntry(client: PoolClient, id: number): Promise<Entry> {
  const { rows } = await client.query<Entry>(
    `select kind, author_account as "authorAccount", accepted_at is not null as accepted from shift_entry
     where id = $1 for update`,
    [id],
  )
  const [row] = rows
  if (!row) throw new AppError('SHIFT_ENTRY_UNKNOWN', String(id))
  return row
}
