/**
 * When a message came first. A message without a time of its own takes the time of arrival, which is then its key: the
 * broker delivering it again after a lost connection must not make it another observation. A redelivered packet carries
 * its old identifier [MQTT-4.4.0-1]; length and a checksum over topic and payload tell it
 * from a new message that was given the same one.
 *
 * Two messages of one topic that are read in the same millisecond are a millisecond apart, or the second would pass for
 * a repetition of the first: after a pause, many are read at once.
 *
 * Kept in memory, for each of the 65,535 identifiers, as numbers: objects that live so long cost the garbage collector
 * more than all else that is done here. `first-arrivals.ts` remembers it over a kill.
 */
import { crc32 } from 'node:zlib'
import type { Publish } from './publish-reader.ts'

const IDENTIFIERS = 65_536
/** A topic with more than a message a millisecond, for long, does not run away from the clock further than this. */
const AHEAD_MS = 1_000
const TOPICS_REMEMBERED = 20_000

export class Arrivals {
  readonly #checksums = new Uint32Array(IDENTIFIERS)
  readonly #lengths = new Uint32Array(IDENTIFIERS)
  /** 0: the identifier was not heard yet */
  readonly #firstMs = new Float64Array(IDENTIFIERS)
  readonly #lastOf = new Map<string, { ms: number }>()

  of({ messageId, topic, payload, dup }: Publish): Date {
    if (messageId === undefined) return new Date(this.#distinct(topic))
    const { length } = payload
    const checksum = crc32(payload, crc32(topic))
    if (
      dup &&
      this.#firstMs[messageId] &&
      this.#lengths[messageId] === length &&
      this.#checksums[messageId] === checksum
    )
      return new Date(this.#firstMs[messageId])
    const ms = this.#distinct(topic)
    this.#firstMs[messageId] = ms
    this.#lengths[messageId] = length
    this.#checksums[messageId] = checksum
    return new Date(ms)
  }

  #distinct(topic: string): number {
    const now = Date.now()
    let last = this.#lastOf.get(topic)
    if (!last) {
      if (this.#lastOf.size >= TOPICS_REMEMBERED) this.#lastOf.clear()
      last = { ms: 0 }
      this.#lastOf.set(topic, last)
    }
    // Further ahead than a flood gets: the clock was set back, and goes on from there.
    if (last.ms > now + AHEAD_MS) last.ms = 0
    last.ms = Math.max(now, Math.min(last.ms + 1, now + AHEAD_MS))
    return last.ms
  }
}
