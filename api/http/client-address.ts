import type { FastifyInstance, FastifyRequest } from 'fastify'

/** The address that a request comes from; empty once its connection is gone, when nobody knows it any more. */
export const addressOf = (request: FastifyRequest): string => (request.ip as string | undefined) ?? ''

/** A request that is read after its connection broke is not carried out: nobody would learn whether it was. */
export function registerDisconnects(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.raw.socket.destroyed) return
    request.log.debug('client disconnected before its request was read')
    reply.hijack()
  })
}
