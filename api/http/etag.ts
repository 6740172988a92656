import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** Lists that did not change cost a hash and no transfer: a weak ETag on JSON answers to GET, 304 where it matches. */
export function registerEtags(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') return payload
    if (!String(reply.getHeader('content-type')).includes('json')) return payload
    const known = reply.getHeader('etag')
    const etag = typeof known === 'string' ? known : `W/"${createHash('sha1').update(payload).digest('base64url')}"`
    reply.header('etag', etag)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
    if (!matches(request.headers['if-none-match'], etag)) return payload
    reply.status(304).removeHeader('content-type')
    return ''
  })
}

/** Weak comparison (RFC 9110, 8.8.3.2). */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return header.trim() === '*' || header.split(',').some((tag) => opaque(tag) === opaque(etag))
}
