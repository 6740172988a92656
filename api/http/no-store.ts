import type { FastifyInstance } from 'fastify'

/** Answers of this scope hold names or words of people: nothing on the way may keep them. */
export function forbidStoring(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('cache-control', 'no-store')
    return payload
  })
}
