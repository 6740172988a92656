import type { Queryable } from '#infra/db/pool.ts'
import type { Restriction } from '#model/access/actor.ts'
import type { GrantedRole, Permission } from '#model/access/roles.ts'
import { AppError } from '#model/basics/errors.ts'
import { digestOf, newSecret } from './secrets.ts'

/** Recognises a token, in logs and for scanners of secrets. */
const PREFIX = 'cw_'
/** `last_used_at` is written once in this time, not with every request. */
const LAST_USED_MS = 60_000
const MAX_TOKENS = 1_000

export type NewToken = {
  readonly name: string
  readonly role: GrantedRole
  readonly permissions: readonly Permission[] | null
  readonly restriction: Restriction | null
  readonly createdBy: string | null
  readonly expiresAt: Date
}

export type KnownToken = {
  readonly id: string
  readonly name: string
  readonly role: GrantedRole
  readonly permissions: readonly Permission[] | null
  readonly zones: readonly string[] | null
  readonly owners: readonly string[] | null
  /** id of the account that answers for it; null: whoever has the key */
  readonly madeBy: string | null
}

export type StoredToken = KnownToken & {
  /** name of that account */
  readonly madeByName: string | null
  /** what that account may no longer create works no longer */
  readonly isSuspended: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
}

export const isToken = (text: string): boolean => text.startsWith(PREFIX)

/** Stores the hash of a new token. @returns the token, which nobody can read again. @throws AppError VALUE_INVALID */
export async function createToken(db: Queryable, token: NewToken, now: Date): Promise<{ id: string; secret: string }> {
  const secret = `${PREFIX}${newSecret()}`
  const { rows } = await db.query<{ id: string }>(
    `insert into service_token (name, hash, role, permissions, zones, owners, created_by, created_at, expires_at)
     select $1::text, $2::bytea, $3::text, $4::text[], $5::text[], $6::text[], $7::bigint, $8::timestamptz, $9::timestamptz
     where (select count(*) from service_token) < ${MAX_TOKENS} returning id::text`,
    [
      token.name,
      digestOf(secret),
      token.role,
      token.permissions,
      token.restriction?.zones ?? null,
      token.restriction?.owners ?? null,
      token.createdBy,
      now,
      token.expiresAt,
    ],
  )
  if (!rows[0]) throw new AppError('VALUE_INVALID', `there are ${MAX_TOKENS} tokens, and no more can be created`)
  return { id: rows[0].id, secret }
}

// Whoever may no longer create tokens has none that work: an account that is disabled, restricted, or no administrator.
const SUSPENDED = `(a.id is not null and (a.disabled or a.role <> 'administrator' or a.zones is not null))`
const FROM = 'service_token t left join account a on a.id = t.created_by'

/** The token with this secret, unless it has expired, was revoked or is suspended. */
export async function findToken(db: Queryable, secret: string, now: Date): Promise<KnownToken | undefined> {
  const { rows } = await db.query<KnownToken & { lastUsedAt: Date | null }>(
    `select t.id::text, t.name, t.role, t.permissions, t.zones, t.owners, t.created_by::text as "madeBy", t.last_used_at as "lastUsedAt"
     from ${FROM} where t.hash = $1 and t.revoked_at is null and t.expires_at > $2 and not ${SUSPENDED}`,
    [digestOf(secret), now],
  )
  const [token] = rows
  if (token && (token.lastUsedAt === null || now.getTime() - token.lastUsedAt.getTime() >= LAST_USED_MS))
    await db.query('update service_token set last_used_at = $2 where id = $1', [token.id, now])
  return token
}

const COLUMNS = `t.id::text, t.name, t.role, t.permissions, t.zones, t.owners, t.created_by::text as "madeBy", a.name as "madeByName",
  ${SUSPENDED} as "isSuspended", t.created_at as "createdAt", t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt",
  t.revoked_at as "revokedAt"`

export async function selectTokens(db: Queryable): Promise<StoredToken[]> {
  return (await db.query<StoredToken>(`select ${COLUMNS} from ${FROM} order by t.id desc`)).rows
}

/** @throws AppError TOKEN_UNKNOWN */
export async function requireToken(db: Queryable, id: string): Promise<StoredToken> {
  const { rows } = await db.query<StoredToken>(`select ${COLUMNS} from ${FROM} where t.id = $1::bigint`, [id])
  if (!rows[0]) throw new AppError('TOKEN_UNKNOWN', id)
  return rows[0]
}

/** @returns false when there is no such token, or it was revoked already */
export async function revokeToken(db: Queryable, id: string, now: Date): Promise<boolean> {
  const statement = 'update service_token set revoked_at = $2 where id = $1::bigint and revoked_at is null'
  return (await db.query(statement, [id, now])).rowCount === 1
}

/** Another account answers for the token from now on. @returns false when there is no such token, or it was revoked */
export async function takeOverToken(db: Queryable, id: string, madeBy: string | null): Promise<boolean> {
  const statement = 'update service_token set created_by = $2 where id = $1::bigint and revoked_at is null'
  return (await db.query(statement, [id, madeBy])).rowCount === 1
}

/** All tokens for which an account answers, before it is deleted. @returns how many there were */
export async function revokeTokensOf(db: Queryable, account: string, now: Date): Promise<number> {
  const statement = 'update service_token set revoked_at = $2 where created_by = $1::bigint and revoked_at is null'
  return (await db.query(statement, [account, now])).rowCount ?? 0
}
