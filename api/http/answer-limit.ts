import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '#model/basics/errors.ts'

/** Below the minute after which proxies give up (nginx: proxy_read_timeout). */
const ANSWER_LIMIT_MS = 45_000

/**
 * A read that is not answered in time is refused, with the advice to repeat it: what is computed for it goes on, and is kept
 * for the next one. However many wait for the database or for one another, none waits for ever. The limit is on the
 * beginning of an answer; a long one may take as long as its reader needs. Changes are not limited: after a refusal nobody
 * would know whether they were made.
 */
export function registerAnswerLimit(app: FastifyInstance, limitMs = ANSWER_LIMIT_MS): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>()
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return
    const timer = setTimeout(() => refuse(reply, limitMs), limitMs)
    timers.set(request, timer)
    // hijacked replies (event streams) and broken connections
    reply.raw.once('close', () => clearTimeout(timer))
  })
  app.addHook('onSend', async (request) => clearTimeout(timers.get(request)))
}

function refuse(reply: FastifyReply, limitMs: number): void {
  if (reply.sent || reply.raw.headersSent) return
  reply.send(new AppError('ANSWER_TIMEOUT', String(limitMs / 1000)))
  // what the handler sends after that is for nobody
  reply.send = () => reply
}
