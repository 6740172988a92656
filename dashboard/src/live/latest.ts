import type { LiveObservation } from '#model/mqtt/live-feed.ts'
import { type Quality, reasonsOf } from '#model/observation/quality.ts'

/** The latest observation of a Datastream, by the time it was measured. */
export type Latest = {
  readonly time: number
  readonly result: number
  readonly quality: Quality
  readonly reasons: readonly string[]
}

/**
 * Takes a batch in: per Datastream the latest phenomenonTime wins, whatever order messages arrive in. Changes `latest`
 * in place (a city may have 100,000 Datastreams, and this runs several times a second) and returns how many changed.
 */
export function mergeObservations(latest: Map<number, Latest>, batch: readonly LiveObservation[]): number {
  let changed = 0
  for (const { datastreamId, phenomenonTime, result, quality, reasons } of batch) {
    const time = Date.parse(phenomenonTime)
    const known = latest.get(datastreamId)
    if (known && known.time >= time) continue
    latest.set(datastreamId, { time, result, quality, reasons: reasonsOf(reasons) })
    changed += 1
  }
  return changed
}

/** Events a second over the last `seconds`, from a ring of counts; pure so that it can be tested with any clock. */
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
