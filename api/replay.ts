import { replayTopic } from '#model/replay.ts'
import type { ApiDeps } from './deps.ts'
import {
  markReplayed,
  type Replayable,
  type ReplayFilter,
  selectNewestRejected,
  selectReplayable,
} from './queries/rejected.ts'

/** Payloads are held in memory a page at a time. */
const PAGE = 100

/**
 * Publishes rejected messages again, oldest first, through the same door as every other message, with the time at which
 * they first came. Marked only after the
 * broker owns them: when it goes away in between, what was not marked is replayed by the next request. What is not
 * understood again becomes a new rejected message.
 * @throws AppError BROKER_UNAVAILABLE
 */
export async function replay(
  { pool, live, clock }: Pick<ApiDeps, 'pool' | 'live' | 'clock'>,
  filter: ReplayFilter,
): Promise<{ replayed: number; skippedTruncated: number }> {
  const upTo = await selectNewestRejected(pool)
  const done = { replayed: 0, skippedTruncated: 0 }
  for (let after = 0; ; ) {
    const page = await selectReplayable(pool, filter, { after, upTo, limit: PAGE })
    const last = page.at(-1)
    if (!last) return done
    after = last.id
    const whole = page.filter((message) => !message.truncated)
    done.skippedTruncated += page.length - whole.length
    done.replayed += await publishAll(whole)
  }

  async function publishAll(messages: readonly Replayable[]): Promise<number> {
    const results = await Promise.allSettled(
      messages.map((message) => live.publish(replayTopic(message), message.payload)),
    )
    const taken = messages.filter((_, index) => results[index]?.status === 'fulfilled')
    await markReplayed(
      pool,
      taken.map(({ id }) => id),
      clock(),
    )
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    return taken.length
  }
}
