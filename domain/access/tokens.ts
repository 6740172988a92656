import type { Queryable } from '#infra/db/pool.ts'
import type { Restriction } from '#model/access/actor.ts'
import type { GrantedRole, Permission } from '#model/access/roles.ts'
import { digestOf, newSecret } from './secrets.ts'

/** Recognises a token, in logs and for scanners of secrets. */
const PREFIX = 'cw_'
/** `last_used_at` is written once in this time, not with every request. */
const LAST_USED_MS = 60_000

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

export const isToken = (text: string): boolean => text.startsWith(PREFIX)

/** Stores the hash of a new token. @returns the token, which nobody can read again */
export async function createToken(db: Queryable, token: NewToken, now: Date): Promise<{ id: string; secret: string }> {
  const secret = `${PREFIX}${newSecret()}`
  const { rows } = await db.query<{ id: string }>(
    `insert into service_token (name, hash, role, permissions, zones, owners, created_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id::text`,
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
  return { id: rows[0]?.id ?? '', secret }
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
