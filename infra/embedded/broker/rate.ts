import type { Client } from 'aedes'

/**
 * Publishing of each client, limited by a token bucket of one second: a message beyond it waits, and with it everything that
 * the client sends after it. Nothing is dropped.
 */
export function limitRate(perSecond: number): (client: Client, proceed: () => void) => void {
  const buckets = new WeakMap<Client, { tokens: number; atMs: number }>()
  return (client, proceed) => {
    const nowMs = performance.now()
    const bucket = buckets.get(client) ?? { tokens: perSecond, atMs: nowMs }
    buckets.set(client, bucket)
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / 1000) - 1
    bucket.atMs = nowMs
    if (bucket.tokens >= 0) proceed()
    else setTimeout(proceed, (-bucket.tokens * 1000) / perSecond)
  }
}
