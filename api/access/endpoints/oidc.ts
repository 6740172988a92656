import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Account, findAccount, findSubject, insertAccount, updateAccount } from '#domain/access/accounts.ts'
import { closeSessions, openSession } from '#domain/access/sessions.ts'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction, type PoolClient } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import type { GrantedRole } from '#model/access/roles.ts'
import { AppError } from '#model/basics/errors.ts'
import type { ApiDeps } from '../../routes/deps.ts'
import { clearCookie, readCookie, writeCookie } from '../cookies.ts'
import { deviceOf } from '../device.ts'
import { holderOf } from '../identify.ts'
import type { Arrival, IdentityProvider } from '../identity-provider.ts'
import type { SignInLimits } from '../sign-in-limits.ts'

const COOKIE = 'citywell-oidc'
const DEPARTURE_MS = 10 * 60_000
const departureSchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() })

type Deps = Pick<ApiDeps, 'pool' | 'clock'> & { limits: SignInLimits; provider: IdentityProvider | undefined }

/** The host is one that the server answers to (ALLOWED_HOSTS), and the provider knows which addresses are ours. */
export const rootOf = ({ protocol, headers, server }: FastifyRequest): string =>
  `${protocol}://${headers.host}${server.basePath}`
const callbackOf = (request: FastifyRequest): string => `${rootOf(request)}/api/v1/session/oidc/callback`

/** Signing in at the identity provider of the city. */
export const oidcRoutes =
  ({ pool, clock, limits, provider }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/session/oidc', { schema: { hide: true } }, async (request, reply) => {
      const { url, departure } = await required(provider).depart(callbackOf(request))
      writeCookie(reply, Buffer.from(JSON.stringify(departure)).toString('base64url'), {
        name: COOKIE,
        ms: DEPARTURE_MS,
      })
      return reply.redirect(url, 302)
    })
    app.get('/session/oidc/callback', { schema: { hide: true } }, async (request, reply) => {
      const idp = required(provider)
      limits.take(request, reply, 'identity provider')
      const departure = readDeparture(readCookie(request, COOKIE))
      clearCookie(reply, COOKIE)
      const query = request.url.split('?', 2)[1] ?? ''
      const arrival = departure && (await idp.arrive(new URL(`${callbackOf(request)}?${query}`), departure))
      if (!arrival?.role) {
        await audit(pool, { by: request.actor, action: 'sign_in.failed', subject: 'identity provider' })
        throw new AppError(arrival ? 'ROLE_MISSING' : 'SIGN_IN_FAILED')
      }
      const { role } = arrival
      const id = await inTransaction(pool, async (client) => {
        const account = await accountOf(client, arrival, role, request.actor)
        if (account.disabled) {
          await audit(client, { by: request.actor, action: 'sign_in.failed', subject: `account:${account.id}` })
          return undefined
        }
        await client.query('update account set signed_in_at = $2 where id = $1', [account.id, clock()])
        const device = deviceOf(request.headers['user-agent'])
        const opened = await openSession(
          client,
          { accountId: account.id },
          { device, idToken: arrival.idToken, now: clock() },
        )
        await audit(client, { by: holderOf(request, account), action: 'sign_in', subject: `account:${account.id}` })
        return opened
      })
      if (id === undefined) throw new AppError('SIGN_IN_FAILED')
      writeCookie(reply, id)
      return reply.redirect(`${app.basePath}/`, 302)
    })
  }

/** @throws AppError NOT_FOUND when no provider is configured */
function required(provider: IdentityProvider | undefined): IdentityProvider {
  if (!provider) throw new AppError('NOT_FOUND', 'an identity provider of this city')
  return provider
}

function readDeparture(cookie: string | undefined): z.infer<typeof departureSchema> | undefined {
  try {
    return departureSchema.parse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString()))
  } catch {
    return undefined
  }
}

/**
 * The account of a subject, made at its first sign-in. Its role is the one that the provider says now. A local account of the same
 * name is another account: who may write names at the provider must not get into it.
 */
async function accountOf(
  client: PoolClient,
  { issuer, subject, name }: Arrival,
  role: GrantedRole,
  by: Actor,
): Promise<Account> {
  const known = await findSubject(client, issuer, subject)
  if (known) {
    const restriction = known.zones && known.owners ? { zones: known.zones, owners: known.owners } : null
    if (known.role !== role) {
      await updateAccount(client, known.id, { role, restriction, disabled: known.disabled })
      await closeSessions(client, known.id)
      const [before, after] = [{ role: known.role }, { role }]
      await audit(client, { by, action: 'account.change', subject: `account:${known.id}`, before, after })
    }
    return { ...known, role }
  }
  const isTaken = (await findAccount(client, name)) !== undefined
  const own = isTaken ? `${name}-${subject.slice(0, 8)}` : name
  const oidc = { issuer, subject }
  const created = await insertAccount(client, { name: own, role, restriction: null, password: null, oidc })
  const [after, personal] = [{ role, identityProvider: issuer }, { subject: created.name }]
  await audit(client, { by, action: 'account.create', subject: `account:${created.id}`, after, personal })
  return created
}
