import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, withoutSecret } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Pool } from './pool.ts'
import { isTransient } from './retry.ts'

const RETRY_MS = 1_000
/** For commands, which a person or a script waits for. */
export const COMMAND_LIMIT_MS = 120_000

export type WaitOptions = {
  readonly url: string
  readonly log: Logger
  /** absent: as long as it takes */
  readonly limitMs?: number
}

/**
 * Waits until the database answers: servers that start together come up in any order.
 * @throws AppError DATABASE_UNAVAILABLE after `limitMs`; any error that waiting does not mend, at once
 */
export async function untilReachable(pool: Pool, options: WaitOptions): Promise<void> {
  await whileUnreachable(() => pool.query('select 1'), options)
}

/**
 * Does the work, again from the start whenever the database cannot be reached meanwhile.
 * @throws as untilReachable, and what the work throws otherwise
 */
export async function whileUnreachable<T>(work: () => Promise<T>, options: WaitOptions): Promise<T> {
  const { log, limitMs = Number.POSITIVE_INFINITY } = options
  const url = withoutSecret(options.url)
  const end = performance.now() + limitMs
  const outage = new Outage()
  for (;;) {
    try {
      const result = await work()
      const seconds = outage.end()
      if (seconds !== undefined) log.info({ url }, `database outage ended after ${seconds} s`)
      return result
    } catch (error) {
      if (!isTransient(error)) throw error
      const { message } = error as Error
      if (performance.now() > end) throw new AppError('DATABASE_UNAVAILABLE', `${url}: ${message}`, { cause: error })
      if (outage.note(message)) log.warn({ url, detail: message }, 'database outage started: waiting until it answers')
      await sleep(RETRY_MS)
    }
  }
}
