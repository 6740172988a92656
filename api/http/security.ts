import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '#model/basics/errors.ts'
import type { HostRule } from './host-names.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** the route changes state, or shows what is not public: it needs the key; `optional`: it shows more with it */
    key?: boolean | 'optional'
  }
  interface FastifyRequest {
    /** the request came with the key; only known for routes that ask for it */
    hasKey: boolean
  }
}

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
  deps: { key: string; acceptsHost?: HostRule; mapOrigins?: () => readonly string[] },
): void {
  const { acceptsHost } = deps
  const expected = digest(deps.key)
  app.decorateRequest('hasKey', false)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentPolicy(deps.mapOrigins?.() ?? []),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=(self)',
    })
    if (acceptsHost && !acceptsHost(hostName(request))) throw new AppError('HOST_UNKNOWN', hostName(request))
    const { key } = request.routeOptions.config
    // A wrong key is an error even where none is required: the client expects to see what the key opens.
    if (key === true || (key === 'optional' && request.headers.authorization !== undefined)) {
      requireKey(request, expected)
      request.hasKey = true
    }
  })
}

function hostName(request: FastifyRequest): string {
  const host = request.headers.host ?? ''
  return host.replace(/:\d+$/, '').toLowerCase()
}

function requireKey(request: FastifyRequest, expected: Buffer): void {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  // Digests have one length, so the comparison takes the same time whatever was sent.
  if (given === undefined || !timingSafeEqual(digest(given), expected)) throw new AppError('KEY_REQUIRED')
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
