import { MINUTE_MS } from '#model/basics/durations.ts'

/** Consecutive messages that must have the same offset. */
const MESSAGES = 8
/** Maximum variation of the offset: buffered messages vary by their waiting time. */
const MAX_VARIATION_MS = MINUTE_MS
/** Own threshold. The reporting interval is added: an hourly mean with the start of its hour as time is not an error. */
const MIN_BEHIND_MS = 20 * MINUTE_MS

/**
 * Finds devices whose clock is behind, by the difference between stated time and arrival. A single old message proves
 * nothing: it may have been buffered. A wrong clock has the same offset in every message. (A clock that is ahead by more than
 * the tolerance needs no history: nothing arrives before it was measured; normalise flags it at once.)
 */
export type ClockWatch = {
  /** True when the device's clock is persistently behind. @param behindMs arrival minus stated time */
  isBehind(device: string, behindMs: number, arrivalMs: number): boolean
}

type Offsets = { behind: number[]; arrivals: number[] }

/** Bounded: `limit` devices, the least recently used are removed first. */
export function createClockWatch({ limit = 20_000 }: { limit?: number } = {}): ClockWatch {
  let young = new Map<string, Offsets>()
  let old = new Map<string, Offsets>()
  return {
    isBehind(device, behindMs, arrivalMs) {
      const known = young.get(device) ?? old.get(device)
      // Most clocks are right, and need no entry.
      if (behindMs < MIN_BEHIND_MS) {
        if (known) {
          young.delete(device)
          old.delete(device)
        }
        return false
      }
      const seen = known ?? { behind: [], arrivals: [] }
      if (!young.has(device)) {
        if (young.size >= limit / 2) {
          old = young
          young = new Map()
        }
        young.set(device, seen)
      }
      seen.behind.push(behindMs)
      seen.arrivals.push(arrivalMs)
      if (seen.behind.length > MESSAGES) {
        seen.behind.shift()
        seen.arrivals.shift()
      }
      return isOff(seen)
    },
  }
}

function isOff({ behind, arrivals }: Offsets): boolean {
  if (behind.length < MESSAGES) return false
  if (Math.max(...behind) - Math.min(...behind) > MAX_VARIATION_MS) return false
  const interval = ((arrivals[MESSAGES - 1] ?? 0) - (arrivals[0] ?? 0)) / (MESSAGES - 1)
  return Math.min(...behind) > MIN_BEHIND_MS + interval
}
