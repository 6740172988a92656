import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '#model/basics/errors.ts'
import { addressOf } from './client-address.ts'
import type { RateLimit } from './rate-limit.ts'

export const HOUR_MS = 3_600_000

/** As a preHandler: what is malformed is refused before it counts. */
export const limited =
  (limit: RateLimit) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const seconds = limit.take(addressOf(request))
    if (seconds === null) return
    reply.header('retry-after', String(seconds))
    throw new AppError('RATE_LIMITED', String(seconds))
  }
