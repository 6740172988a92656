import { audit } from '#domain/audit/audit.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { MINUTE_MS } from '#model/basics/durations.ts'

/** A page that stays open reads the same list again and again: that is one entry in so long. */
const REPEAT_MS = 10 * MINUTE_MS
const MAX_REMEMBERED = 1_000

export type PayloadRead = {
  readonly by: Actor
  readonly what: 'rejected' | 'archive'
  /** as it was asked for */
  readonly query: Readonly<Record<string, unknown>>
  /** messages whose bytes are in the answer */
  readonly messages: number
}

/** Records who read the bytes of messages, which may come from households, before they are sent. */
export function createReadAudit({ pool, clock }: { readonly pool: Queryable; readonly clock: () => Date }) {
  const recorded = new Map<string, number>()
  return async ({ by, what, query, messages }: PayloadRead): Promise<void> => {
    if (messages === 0) return
    const key = JSON.stringify([by.kind, by.id, what, query])
    const now = clock().getTime()
    const last = recorded.get(key)
    if (last !== undefined && now - last < REPEAT_MS && now >= last) return
    await audit(pool, { by, action: 'payload.read', subject: `messages:${what}`, after: { query, messages } })
    recorded.delete(key)
    recorded.set(key, now)
    const [oldest] = recorded.keys()
    if (recorded.size > MAX_REMEMBERED && oldest !== undefined) recorded.delete(oldest)
  }
}
