import type { FastifyReply, FastifyRequest } from 'fastify'
import { canonicalName } from '#domain/access/accounts.ts'
import { AppError } from '#model/basics/errors.ts'
import { createRateLimit } from '../http/rate-limit.ts'

const WINDOW_MS = 15 * 60_000
/** Attempts from one address and from all of them, with or without success. */
const MAX_ATTEMPTS_PER_ADDRESS = 20
const MAX_ATTEMPTS = 1_000
/** Attempts on one account, whatever the address. More than from one address: one person alone cannot shut another out. */
const MAX_ATTEMPTS_PER_ACCOUNT = 40

export type SignInLimits = {
  /** Counts an attempt. @throws AppError RATE_LIMITED; the same for accounts that do not exist */
  take(request: FastifyRequest, reply: FastifyReply, account: string): void
}

export function createSignInLimits(clock: () => Date): SignInLimits {
  const shared = { overall: MAX_ATTEMPTS, windowMs: WINDOW_MS, clock }
  const addresses = createRateLimit({ ...shared, perAddress: MAX_ATTEMPTS_PER_ADDRESS })
  const accounts = createRateLimit({ ...shared, perAddress: MAX_ATTEMPTS_PER_ACCOUNT })
  return {
    take({ ip }, reply, account) {
      const seconds = addresses.take(ip) ?? accounts.take(`account ${canonicalName(account)}`)
      if (seconds === null) return
      reply.header('retry-after', String(seconds))
      throw new AppError('RATE_LIMITED', String(seconds))
    },
  }
}
