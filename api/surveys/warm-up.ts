import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#infra/runtime/log.ts'
import { SECOND_MS } from '#model/basics/durations.ts'

type Prepared = { readonly list: () => Promise<{ surveys: readonly { id: string; to: string }[] }> } & {
  readonly coreIndicators: (id: string) => Promise<unknown>
}

/** The database may start after the API does, and the city pack is loaded after that; many cities have no survey. */
const RETRY_MS = 5 * SECOND_MS
const MAX_ATTEMPTS = 120

/**
 * Works out which figures of surveys have to be suppressed, in the background, so that the first reader of People does not wait for it: up to a
 * minute, once for a set of answers. The newest survey is first, because that is what the page shows.
 * @returns ends it, before the next survey
 */
export function warmUpSurveys(surveys: Prepared, log: Pick<Logger, 'warn'>): () => void {
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !stop.signal.aborted; attempt++) {
      if (await warm(surveys, stop.signal, log)) return
      await sleep(RETRY_MS, undefined, { signal: stop.signal }).catch(() => {})
    }
  }
  void run()
  return () => stop.abort()
}

/** @returns false while there is nothing to read: it is tried again */
async function warm(surveys: Prepared, signal: AbortSignal, log: Pick<Logger, 'warn'>): Promise<boolean> {
  const found = await surveys.list().catch(() => undefined)
  if (!found || found.surveys.length === 0) return false
  for (const { id } of found.surveys.toSorted((a, b) => (a.to < b.to ? 1 : -1))) {
    if (signal.aborted) return true
    await surveys.coreIndicators(id).catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error, survey: id }, 'survey not prepared: its first reader waits')
    })
  }
  return true
}
