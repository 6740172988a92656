import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#infra/runtime/log.ts'
import { MINUTE_MS, SECOND_MS } from '#model/basics/durations.ts'

type WarmUp = {
  readonly done: Promise<void>
  /** before the next survey */
  stop(): void
}
type Prepared = { readonly list: () => Promise<{ surveys: readonly { id: string; to: string }[] }> } & {
  readonly coreIndicators: (id: string) => Promise<unknown>
}

/** A city that starts has more urgent work; who reads People sooner has only that survey worked out. */
const SETTLE_MS = MINUTE_MS
/** The database may start after the API does, and the city pack is loaded after that; many cities have no survey. */
const RETRY_MS = 5 * SECOND_MS
const MAX_ATTEMPTS = 120
const NO_SURVEYS = 'no surveys'

/**
 * Works out which figures of surveys have to be suppressed, in the background, so that the first reader of People does not wait for it: up to a
 * minute, once for a set of answers. Begins a minute after the start. The newest survey is first, because that is what the page shows.
 */
export function warmUpSurveys(
  surveys: Prepared,
  log: Pick<Logger, 'warn'>,
  { settleMs = SETTLE_MS, retryMs = RETRY_MS } = {},
): WarmUp {
  const stop = new AbortController()
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: stop.signal }).catch(() => {})
  const run = async (): Promise<void> => {
    await pause(settleMs)
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !stop.signal.aborted; attempt++) {
      const failed = await warm(surveys, stop.signal)
      if (failed.length === 0 || stop.signal.aborted) return
      if (attempt === MAX_ATTEMPTS && failed[0] !== NO_SURVEYS)
        log.warn({ failed }, 'surveys not prepared: their first readers wait')
      else await pause(retryMs)
    }
  }
  return { done: run(), stop: () => stop.abort() }
}

/** @returns what could not be done yet; what is done already costs nothing when it is tried again */
async function warm(surveys: Prepared, signal: AbortSignal): Promise<unknown[]> {
  const found = await surveys.list().catch(() => undefined)
  if (!found || found.surveys.length === 0) return [NO_SURVEYS]
  const failed: unknown[] = []
  for (const { id } of found.surveys.toSorted((a, b) => (a.to < b.to ? 1 : -1))) {
    if (signal.aborted) break
    await surveys.coreIndicators(id).catch((error: unknown) => failed.push(`${id}: ${String(error)}`))
  }
  return failed
}
