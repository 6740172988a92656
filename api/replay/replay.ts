import type { Pool } from '#infra/db/pool.ts'
import { type OriginalArrival, replayTopic } from '#model/mqtt/replay-topic.ts'
import type { LiveSource } from '../live/source.ts'
import { type Archived, type ArchiveFilter, selectArchivedPage } from '../queries/archive.ts'
import { markReplayed, type ReplayFilter, selectNewestRejected, selectReplayable } from '../queries/rejected.ts'

/** Payloads are held in memory a page at a time. */
const PAGE = 100

type Deps = { readonly pool: Pool; readonly live: LiveSource; readonly clock: () => Date }
type Replayed = { replayed: number; skippedTruncated: number }
type Message = OriginalArrival & { readonly payload: Buffer; readonly truncated: boolean }

/**
 * Publishes rejected messages again, oldest first, through the same door as every other message, with the time at which
 * they first came. Marked only after the broker owns them: when it goes away in between, what was not marked is replayed
 * by the next request. What is not understood again becomes a new rejected message.
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
 * Publishes archived messages again, oldest first. What they say that is stored already is recognised, so this may be
 * asked for as often as one likes.
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
