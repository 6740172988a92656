import { createHash } from 'node:crypto'
import type { Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { DAY_MS } from '#model/basics/durations.ts'

/** One change, as the audit log keeps it. */
export type AuditEntry = {
  readonly by: Actor
  /** `thing.change`, `account.create`, `sign_in.failed`: object, then what happened to it */
  readonly action: string
  /** what was changed: the key of a Thing, `account:7`; never a name of a person */
  readonly subject?: string
  readonly before?: unknown
  readonly after?: unknown
  /** what may have to be erased some day; stays outside of the hashed content */
  readonly personal?: { readonly subject?: string; readonly before?: string; readonly after?: string }
}

/** Of `before` and `after` each, as JSON; beyond it only its size and digest are kept. */
const MAX_STATE_BYTES = 20_000
const MAX_TEXT_LENGTH = 300
/** Long enough to follow up an incident. */
const NETWORK_RETENTION_DAYS = 180

const audited = new WeakSet<Actor>()

/** Whether something was written for this request already. */
export const isAudited = (actor: Actor): boolean => audited.has(actor)

/**
 * Appends to the audit log. Call it in the transaction of the change, as its last statement: rows have one order, so whoever
 * has appended makes others wait until the commit.
 */
export async function audit(client: Queryable, { by, personal = {}, ...entry }: AuditEntry): Promise<void> {
  const content = {
    action: entry.action,
    actor: { kind: by.kind, id: by.id, role: by.role },
    ...(entry.subject !== undefined && { subject: entry.subject.slice(0, MAX_TEXT_LENGTH) }),
    ...(entry.before !== undefined && { before: bounded(entry.before) }),
    ...(entry.after !== undefined && { after: bounded(entry.after) }),
    ...(by.requestId !== null && { requestId: by.requestId }),
  }
  const erasable = {
    ...personal,
    ...(by.kind !== 'anonymous' && { actor: by.name }),
    ...(by.from !== null && { network: by.from }),
  }
  await client.query('select audit_append($1::jsonb, $2::jsonb)', [JSON.stringify(content), JSON.stringify(erasable)])
  audited.add(by)
}

/** Erases networks that are older than their retention. Names stay, until their account is deleted. */
export async function expireNetworks(db: Queryable, now: Date): Promise<void> {
  await db.query('select audit_expire($1)', [new Date(now.getTime() - NETWORK_RETENTION_DAYS * DAY_MS)])
}

function bounded(state: unknown): unknown {
  const text = JSON.stringify(state) ?? 'null'
  const bytes = Buffer.byteLength(text)
  if (bytes <= MAX_STATE_BYTES) return state
  return { omitted: { bytes, sha256: createHash('sha256').update(text).digest('hex') } }
}
