import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { closeSession, findSession, openSession, type SessionOwner } from '#domain/access/sessions.ts'
import { type Credentials, verifyCredentials } from '#domain/access/sign-in.ts'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { type Actor, may } from '#model/access/actor.ts'
import { PERMISSION_NAMES } from '#model/access/roles.ts'
import { type SessionResponse, sessionResponse, signedOut, signInRequest } from '#model/api/access.ts'
import { AppError } from '#model/basics/errors.ts'
import type { ApiDeps } from '../../routes/deps.ts'
import { clearCookie, readCookie, requireOwnOrigin, writeCookie } from '../cookies.ts'
import { deviceOf } from '../device.ts'
import { holderOf, holderOfKey, isKey, keyDigestOf } from '../identify.ts'
import type { IdentityProvider } from '../identity-provider.ts'
import type { SignInLimits } from '../sign-in-limits.ts'
import { rootOf } from './oidc.ts'

const tags = ['access']
type Deps = Pick<ApiDeps, 'pool' | 'clock' | 'key' | 'publicAccess' | 'oidc'> & {
  limits: SignInLimits
  provider: IdentityProvider | undefined
}

/** Who is asking, sign in, sign out. */
export const sessionRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, clock, provider } = deps
    app.get(
      '/session',
      {
        schema: {
          tags,
          summary: 'Who is asking, and what that role may do',
          response: { 200: sessionResponse },
        },
      },
      async ({ actor }, reply) => {
        reply.header('cache-control', 'no-store')
        return describe(actor, deps)
      },
    )
    app.post(
      '/session',
      {
        schema: {
          tags,
          summary:
            'Sign in: name and password, and the code of the second factor where the account has one; or the key',
          description:
            'Sets a cookie. Every failure has the same answer. `CODE_REQUIRED`: the password is right, and `code` is missing. `PASSWORD_EXPIRED`: it is right, and a temporary one of more than 72 hours ago.',
          body: signInRequest,
          response: { 200: sessionResponse },
        },
      },
      async (request, reply) => {
        if (request.headers.origin !== undefined) requireOwnOrigin(request)
        const { body } = request
        const actor =
          'key' in body ? await withKey(deps, request, reply, body.key) : await withPassword(deps, request, reply, body)
        return describe(actor, deps)
      },
    )
    app.delete(
      '/session',
      { schema: { tags, summary: 'Sign out', response: { 200: signedOut } } },
      async (request, reply) => {
        const id = readCookie(request)
        let idToken: string | null = null
        if (id !== undefined) {
          requireOwnOrigin(request)
          idToken = (await findSession(pool, id, clock()))?.idToken ?? null
          await inTransaction(pool, async (client) => {
            await closeSession(client, id)
            if (request.actor.kind !== 'anonymous')
              await audit(client, { by: request.actor, action: 'sign_out', subject: subjectOf(request.actor) })
          })
        }
        clearCookie(reply)
        // an identity provider that does not answer must not keep anybody signed in here
        const continueAt =
          idToken !== null && provider
            ? await provider.signOutUrl(idToken, `${rootOf(request)}/`).catch(() => null)
            : null
        return { signedOut: true as const, continueAt }
      },
    )
  }

const subjectOf = ({ kind, id }: Actor): string => (id === null ? kind : `${kind}:${id}`)

function describe(actor: Actor, { publicAccess = true, oidc }: Deps): SessionResponse {
  const { kind, name, role, restriction, mustChangePassword = false } = actor
  return {
    kind: kind === 'command' || kind === 'system' ? 'anonymous' : kind,
    name,
    role,
    permissions: PERMISSION_NAMES.filter((permission) => may(actor, permission, publicAccess)),
    restriction: restriction && { zones: [...restriction.zones], owners: [...restriction.owners] },
    mustChangePassword,
    publicAccess,
    identityProvider: oidc?.name ?? null,
  }
}

async function withPassword(
  { pool, clock, limits, ...rest }: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  credentials: Credentials,
): Promise<Actor> {
  limits.take(request, reply, credentials.name)
  const { outcome, account } = await verifyCredentials(pool, credentials, clock())
  if (outcome === 'code_required') {
    // whoever gets this far knows the password
    await audit(pool, { by: request.actor, action: 'sign_in.code_missing', subject: `account:${account.id}` })
    throw new AppError('CODE_REQUIRED')
  }
  if (outcome === 'expired') {
    await audit(pool, { by: request.actor, action: 'sign_in.expired', subject: `account:${account.id}` })
    throw new AppError('PASSWORD_EXPIRED')
  }
  if (outcome === 'failed') {
    // the name that was tried is not kept: it may be a password in the wrong field
    const subject = account && { subject: `account:${account.id}` }
    await audit(pool, { by: request.actor, action: 'sign_in.failed', ...subject })
    throw new AppError('SIGN_IN_FAILED')
  }
  const actor = holderOf(request, account)
  await open({ pool, clock, ...rest }, request, reply, { owner: { accountId: account.id }, actor })
  return actor
}

async function withKey(
  { limits, ...deps }: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  key: string,
): Promise<Actor> {
  limits.take(request, reply, 'key')
  if (!isKey(key, deps.key)) {
    await audit(deps.pool, { by: request.actor, action: 'sign_in.failed', subject: 'key' })
    throw new AppError('SIGN_IN_FAILED')
  }
  const actor = holderOfKey(request)
  await open(deps, request, reply, { owner: { keyDigest: keyDigestOf(deps.key) }, actor })
  return actor
}

/** A new session in place of the one that the browser had: a session id that somebody planted is worth nothing. */
async function open(
  { pool, clock }: Pick<Deps, 'pool' | 'clock'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { owner, actor }: { owner: SessionOwner; actor: Actor },
): Promise<void> {
  const former = readCookie(request)
  const id = await inTransaction(pool, async (client) => {
    if (former !== undefined) await closeSession(client, former)
    if ('accountId' in owner)
      await client.query('update account set signed_in_at = $2 where id = $1', [owner.accountId, clock()])
    const opened = await openSession(client, owner, { device: deviceOf(request.headers['user-agent']), now: clock() })
    await audit(client, { by: actor, action: 'sign_in', subject: subjectOf(actor) })
    return opened
  })
  writeCookie(reply, id)
}
