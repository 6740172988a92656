import type { LedgerResponse } from '#model/api/ingest.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import type { LiveObservation } from '#model/mqtt/live-feed.ts'
import type { Censored } from '#model/observation/censored.ts'
import { type Quality, reasonsOf } from '#model/observation/quality.ts'

/** The latest observation of a Datastream, by the time it was measured. */
export type Latest = {
  readonly time: number
  readonly result: number
  readonly quality: Quality
  readonly reasons: readonly string[]
  /** of a frame of the past: what all its values are below or above, or how many of them are such limits */
  readonly limit?: Censored | null
  readonly censored?: { readonly n: number; readonly of: number } | null
}

/** A time further ahead of now than this comes from a wrong clock; as in ingest (docs/quality.md). */
const CLOCK_AHEAD_LIMIT_MS = HOUR_MS

/**
 * Merges a batch: per Datastream the latest phenomenonTime wins, in whatever order messages arrive; a time in the future
 * wins against nothing. Changes `latest` in place (a city may have 100,000 Datastreams, and this runs several times a
 * second) and returns the Datastreams that changed.
 */
export function mergeObservations(
  latest: Map<number, Latest>,
  batch: readonly LiveObservation[],
  nowMs = Date.now(),
): readonly number[] {
  const changed: number[] = []
  for (const { datastreamId, phenomenonTime, result, quality, reasons } of batch) {
    const time = Date.parse(phenomenonTime)
    const known = latest.get(datastreamId)
    if (known && known.time >= time && known.time <= nowMs + CLOCK_AHEAD_LIMIT_MS) continue
    latest.set(datastreamId, { time, result, quality, reasons: reasonsOf(reasons) })
    changed.push(datastreamId)
  }
  return changed
}

/** Events per second over the last `seconds`, from a ring of counts; without a clock of its own, for tests. */
export type Rate = { readonly at: readonly number[]; readonly count: readonly number[] }
export const NO_RATE: Rate = { at: [], count: [] }

export function countIn(rate: Rate, now: number, n: number, windowMs = 10_000): Rate {
  const from = rate.at.findIndex((at) => at > now - windowMs)
  const kept = from < 0 ? rate.at.length : from
  return { at: [...rate.at.slice(kept), now], count: [...rate.count.slice(kept), n] }
}

export function perSecond(rate: Rate, now: number, windowMs = 10_000): number {
  let sum = 0
  for (const [index, at] of rate.at.entries()) if (at > now - windowMs) sum += rate.count[index] ?? 0
  return sum / (windowMs / 1000)
}

/** Without data for so long, the page says that the city is silent. */
const SILENT_AFTER_MS = 5 * MINUTE_MS
export const isSilent = (
  live: { readonly status: string; readonly lastReceived: number | null },
  nowMs: number,
): boolean => live.status === 'live' && live.lastReceived !== null && nowMs - live.lastReceived > SILENT_AFTER_MS

/** The last arrival on the server by the clock of this page, which may differ from the server's. */
export function lastReceivedHere(
  { time, lastReceivedAt }: Pick<LedgerResponse, 'time' | 'lastReceivedAt'>,
  nowMs: number,
): number | null {
  if (lastReceivedAt === null) return null
  return nowMs - Math.max(0, Date.parse(time) - Date.parse(lastReceivedAt))
}

/**
 * What arrived since it was last drawn. Merged at once, in the small parts in which it arrives. A snapshot says what is there, so it does
 * not count as throughput.
 */
export function createInbox(latest: Map<number, Latest>) {
  let changed: number[] = []
  let committed = 0
  return {
    add(observations: readonly LiveObservation[], isSnapshot: boolean): void {
      if (!isSnapshot) committed += observations.length
      for (const id of mergeObservations(latest, observations)) changed.push(id)
    },
    drain(): { changed: readonly number[]; committed: number } {
      const drained = { changed, committed }
      changed = []
      committed = 0
      return drained
    },
  }
}
