import { randomBytes } from 'node:crypto'
import type { Queryable } from '#infra/db/pool.ts'
import { digestOf } from './secrets.ts'
import { base32 } from './totp.ts'

const CODES = 10
/** 80 bits: nobody finds one by trying. */
const CODE_BYTES = 10

/** ABCD-EFGH-IJKL-MNOP, however it was typed. */
const canonical = (code: string): string => code.toUpperCase().replace(/[^A-Z2-7]/g, '')

/** Replaces the recovery codes of an account. @returns the new ones, which nobody can read again */
export async function newRecoveryCodes(db: Queryable, accountId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () => base32(randomBytes(CODE_BYTES)))
  await db.query('delete from recovery_code where account_id = $1', [accountId])
  await db.query('insert into recovery_code (account_id, hash) select $1, unnest($2::bytea[])', [
    accountId,
    codes.map(digestOf),
  ])
  return codes.map((code) => code.match(/.{4}/g)?.join('-') ?? code)
}

/** Whether this is an unused code of the account; it is used up by that. */
export async function takeRecoveryCode(db: Queryable, accountId: string, code: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    'update recovery_code set used_at = $3 where account_id = $1 and hash = $2 and used_at is null',
    [accountId, digestOf(canonical(code)), now],
  )
  return rowCount === 1
}

export async function countRecoveryCodes(db: Queryable, accountId: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'select count(*) as n from recovery_code where account_id = $1 and used_at is null',
    [accountId],
  )
  return rows[0]?.n ?? 0
}
