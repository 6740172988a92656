import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { type Account, requireAccount, setPassword, setTotp, takeTotpStep } from '#domain/access/accounts.ts'
import { checkPassword, hashPassword, isPassword } from '#domain/access/password.ts'
import { countRecoveryCodes, newRecoveryCodes } from '#domain/access/recovery-codes.ts'
import { closeSessions, openSession, selectSessions } from '#domain/access/sessions.ts'
import { isSecondFactor } from '#domain/access/sign-in.ts'
import { base32, matchingStep, newTotpSecret, otpauthUri } from '#domain/access/totp.ts'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction, type PoolClient } from '#infra/db/pool.ts'
import * as contract from '#model/api/access.ts'
import { AppError } from '#model/basics/errors.ts'
import type { ApiDeps } from '../../routes/deps.ts'
import { clearCookie, readCookie, writeCookie } from '../cookies.ts'
import { deviceOf } from '../device.ts'
import type { SignInLimits } from '../sign-in-limits.ts'

const tags = ['access']
type Deps = Pick<ApiDeps, 'pool' | 'clock'> & { limits: SignInLimits }

const idOf = ({ actor }: FastifyRequest): string => actor.id ?? ''

/** What somebody does with an account of their own. Everything that weakens it needs the password again. */
export const accountRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, clock } = deps
    app.get(
      '/account',
      { schema: { tags, summary: 'The account of whoever has signed in', response: { 200: contract.ownAccount } } },
      async (request, reply) => {
        reply.header('cache-control', 'no-store')
        return inTransaction(pool, async (client) => {
          const account = await requireAccount(client, idOf(request))
          const sessions = await selectSessions(client, account.id, readCookie(request) ?? '', clock())
          return describe(account, await countRecoveryCodes(client, account.id), sessions)
        })
      },
    )
    app.put(
      '/account/password',
      {
        schema: {
          tags,
          summary: 'Change the password; all other sessions end',
          body: contract.passwordChange,
          response: { 200: contract.sessionsEnded },
        },
      },
      async (request, reply) => {
        const { current, next } = request.body
        const account = await verifyAgain(deps, request, reply, current)
        checkPassword(next, account.name)
        if (next === current) throw new AppError('VALUE_INVALID', 'the password is the one that is in use')
        const hash = await hashPassword(next)
        return rotate(deps, request, reply, 'account.password', (client) =>
          setPassword(client, account.id, hash, false),
        )
      },
    )
    app.delete(
      '/account/sessions',
      { schema: { tags, summary: 'Sign out everywhere, here too', response: { 200: contract.sessionsEnded } } },
      async (request, reply) => {
        const ended = await inTransaction(pool, async (client) => {
          const n = await closeSessions(client, idOf(request))
          await audit(client, {
            by: request.actor,
            action: 'sign_out.everywhere',
            subject: `account:${idOf(request)}`,
            after: { ended: n },
          })
          return n
        })
        clearCookie(reply)
        return { ended }
      },
    )
    await app.register(secondFactorRoutes(deps))
  }

const secondFactorRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, clock } = deps
    app.post(
      '/account/totp',
      {
        schema: {
          tags,
          summary: 'Set up a second factor: a secret for an authenticator app, in force once a code confirms it',
          body: contract.withPassword,
          response: { 200: contract.totpSetup },
        },
      },
      async (request, reply) => {
        const account = await verifyAgain(deps, request, reply, request.body.password)
        if (account.totpEnabledAt)
          throw new AppError('VALUE_INVALID', 'the second factor is on; switch it off to set up another')
        const secret = newTotpSecret()
        await inTransaction(pool, async (client) => {
          await setTotp(client, account.id, secret, null)
          await audit(client, { by: request.actor, action: 'account.totp_setup', subject: `account:${account.id}` })
        })
        reply.header('cache-control', 'no-store')
        return { secret: base32(secret), uri: otpauthUri(secret, account.name, 'Citywell') }
      },
    )
    app.put(
      '/account/totp',
      {
        schema: {
          tags,
          summary: 'Confirm the second factor with a code; gives recovery codes, and all other sessions end',
          body: contract.withCode,
          response: { 200: contract.recoveryCodes },
        },
      },
      async (request, reply) => {
        deps.limits.take(request, reply, request.actor.name)
        let codes: string[] = []
        await rotate(deps, request, reply, 'account.totp_on', async (client) => {
          const { id, totpSecret, totpEnabledAt } = await requireAccount(client, idOf(request))
          if (!totpSecret || totpEnabledAt) throw new AppError('VALUE_INVALID', 'no second factor is being set up')
          const step = matchingStep(totpSecret, request.body.code, clock(), null)
          if (step === undefined)
            throw new AppError('VALUE_INVALID', 'code: is not valid now; check the clock of the device')
          await setTotp(client, id, totpSecret, clock())
          await takeTotpStep(client, id, step)
          codes = await newRecoveryCodes(client, id)
        })
        return { codes }
      },
    )
    app.delete(
      '/account/totp',
      {
        schema: {
          tags,
          summary: 'Switch the second factor off; all other sessions end',
          body: contract.withPasswordAndCode,
          response: { 200: contract.sessionsEnded },
        },
      },
      async (request, reply) => {
        const account = await verifyAgain(deps, request, reply, request.body.password, request.body.code)
        return rotate(deps, request, reply, 'account.totp_off', async (client) => {
          await setTotp(client, account.id, null, null)
          await client.query('delete from recovery_code where account_id = $1', [account.id])
        })
      },
    )
    app.post(
      '/account/recovery-codes',
      {
        schema: {
          tags,
          summary: 'New recovery codes in place of the former ones',
          body: contract.withPasswordAndCode,
          response: { 200: contract.recoveryCodes },
        },
      },
      async (request, reply) => {
        const account = await verifyAgain(deps, request, reply, request.body.password, request.body.code)
        const codes = await inTransaction(pool, async (client) => {
          const made = await newRecoveryCodes(client, account.id)
          await audit(client, { by: request.actor, action: 'account.recovery_codes', subject: `account:${account.id}` })
          return made
        })
        reply.header('cache-control', 'no-store')
        return { codes }
      },
    )
  }

/** @throws AppError SIGN_IN_FAILED, RATE_LIMITED */
async function verifyAgain(
  { pool, clock, limits }: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  password: string,
  code?: string,
): Promise<Account> {
  limits.take(request, reply, request.actor.name)
  const account = await inTransaction(pool, (client) => requireAccount(client, idOf(request)))
  const isRight = await isPassword(password, account.password)
  if (isRight && (code === undefined || (await isSecondFactor(pool, account, code, clock())))) return account
  await audit(pool, { by: request.actor, action: 'sign_in.failed', subject: `account:${account.id}` })
  throw new AppError('SIGN_IN_FAILED')
}

/** A change of how one signs in: all sessions end, and whoever made it goes on in a new one. */
async function rotate(
  { pool, clock }: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  action: string,
  change: (client: PoolClient) => Promise<void>,
): Promise<{ ended: number }> {
  const { id, ended } = await inTransaction(pool, async (client) => {
    await change(client)
    const accountId = idOf(request)
    const closed = await closeSessions(client, accountId)
    const opened = await openSession(
      client,
      { accountId },
      { device: deviceOf(request.headers['user-agent']), now: clock() },
    )
    await audit(client, { by: request.actor, action, subject: `account:${accountId}` })
    return { id: opened, ended: Math.max(0, closed - 1) }
  })
  writeCookie(reply, id)
  return { ended }
}

type Sessions = Awaited<ReturnType<typeof selectSessions>>

const describe = (account: Account, left: number, sessions: Sessions): contract.OwnAccount => ({
  id: account.id,
  name: account.name,
  role: account.role,
  restriction: account.zones && account.owners ? { zones: [...account.zones], owners: [...account.owners] } : null,
  hasPassword: account.password !== null,
  secondFactor: account.totpEnabledAt !== null,
  recoveryCodes: left,
  sessions: sessions.map(({ device, createdAt, lastUsedAt, isCurrent }) => ({
    device,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    isCurrent,
  })),
})
