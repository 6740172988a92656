import type { FastifyInstance } from 'fastify'
import { audit, isAudited } from '#domain/audit/audit.ts'
import type { Pool } from '#infra/db/pool.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Records a change whose route did not do so itself, by route and address of what was changed. Residents' own requests are
 * not recorded: they have no account, and nothing is to lead back to them.
 */
export function registerRequestAudit(app: FastifyInstance, { pool }: { pool: Pool }): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { actor, method, routeOptions } = request
    const isChange = !SAFE_METHODS.has(method) && reply.statusCode < 400
    const { access } = routeOptions.config
    if (!isChange || request.is404 || access === 'open' || access === 'anyone' || isAudited(actor)) return payload
    const after = { route: `${method} ${routeOptions.url}`, params: request.params, status: reply.statusCode }
    await audit(pool, { by: actor, action: 'request', after })
    return payload
  })
}
