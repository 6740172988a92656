import { createHash, timingSafeEqual } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { findToken, isToken } from '#domain/access/tokens.ts'
import type { Pool } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { networkOf } from '../http/rate-limit.ts'

export type IdentifyDeps = { readonly pool: Pool; readonly key: string; readonly clock: () => Date }

/** What a request presents: nothing, something that is valid, or something that is not. */
export type Identified = { readonly actor: Actor; readonly isRefused: boolean }

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Nobody: no credentials, or none that were read. */
export const anonymous = (request: FastifyRequest): Actor => ({
  kind: 'anonymous',
  id: null,
  name: '',
  role: 'public',
  permissions: null,
  restriction: null,
  from: truncated(request.ip),
  requestId: request.id,
})

/** Finds out who a request comes from: the key, then a service token. */
export function createIdentify({ pool, key, clock }: IdentifyDeps) {
  const expected = digest(key)
  return async (request: FastifyRequest): Promise<Identified> => {
    const nobody = anonymous(request)
    // Another scheme belongs to a proxy in front of us.
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined) return { actor: nobody, isRefused: request.headers.authorization !== undefined }
    // Digests have one length, so the comparison takes the same time whatever was sent.
    if (timingSafeEqual(digest(given), expected))
      return { actor: { ...nobody, kind: 'key', name: 'key', role: 'administrator' }, isRefused: false }
    const token = isToken(given) ? await findToken(pool, given, clock()) : undefined
    if (!token) return { actor: nobody, isRefused: true }
    const { id, name, role, permissions, zones, owners } = token
    const restriction = zones && owners ? { zones, owners } : null
    return { actor: { ...nobody, kind: 'token', id, name, role, permissions, restriction }, isRefused: false }
  }
}

/** 203.0.113.7 -> 203.0.113.0/24; of IPv6 the /48 that a provider gives to a customer. */
function truncated(address: string): string {
  const network = networkOf(address)
  if (isIPv6(address) && network.includes(':')) return `${network.split(':').slice(0, 3).join(':')}::/48`
  return network.replace(/\.\d+$/, '.0/24')
}
