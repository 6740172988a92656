/** Exponential backoff with jitter: how long to wait before another attempt. */
import { setTimeout as sleep } from 'node:timers/promises'

export type Backoff = {
  /** upper bound of the wait after the first failure */
  readonly firstMs: number
  readonly maxMs: number
}

/**
 * The upper bound doubles with each failure up to `maxMs`; the wait is between half of it and all of it, so that clients
 * that failed together do not retry together.
 * @param failures how many attempts failed before the last one
 * @param random 0 to 1
 */
export const backoffMs = ({ firstMs, maxMs }: Backoff, failures: number, random = Math.random()): number =>
  (0.5 + random / 2) * Math.min(maxMs, firstMs * 2 ** failures)

/** Waits for `backoffMs`, or until the signal is aborted. */
export async function waitBackoff(backoff: Backoff, failures: number, signal: AbortSignal): Promise<void> {
  await sleep(backoffMs(backoff, failures), undefined, { signal }).catch(() => {})
}
