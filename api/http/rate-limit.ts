import { createHmac, randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'

export type RateLimit = {
  /** Counts one attempt. @returns seconds to wait, or null when it may go on */
  take(address: string): number | null
}

/**
 * So many attempts in a window from one address, and so many from all of them. No address is stored: it becomes a hash
 * under a random key that lives in memory and is thrown away with the counts when the window ends, so that not even we
 * could say afterwards who was here.
 */
export function createRateLimit(options: {
  perAddress: number
  overall: number
  windowMs: number
  clock: () => Date
}): RateLimit {
  const { perAddress, overall, windowMs, clock } = options
  let window = { began: Number.NEGATIVE_INFINITY, key: randomBytes(32), counts: new Map<string, number>(), all: 0 }
  return {
    take(address) {
      const now = clock().getTime()
      if (now - window.began >= windowMs || now < window.began)
        window = { began: now, key: randomBytes(32), counts: new Map(), all: 0 }
      const name = createHmac('sha256', window.key).update(networkOf(address)).digest('base64')
      const own = window.counts.get(name) ?? 0
      // only what is let through is counted: the map cannot grow beyond `overall`
      if (own >= perAddress || window.all >= overall) return Math.ceil((window.began + windowMs - now) / 1000)
      window.counts.set(name, own + 1)
      window.all += 1
      return null
    },
  }
}

/** One household has one IPv4 address but a whole /64 of IPv6. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped || !isIPv6(address)) return mapped ?? address
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...(tail === undefined ? [] : zeros), ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
