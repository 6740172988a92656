const MINUTE_MS = 60_000
/** Messages in a row that must be off by the same. */
const MESSAGES = 8
/** How much the offset may vary over them: a message that waited varies by its waiting. */
const STEADY_MS = MINUTE_MS
/** Ours. An hour's mean that carries the beginning of its hour is no error: the reporting interval comes on top. */
const BEHIND_MS = 20 * MINUTE_MS

/**
 * Devices whose clock is off, by the difference between the time they state and the arrival. One old message says
 * nothing: it may have waited. A clock that is wrong is wrong by the same with every message. (Ahead by more than the
 * tolerance needs no watch: nothing arrives before it was measured; normalise flags it at once.)
 */
export type ClockWatch = {
  /** True when the device's clock is persistently behind. @param behindMs arrival minus stated time */
  isBehind(device: string, behindMs: number, arrivalMs: number): boolean
}

type Seen = { behind: number[]; arrivals: number[] }

/** Bounded like the quality control: `limit` devices, those unheard for long go first. */
export function createClockWatch({ limit = 20_000 }: { limit?: number } = {}): ClockWatch {
  let young = new Map<string, Seen>()
  let old = new Map<string, Seen>()
  return {
    isBehind(device, behindMs, arrivalMs) {
      const known = young.get(device) ?? old.get(device)
      // Most clocks are right: nothing is remembered of them.
      if (behindMs < BEHIND_MS) {
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

function isOff({ behind, arrivals }: Seen): boolean {
  if (behind.length < MESSAGES) return false
  if (Math.max(...behind) - Math.min(...behind) > STEADY_MS) return false
  const interval = ((arrivals[MESSAGES - 1] ?? 0) - (arrivals[0] ?? 0)) / (MESSAGES - 1)
  return Math.min(...behind) > BEHIND_MS + interval
}
