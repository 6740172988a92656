import { inTransaction, type Pool } from '#infra/db/pool.ts'
import { type Account, findAccount, takeTotpStep } from './accounts.ts'
import { isPassword, TEMPORARY_PASSWORD_MS } from './password.ts'
import { takeRecoveryCode } from './recovery-codes.ts'
import { matchingStep } from './totp.ts'

export type Credentials = { readonly name: string; readonly password: string; readonly code?: string | undefined }

/**
 * `failed` does not say why: whoever tries learns nothing about which accounts there are. `expired`: the temporary password was
 * right, and is too old.
 */
export type SignIn =
  | { readonly outcome: 'verified' | 'code_required' | 'expired'; readonly account: Account }
  | { readonly outcome: 'failed'; readonly account: Account | undefined }

/** Checks name, password and, where the account has one, the second factor. The work is the same for names that do not exist. */
export async function verifyCredentials(pool: Pool, { name, password, code }: Credentials, now: Date): Promise<SignIn> {
  const account = await findAccount(pool, name)
  const isRight = await isPassword(password, account?.password ?? null)
  if (!account || !isRight || account.disabled) return { outcome: 'failed', account }
  if (account.passwordTemporary && now.getTime() - account.passwordSetAt.getTime() >= TEMPORARY_PASSWORD_MS)
    return { outcome: 'expired', account }
  if (account.totpEnabledAt === null) return { outcome: 'verified', account }
  if (code === undefined) return { outcome: 'code_required', account }
  return { outcome: (await isSecondFactor(pool, account, code, now)) ? 'verified' : 'failed', account }
}

/** Whether this is a code of the authenticator app or an unused recovery code; it is used up by that. */
export async function isSecondFactor(pool: Pool, account: Account, code: string, now: Date): Promise<boolean> {
  const compact = code.replace(/\s/g, '')
  return inTransaction(pool, async (client) => {
    if (!/^\d{6}$/.test(compact)) return takeRecoveryCode(client, account.id, compact, now)
    if (account.totpSecret === null) return false
    const step = matchingStep(account.totpSecret, compact, now, account.totpStep)
    return step !== undefined && (await takeTotpStep(client, account.id, step))
  })
}
