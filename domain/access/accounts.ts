import type { Queryable } from '#infra/db/pool.ts'
import type { Restriction } from '#model/access/actor.ts'
import type { GrantedRole } from '#model/access/roles.ts'
import { AppError } from '#model/basics/errors.ts'

const MAX_ACCOUNTS = 10_000

/** An account with what signing in needs; nothing of it leaves the server as it is. */
export type Account = {
  readonly id: string
  readonly name: string
  readonly role: GrantedRole
  readonly zones: readonly string[] | null
  readonly owners: readonly string[] | null
  readonly password: string | null
  readonly passwordTemporary: boolean
  readonly passwordSetAt: Date
  readonly totpSecret: Buffer | null
  readonly totpEnabledAt: Date | null
  readonly totpStep: number | null
  readonly oidcIssuer: string | null
  readonly oidcSubject: string | null
  readonly disabled: boolean
  readonly createdAt: Date
  readonly signedInAt: Date | null
}

export const ACCOUNT_COLUMNS = `a.id::text, a.name, a.role, a.zones, a.owners, a.password, a.password_temporary as "passwordTemporary",
  coalesce(a.password_changed_at, a.created_at) as "passwordSetAt",
  a.totp_secret as "totpSecret", a.totp_enabled_at as "totpEnabledAt", a.totp_step as "totpStep", a.oidc_issuer as "oidcIssuer",
  a.oidc_subject as "oidcSubject", a.disabled, a.created_at as "createdAt", a.signed_in_at as "signedInAt"`

/** Names are compared without regard to case and to how an accented letter is written. */
export const canonicalName = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

export async function findAccount(db: Queryable, name: string): Promise<Account | undefined> {
  const statement = `select ${ACCOUNT_COLUMNS} from account a where a.name = $1`
  return (await db.query<Account>(statement, [canonicalName(name)])).rows[0]
}

/** Locks the account until the end of the transaction. @throws AppError ACCOUNT_UNKNOWN */
export async function requireAccount(db: Queryable, id: string): Promise<Account> {
  const statement = `select ${ACCOUNT_COLUMNS} from account a where a.id = $1::bigint for update`
  const account = (await db.query<Account>(statement, [id])).rows[0]
  if (!account) throw new AppError('ACCOUNT_UNKNOWN', id)
  return account
}

export async function findSubject(db: Queryable, issuer: string, subject: string): Promise<Account | undefined> {
  const statement = `select ${ACCOUNT_COLUMNS} from account a where a.oidc_issuer = $1 and a.oidc_subject = $2 for update`
  return (await db.query<Account>(statement, [issuer, subject])).rows[0]
}

export async function selectAccounts(
  db: Queryable,
  { after, limit }: { after: number; limit: number },
): Promise<Account[]> {
  const statement = `select ${ACCOUNT_COLUMNS} from account a where a.id > $1 order by a.id limit $2`
  return (await db.query<Account>(statement, [after, limit])).rows
}

export type NewAccount = {
  readonly name: string
  readonly role: GrantedRole
  readonly restriction: Restriction | null
  /** scrypt hash of a temporary password; null: signs in at the identity provider */
  readonly password: string | null
  readonly oidc?: { readonly issuer: string; readonly subject: string }
}

/** @throws AppError ACCOUNT_TAKEN, VALUE_INVALID */
export async function insertAccount(
  db: Queryable,
  { name, role, restriction, password, oidc }: NewAccount,
): Promise<Account> {
  const { rows } = await db.query<Account>(
    `insert into account as a (name, role, zones, owners, password, password_temporary, oidc_issuer, oidc_subject)
     select $1::text, $2::text, $3::text[], $4::text[], $5::text, $5::text is not null, $6::text, $7::text
     where (select count(*) from account) < ${MAX_ACCOUNTS}
     on conflict (name) do nothing returning ${ACCOUNT_COLUMNS}`,
    [
      canonicalName(name),
      role,
      restriction?.zones ?? null,
      restriction?.owners ?? null,
      password,
      oidc?.issuer ?? null,
      oidc?.subject ?? null,
    ],
  )
  if (rows[0]) return rows[0]
  if (await findAccount(db, name)) throw new AppError('ACCOUNT_TAKEN', canonicalName(name))
  throw new AppError('VALUE_INVALID', `there are ${MAX_ACCOUNTS} accounts, and no more can be created; delete some`)
}

export type AccountChange = {
  readonly role: GrantedRole
  readonly restriction: Restriction | null
  readonly disabled: boolean
}

export async function updateAccount(
  db: Queryable,
  id: string,
  { role, restriction, disabled }: AccountChange,
): Promise<void> {
  await db.query('update account set role = $2, zones = $3, owners = $4, disabled = $5 where id = $1', [
    id,
    role,
    restriction?.zones ?? null,
    restriction?.owners ?? null,
    disabled,
  ])
}

/** @param password scrypt hash */
export async function setPassword(db: Queryable, id: string, password: string, isTemporary: boolean): Promise<void> {
  await db.query(
    'update account set password = $2, password_temporary = $3, password_changed_at = now() where id = $1',
    [id, password, isTemporary],
  )
}

/** A new temporary password, no second factor, no sessions: for somebody who lost the former ones. */
export async function resetAccount(db: Queryable, id: string, password: string): Promise<void> {
  await setPassword(db, id, password, true)
  await setTotp(db, id, null, null)
  await db.query('delete from recovery_code where account_id = $1', [id])
  await db.query('delete from session where account_id = $1', [id])
}

/** @param enabledAt null: being set up; with no secret either: switched off */
export async function setTotp(db: Queryable, id: string, secret: Buffer | null, enabledAt: Date | null): Promise<void> {
  await db.query(
    'update account set totp_secret = $2, totp_enabled_at = $3, totp_step = case when $2::bytea is null then null else totp_step end where id = $1',
    [id, secret, enabledAt],
  )
}

/** Uses up a code. @returns false when it, or a later one, was used meanwhile */
export async function takeTotpStep(db: Queryable, id: string, step: number): Promise<boolean> {
  const { rowCount } = await db.query(
    'update account set totp_step = $2 where id = $1 and (totp_step is null or totp_step < $2)',
    [id, step],
  )
  return rowCount === 1
}
