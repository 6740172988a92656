import { createHash, timingSafeEqual } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Account } from '#domain/access/accounts.ts'
import { findSession } from '#domain/access/sessions.ts'
import { findToken, isToken } from '#domain/access/tokens.ts'
import type { Pool } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { AppError } from '#model/basics/errors.ts'
import { addressOf } from '../http/client-address.ts'
import { networkOf } from '../http/rate-limit.ts'
import { readCookie, requireOwnOrigin } from './cookies.ts'

export type IdentifyDeps = { readonly pool: Pool; readonly key: string; readonly clock: () => Date }

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** What a session of the key remembers of it: with another key it has ended. */
export const keyDigestOf = (key: string): Buffer => digest(`session ${key}`)

/** Digests have one length, so the comparison takes the same time whatever was sent. */
export const isKey = (given: string, key: string): boolean => timingSafeEqual(digest(given), digest(key))

/** Nobody: no credentials, or none that were read. */
export const anonymous = (request: FastifyRequest): Actor => ({
  kind: 'anonymous',
  id: null,
  name: '',
  role: 'public',
  permissions: null,
  restriction: null,
  from: truncated(addressOf(request)),
  requestId: request.id,
})

export const holderOfKey = (request: FastifyRequest): Actor => ({
  ...anonymous(request),
  kind: 'key',
  name: 'key',
  role: 'administrator',
})

export const holderOf = (request: FastifyRequest, account: Account): Actor => ({
  ...anonymous(request),
  kind: 'account',
  id: account.id,
  name: account.name,
  role: account.role,
  restriction: restrictionOf(account),
  ...(account.passwordTemporary && { mustChangePassword: true }),
})

const restrictionOf = ({ zones, owners }: Pick<Account, 'zones' | 'owners'>): Actor['restriction'] =>
  zones && owners ? { zones, owners } : null

/**
 * Finds out who a request comes from: the key or a service token in `Authorization`, else the session of its cookie.
 * @param isUse whether it counts as a use of the session
 * @returns `refusal`: why credentials that were sent are not valid; it is raised where they would have made a difference
 */
export function createIdentify(deps: IdentifyDeps) {
  return async (request: FastifyRequest, isUse = true): Promise<{ actor: Actor; refusal?: AppError }> => {
    const { authorization } = request.headers
    // Another scheme belongs to a proxy in front of us.
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (given !== undefined) return fromBearer(deps, request, given)
    const session = readCookie(request)
    if (session !== undefined) return fromSession(deps, request, session, isUse)
    return { actor: anonymous(request), ...(authorization !== undefined && { refusal: new AppError('KEY_REQUIRED') }) }
  }
}

type Identified = { actor: Actor; refusal?: AppError }

async function fromBearer(
  { pool, key, clock }: IdentifyDeps,
  request: FastifyRequest,
  given: string,
): Promise<Identified> {
  if (isKey(given, key)) return { actor: holderOfKey(request) }
  const token = isToken(given) ? await findToken(pool, given, clock()) : undefined
  if (!token) return { actor: anonymous(request), refusal: new AppError('KEY_REQUIRED') }
  const { id, name, role, permissions } = token
  return {
    actor: { ...anonymous(request), kind: 'token', id, name, role, permissions, restriction: restrictionOf(token) },
  }
}

async function fromSession(
  { pool, key, clock }: IdentifyDeps,
  request: FastifyRequest,
  id: string,
  isUse: boolean,
): Promise<Identified> {
  const session = await findSession(pool, id, clock(), isUse)
  const isOfKey = session?.keyDigest?.equals(keyDigestOf(key)) ?? false
  if (!session || (session.account === null && !isOfKey))
    return { actor: anonymous(request), refusal: new AppError('SESSION_ENDED') }
  requireOwnOrigin(request)
  return { actor: session.account ? holderOf(request, session.account) : holderOfKey(request) }
}

/** 203.0.113.7 -> 203.0.113.0/24; of IPv6 the /48 that a provider gives to a customer. */
function truncated(address: string): string {
  const network = networkOf(address)
  if (isIPv6(address) && network.includes(':')) return `${network.split(':').slice(0, 3).join(':')}::/48`
  return network.replace(/\.\d+$/, '.0/24')
}
