import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '#model/basics/errors.ts'
import type { HostRule } from './host-names.ts'

/**
 * MapLibre and deck.gl run workers from blobs and decode images from blobs and data URLs; both set inline styles.
 * Nothing else is allowed, and nothing at all from other origins unless a real city's map style names some.
 */
export function contentPolicy(mapOrigins: readonly string[]): string {
  const map = mapOrigins.map((origin) => ` ${origin}`).join('')
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob:${map}`,
    `font-src 'self' data:${map}`,
    `connect-src 'self'${map}`,
    "worker-src 'self' blob:",
    'child-src blob:',
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

export function registerSecurity(
  app: FastifyInstance,
  deps: { acceptsHost?: HostRule; mapOrigins?: () => readonly string[] },
): void {
  const { acceptsHost } = deps
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentPolicy(deps.mapOrigins?.() ?? []),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=(self)',
    })
    if (hasTwoHosts(request)) throw new AppError('REQUEST_INVALID', 'the request has more than one Host header')
    if (acceptsHost && !acceptsHost(hostName(request))) throw new AppError('HOST_UNKNOWN', hostName(request))
  })
}

/** A proxy in front of us may have read the other one (RFC 9112, 3.2). */
const hasTwoHosts = ({ raw }: FastifyRequest): boolean =>
  raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length > 1

function hostName(request: FastifyRequest): string {
  const host = request.headers.host ?? ''
  return host.replace(/:\d+$/, '').toLowerCase()
}
