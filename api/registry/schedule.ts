import type { Logger } from '#infra/runtime/log.ts'
import { resumeDeletions } from './delete-things.ts'
import { type ReplayDeps, replayApproved } from './pending.ts'

const EVERY_MS = 15_000

/**
 * Continues what a request began and could not finish: deletions, and the replay of messages of approved devices.
 * @returns stops the schedule
 */
export function scheduleRegistryWork(deps: ReplayDeps & { readonly log: Logger }): () => void {
  const { pool, log } = deps
  let working = false
  const work = async (): Promise<void> => {
    if (working) return
    working = true
    try {
      const resumed = await resumeDeletions(pool)
      if (resumed > 0) log.info({ resumed }, 'interrupted deletions of Things finished')
      if (deps.live.subscribed()) await replayApproved(deps)
    } catch (error) {
      // The database or the broker is not reachable, or not migrated yet; both are logged where they are watched.
      log.debug({ detail: (error as Error).message }, 'registry work not done; repeated in 15 s')
    } finally {
      working = false
    }
  }
  const timer = setInterval(() => void work(), EVERY_MS)
  return () => clearInterval(timer)
}
