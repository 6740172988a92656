import { clip } from './input.ts'
import type { Decoded, FieldProblem, RejectReason, Sample, UnmappedField } from './types.ts'

/** A message with more values is rejected: a gateway that buffered a day sends it in parts. */
export const MAX_SAMPLES = 10_000

export const reject = (reason: RejectReason, detail: string): Decoded => ({ ok: false, reason, detail })

/** Unmapped fields recorded per message. */
const MAX_UNMAPPED = 100

/**
 * Collects the values of a message. When several sensors of one message measure the same property, the name of each becomes
 * its channel, so that two thermometers never share a series; a single one has the channel ''.
 */
export class Collector {
  readonly samples: Sample[] = []
  readonly rejected: FieldProblem[] = []
  readonly unmapped: UnmappedField[] = []
  /** by index of the sample; most formats have none */
  #origins: string[] | undefined

  /** `origin` names the sensor inside the device (BME280, DHT22); it becomes the channel when necessary. */
  add(sample: Sample, origin = ''): void {
    this.samples.push(sample)
    if (origin === '') return
    this.#origins ??= []
    this.#origins[this.samples.length - 1] = origin
  }

  problem(field: string, reason: RejectReason, detail: string, device?: string): void {
    // Limited, so that one message with thousands of unreadable fields does not fill the table of rejected messages.
    if (this.rejected.length >= 100) return
    this.rejected.push(
      device === undefined ? { field: clip(field), reason, detail } : { field: clip(field), reason, detail, device },
    )
  }

  /** A number without a mapping. */
  keepUnmapped(field: UnmappedField): void {
    if (this.unmapped.length < MAX_UNMAPPED) this.unmapped.push(field)
  }

  get full(): boolean {
    return this.samples.length > MAX_SAMPLES
  }

  /** The decoded message; without samples it is rejected, with the first reason. `nothing` explains an empty one. */
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

  /** Samples of one property: those with the same device and time get their origin as channel. */
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
