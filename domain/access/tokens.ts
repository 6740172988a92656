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
}

export type StoredToken = KnownToken & {
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

/** The token with this secret, unless it has expired or was revoked. */
export async function findToken(db: Queryable, secret: string, now: Date): Promise<KnownToken | undefined> {
  const { rows } = await db.query<KnownToken & { lastUsedAt: Date | null }>(
    `select id::text, name, role, permissions, zones, owners, last_used_at as "lastUsedAt" from service_token
     where hash = $1 and revoked_at is null and expires_at > $2`,
    [digestOf(secret), now],
  )
  const [token] = rows
  if (token && (token.lastUsedAt === null || now.getTime() - token.lastUsedAt.getTime() >= LAST_USED_MS))
    await db.query('update service_token set last_used_at = $2 where id = $1', [token.id, now])
  return token
}

const COLUMNS = `id::text, name, role, permissions, zones, owners, created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", revoked_at as "revokedAt"`

export async function selectTokens(db: Queryable): Promise<StoredToken[]> {
  return (await db.query<StoredToken>(`select ${COLUMNS} from service_token order by id desc`)).rows
}

/** @throws AppError TOKEN_UNKNOWN */
export async function requireToken(db: Queryable, id: string): Promise<StoredToken> {
  const { rows } = await db.query<StoredToken>(`select ${COLUMNS} from service_token where id = $1::bigint`, [id])
  if (!rows[0]) throw new AppError('TOKEN_UNKNOWN', id)
  return rows[0]
}

/** @returns false when there is no such token, or it was revoked already */
export async function revokeToken(db: Queryable, id: string, now: Date): Promise<boolean> {
  const statement = 'update service_token set revoked_at = $2 where id = $1::bigint and revoked_at is null'
  return (await db.query(statement, [id, now])).rowCount === 1
}
