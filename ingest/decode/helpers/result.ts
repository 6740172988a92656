import { clip } from './input.ts'
import type { Decoded, FieldProblem, RejectReason, Sample, UnmappedField } from './types.ts'

/** More values than this in one message are refused: a gateway that buffered a day sends it in parts. */
export const MAX_SAMPLES = 10_000

export const reject = (reason: RejectReason, detail: string): Decoded => ({ ok: false, reason, detail })

/** Fields of one message that are noted for mapping; a message of thousands of them says the same with fewer. */
const MOST_UNMAPPED = 100

/**
 * Collects what a decoder reads. When several sensors of one message measure the same property, each is filed under its
 * own name as channel, so that two thermometers never share a series; one alone keeps the channel ''.
 */
export class Collector {
  readonly samples: Sample[] = []
  readonly rejected: FieldProblem[] = []
  readonly unmapped: UnmappedField[] = []
  /** by index of the sample; most formats name none */
  #origins: string[] | undefined

  /** `origin` names the sensor inside the device (BME280, DHT22); it becomes the channel when it has to. */
  add(sample: Sample, origin = ''): void {
    this.samples.push(sample)
    if (origin === '') return
    this.#origins ??= []
    this.#origins[this.samples.length - 1] = origin
  }

  problem(field: string, reason: RejectReason, detail: string, device?: string): void {
    // A message of thousands of unreadable fields would fill the table of rejected messages by itself.
    if (this.rejected.length >= 100) return
    this.rejected.push(
      device === undefined ? { field: clip(field), reason, detail } : { field: clip(field), reason, detail, device },
    )
  }

  /** A number nobody has mapped yet. */
  keepUnmapped(field: UnmappedField): void {
    if (this.unmapped.length < MOST_UNMAPPED) this.unmapped.push(field)
  }

  get full(): boolean {
    return this.samples.length > MAX_SAMPLES
  }

  /** The message as decoded; without any sample it is rejected, for the first reason met. `nothing` explains an empty one. */
  finish(nothing: string): Decoded {
    if (this.full) return reject('too_large', `more than ${MAX_SAMPLES} values in one message`)
    const [first] = this.rejected
    if (this.samples.length === 0) {
      if (!first) return reject('no_measurement', nothing)
      const detail = this.rejected
        .slice(0, 5)
        .map((problem) => `${problem.field}: ${problem.detail}`)
        .join('; ')
      return { ok: false, reason: first.reason, detail, ...this.#noted() }
    }
    this.#tellApart()
    return { ok: true, samples: this.samples, rejected: this.rejected, ...this.#noted() }
  }

  #noted(): { unmapped?: readonly UnmappedField[] } {
    return this.unmapped.length > 0 ? { unmapped: this.unmapped } : {}
  }

  #tellApart(): void {
    if (!this.#origins) return
    const seen = new Map<string, number[]>()
    for (const [index, sample] of this.samples.entries()) {
      if (sample.channel !== '') continue
      const same = seen.get(sample.property)
      if (same === undefined) seen.set(sample.property, [index])
      else same.push(index)
    }
    for (const same of seen.values()) if (same.length > 1) this.#tellApartSame(same)
  }

  /** Samples of one property: those that also share device and time need their names. */
  #tellApartSame(indexes: readonly number[]): void {
    const seen = new Map<string, number>()
    for (const index of indexes) {
      const sample = this.samples[index]
      if (!sample) continue
      const key = `${sample.device}\n${sample.time?.getTime() ?? ''}`
      const other = seen.get(key)
      if (other === undefined) seen.set(key, index)
      else {
        this.#nameChannel(other)
        this.#nameChannel(index)
      }
    }
  }

  #nameChannel(index: number): void {
    const sample = this.samples[index]
    if (sample && sample.channel === '') sample.channel = this.#origins?.[index] ?? ''
  }
}
