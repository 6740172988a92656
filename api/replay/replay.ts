import type { Pool } from '#infra/db/pool.ts'
import { type OriginalArrival, replayTopic } from '#model/mqtt/replay-topic.ts'
import type { LiveSource } from '../live/source.ts'
import { type Archived, type ArchiveFilter, selectArchivedPage } from '../queries/archive.ts'
import { markReplayed, type ReplayFilter, selectNewestRejected, selectReplayable } from '../queries/rejected.ts'

/** One page of payloads is in memory at a time. */
const PAGE = 100

type Deps = { readonly pool: Pool; readonly live: LiveSource; readonly clock: () => Date }
type Replayed = { replayed: number; skippedTruncated: number }
type Message = OriginalArrival & { readonly payload: Buffer; readonly truncated: boolean }

/**
 * Replays rejected messages, oldest first, through the same topic as every other message, with the time of their first
 * arrival. They are marked only after the broker has acknowledged them: after an outage, the next request replays what was
 * not marked. What is rejected again becomes a new rejected message.
 * @throws AppError BROKER_UNAVAILABLE
 */
export async function replay({ pool, live, clock }: Deps, filter: ReplayFilter): Promise<Replayed> {
  const upTo = await selectNewestRejected(pool)
  let after = 0
  return publishPages(live, {
    next: async () => {
      const page = await selectReplayable(pool, filter, { after, upTo, limit: PAGE })
      after = page.at(-1)?.id ?? after
      return page
    },
    taken: (messages) =>
      markReplayed(
        pool,
        messages.map(({ id }) => id),
        clock(),
      ),
  })
}

/**
 * Replays archived messages, oldest first. Observations that are already stored are recognised, so this may be requested
 * any number of times.
 * @throws AppError BROKER_UNAVAILABLE
 */
export async function replayArchive({ pool, live }: Omit<Deps, 'clock'>, filter: ArchiveFilter): Promise<Replayed> {
  let last: Archived | undefined
  return publishPages<Archived>(live, {
    next: async () => {
      const page = await selectArchivedPage(pool, filter, last, PAGE)
      last = page.at(-1) ?? last
      return page
    },
  })
}

type Pages<M> = { next: () => Promise<M[]>; taken?: (messages: readonly M[]) => Promise<void> }

async function publishPages<M extends Message>(live: Deps['live'], { next, taken }: Pages<M>): Promise<Replayed> {
  const done = { replayed: 0, skippedTruncated: 0 }
  for (let page = await next(); page.length > 0; page = await next()) {
    const whole = page.filter(({ truncated }) => !truncated)
    const results = await Promise.allSettled(whole.map((each) => live.publish(replayTopic(each), each.payload)))
    const owned = whole.filter((_, index) => results[index]?.status === 'fulfilled')
    if (owned.length > 0) await taken?.(owned)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    done.skippedTruncated += page.length - whole.length
    done.replayed += owned.length
  }
  return done
}
