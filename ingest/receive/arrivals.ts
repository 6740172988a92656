/**
 * The time of first arrival. It becomes the phenomenon time, and thus the key, of a message without a time of its own: a
 * redelivery after a lost connection must not become another observation. A redelivered packet has the same identifier
 * [MQTT-4.4.0-1]; the length and a checksum over topic and payload distinguish it from a new message with a reused
 * identifier.
 *
 * Messages of one topic that are read within the same millisecond get times a millisecond apart, so that the second is
 * not taken for a repetition of the first: after a pause, many are read together.
 *
 * Stored in typed arrays, one element for each of the 65,535 identifiers: as long-lived objects they would cost more
 * garbage collection than everything else here. `first-arrivals.ts` stores the times over a restart of the worker.
 */
import { crc32 } from 'node:zlib'
import type { Publish } from './publish-reader.ts'

const IDENTIFIERS = 65_536
/** Limit for a topic that has more than one message a millisecond over a longer period. */
const MAX_AHEAD_MS = 1_000
const MAX_TOPICS = 20_000

export class Arrivals {
  readonly #checksums = new Uint32Array(IDENTIFIERS)
  readonly #lengths = new Uint32Array(IDENTIFIERS)
  /** 0: no message with this identifier yet */
  readonly #firstMs = new Float64Array(IDENTIFIERS)
  readonly #lastByTopic = new Map<string, { ms: number }>()

  /** When this message arrived first: now, or for a redelivery the time of the first delivery. */
  timeOf({ messageId, topic, payload, dup }: Publish): Date {
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
    let last = this.#lastByTopic.get(topic)
    if (!last) {
      if (this.#lastByTopic.size >= MAX_TOPICS) this.#lastByTopic.clear()
      last = { ms: 0 }
      this.#lastByTopic.set(topic, last)
    }
    // Further ahead than the limit allows: the clock was set back.
    if (last.ms > now + MAX_AHEAD_MS) last.ms = 0
    last.ms = Math.max(now, Math.min(last.ms + 1, now + MAX_AHEAD_MS))
    return last.ms
  }
}
