import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_MS } from '#domain/access/sessions.ts'
import { AppError } from '#model/basics/errors.ts'

const SESSION = 'citywell'
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

const isSecure = (request: FastifyRequest): boolean => request.protocol === 'https'

/**
 * Behind TLS. `__Host-` makes browsers refuse the cookie from another host, another path or without TLS. It needs the path
 * `/`: below a prefix the cookie is that of the prefix, so that other services of the same host do not receive it.
 */
function nameOf(request: FastifyRequest, name: string): string {
  if (!isSecure(request)) return name
  return request.server.basePath === '' ? `__Host-${name}` : `__Secure-${name}`
}

export function readCookie(request: FastifyRequest, name = SESSION): string | undefined {
  const { cookie } = request.headers
  return cookie === undefined ? undefined : parseCookie(cookie)[nameOf(request, name)]
}

/**
 * Lax, because the identity provider leads back here from its own site; what changes state is protected by
 * `requireOwnOrigin` as well.
 */
export function writeCookie(reply: FastifyReply, value: string, { name = SESSION, ms = SESSION_MS } = {}): void {
  const cookie = stringifySetCookie({
    name: nameOf(reply.request, name),
    value,
    path: `${reply.request.server.basePath}/`,
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(reply.request),
    maxAge: Math.round(ms / 1000),
  })
  const others = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  reply.header('set-cookie', [...others.filter((each) => !each.startsWith(`${nameOf(reply.request, name)}=`)), cookie])
  reply.header('cache-control', 'no-store')
}

export const clearCookie = (reply: FastifyReply, name = SESSION): void => writeCookie(reply, '', { name, ms: 0 })

/** The default port may be named or left out. */
function isSameHost(origin: string, host = ''): boolean {
  const { protocol, host: given } = URL.parse(origin) ?? {}
  return given !== undefined && given !== '' && URL.parse(`${protocol}//${host}`)?.host === given
}

/**
 * A page of another site can make a browser send our cookie. Browsers name the origin of a request that changes state; it
 * must be ours. A client that names none is not a browser, and needs no cookie: it has tokens.
 * @throws AppError ORIGIN_REFUSED
 */
export function requireOwnOrigin(request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return
  const { origin, host, 'sec-fetch-site': site } = request.headers
  if (site === 'same-origin') return
  if (origin === undefined || !isSameHost(origin, host)) throw new AppError('ORIGIN_REFUSED', origin ?? 'none')
}
