/**
 * When a message came first. A message without a time of its own takes the time of arrival, which is then its key: the
 * broker delivering it again after a lost connection must not make it another observation. A redelivered packet carries
 * its old identifier [MQTT-4.4.0-1]; topic, length and checksum tell it from a new message that was given the same one.
 *
 * Two messages of one topic that are read in the same millisecond are a millisecond apart, or the second would pass for
 * a repetition of the first: after a pause, many are read at once.
 *
 * Kept in memory, at most one entry for each of the 65,535 identifiers; `first-arrivals.ts` remembers it over a kill.
 */
import { crc32 } from 'node:zlib'
import type { Publish } from './publish-reader.ts'

type First = { readonly topic: string; readonly length: number; readonly checksum: number; readonly at: Date }

/** A topic with more than a message a millisecond, for long, does not run away from the clock further than this. */
const AHEAD_MS = 1_000
const TOPICS_REMEMBERED = 20_000

export class Arrivals {
  readonly #first: First[] = []
  readonly #lastMs = new Map<string, number>()

  of({ messageId, topic, payload, dup }: Publish): Date {
    if (messageId === undefined) return this.#distinct(topic)
    const { length } = payload
    const checksum = crc32(payload)
    const first = dup ? this.#first[messageId] : undefined
    if (first && first.topic === topic && first.length === length && first.checksum === checksum) return first.at
    const at = this.#distinct(topic)
    this.#first[messageId] = { topic, length, checksum, at }
    return at
  }

  #distinct(topic: string): Date {
    const now = Date.now()
    const at = Math.max(now, Math.min((this.#lastMs.get(topic) ?? 0) + 1, now + AHEAD_MS))
    if (this.#lastMs.size >= TOPICS_REMEMBERED) this.#lastMs.clear()
    this.#lastMs.set(topic, at)
    return new Date(at)
  }
}
