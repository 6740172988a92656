import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, withoutSecret } from '#infra/runtime/log.ts'
import { AppError } from '#model/errors.ts'
import type { Pool } from './pool.ts'
import { isTransient } from './retry.ts'

const RETRY_MS = 1_000
const LOG_EVERY = 10

/**
 * Waits until the database answers: servers that start together come up in any order.
 * @throws AppError DATABASE_UNAVAILABLE after `limitMs`; any error that waiting does not mend, at once
 */
export async function untilReachable(
  pool: Pool,
  options: { url: string; log: Logger; limitMs?: number },
): Promise<void> {
  const { url, log, limitMs = 120_000 } = options
  const end = Date.now() + limitMs
  for (let attempt = 0; ; attempt++) {
    try {
      await pool.query('select 1')
      return
    } catch (error) {
      if (!isTransient(error)) throw error
      if (Date.now() > end)
        throw new AppError('DATABASE_UNAVAILABLE', `${withoutSecret(url)}: ${(error as Error).message}`, {
          cause: error,
        })
      if (attempt % LOG_EVERY === 0)
        log.info({ url: withoutSecret(url), reason: (error as Error).message }, 'waiting for the database')
      await sleep(RETRY_MS)
    }
  }
}
