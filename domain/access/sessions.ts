import type { Queryable } from '#infra/db/pool.ts'
import { ACCOUNT_COLUMNS, type Account } from './accounts.ts'
import { digestOf, newSecret } from './secrets.ts'

/*
 * A session: open -> ended, by signing out, by being idle, by its age, or by a change of what its account may do.
 * Its id is made anew at every sign-in and whenever the rights of its account change.
 */

/** Without a request; an operator who looks at the map all day makes some. */
export const SESSION_IDLE_MS = 2 * 3_600_000
/** A shift, whatever happens in it. */
export const SESSION_MS = 12 * 3_600_000
/** `last_used_at` is written once in this time, not with every request. */
const LAST_USED_MS = 60_000
/** Of one account; the oldest ends for a new one. */
const MAX_SESSIONS = 20

export type SessionOwner = { readonly accountId: string } | { readonly keyDigest: Buffer }
export type KnownSession = {
  readonly account: Account | null
  readonly keyDigest: Buffer | null
  readonly createdAt: Date
  readonly idToken: string | null
}

type Opened = { readonly device: string; readonly idToken?: string | null; readonly now: Date }

/** @returns the id for the cookie, which is stored as a hash only */
export async function openSession(
  db: Queryable,
  owner: SessionOwner,
  { device, idToken, now }: Opened,
): Promise<string> {
  const id = newSecret()
  const [accountId, keyDigest] = 'accountId' in owner ? [owner.accountId, null] : [null, owner.keyDigest]
  await db.query(
    `delete from session where hash in (
       select hash from session where account_id is not distinct from $1::bigint order by created_at desc offset ${MAX_SESSIONS - 1})`,
    [accountId],
  )
  await db.query(
    `insert into session (hash, account_id, key_digest, created_at, last_used_at, expires_at, device, id_token)
     values ($1, $2, $3, $4, $4, $5, $6, $7)`,
    [digestOf(id), accountId, keyDigest, now, new Date(now.getTime() + SESSION_MS), device, idToken ?? null],
  )
  return id
}

type Row = Account & {
  accountId: string | null
  keyDigest: Buffer | null
  openedAt: Date
  lastUsedAt: Date
  idToken: string | null
}

/** The open session with this id. @param isUse whether asking for it counts as a use, so that it is not idle */
export async function findSession(
  db: Queryable,
  id: string,
  now: Date,
  isUse = true,
): Promise<KnownSession | undefined> {
  const { rows } = await db.query<Row>(
    `select s.account_id::text as "accountId", s.key_digest as "keyDigest", s.created_at as "openedAt",
            s.last_used_at as "lastUsedAt", s.id_token as "idToken", ${ACCOUNT_COLUMNS}
     from session s left join account a on a.id = s.account_id
     where s.hash = $1 and s.expires_at > $2 and s.last_used_at > $3 and not coalesce(a.disabled, false)`,
    [digestOf(id), now, new Date(now.getTime() - SESSION_IDLE_MS)],
  )
  const [row] = rows
  if (!row) return undefined
  if (isUse && now.getTime() - row.lastUsedAt.getTime() >= LAST_USED_MS)
    await db.query('update session set last_used_at = $2 where hash = $1', [digestOf(id), now])
  const { keyDigest, openedAt, idToken } = row
  return { account: row.accountId === null ? null : row, keyDigest, createdAt: openedAt, idToken }
}

export async function closeSession(db: Queryable, id: string): Promise<void> {
  await db.query('delete from session where hash = $1', [digestOf(id)])
}

/** Ends all sessions of an account. @returns how many */
export async function closeSessions(db: Queryable, accountId: string): Promise<number> {
  return (await db.query('delete from session where account_id = $1', [accountId])).rowCount ?? 0
}

export type OwnSession = {
  readonly device: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
  readonly isCurrent: boolean
}

export async function selectSessions(
  db: Queryable,
  accountId: string,
  current: string,
  now: Date,
): Promise<OwnSession[]> {
  const { rows } = await db.query<OwnSession>(
    `select device, created_at as "createdAt", last_used_at as "lastUsedAt", hash = $2 as "isCurrent" from session
     where account_id = $1 and expires_at > $3 and last_used_at > $4 order by last_used_at desc`,
    [accountId, digestOf(current), now, new Date(now.getTime() - SESSION_IDLE_MS)],
  )
  return rows
}

export async function deleteEndedSessions(db: Queryable, now: Date): Promise<void> {
  await db.query('delete from session where expires_at <= $1 or last_used_at <= $2', [
    now,
    new Date(now.getTime() - SESSION_IDLE_MS),
  ])
}
