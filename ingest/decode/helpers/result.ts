import { clip } from './input.ts'
import type { Decoded, FieldProblem, RejectReason, Sample, UnmappedField } from './types.ts'

/** A message with more values is rejected: a gateway that buffered a day sends it in parts. */
export const MAX_SAMPLES = 10_000

export const reject = (reason: RejectReason, detail: string): Decoded => ({ ok: false, reason, detail })

/** Unmapped fields recorded per message. */
const MAX_UNMAPPED = 100

/** Collects the values of a message. */
export class Collector {
  readonly samples: Sample[] = []
  readonly rejected: FieldProblem[] = []
  readonly unmapped: UnmappedField[] = []
  /** by index: samples whose property and channel follow from their name */
  #named: Set<number> | undefined

  add(sample: Sample): void {
    this.samples.push(sample)
  }

  /**
   * Adds a value whose property and channel follow from its name. Names that mean the same (`temp`, `temperature`) would share a
   * series if one message has both: the field spelled like its property keeps the channel, the others get their path.
   */
  addNamed(sample: Sample): void {
    this.#named ??= new Set()
    this.#named.add(this.samples.length)
    this.samples.push(sample)
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
    if (!this.#named) return
    const first = new Map<string, Sample>()
    for (const index of this.#named) {
      const sample = this.samples[index]
      if (!sample) continue
      const key = `${sample.device}\n${sample.property}\n${sample.channel}\n${sample.time?.getTime() ?? ''}`
      const other = first.get(key)
      if (other === undefined || other.field === sample.field) first.set(key, sample)
      else if (isCanonical(sample) && !isCanonical(other)) {
        other.channel = channelFrom(other.field)
        first.set(key, sample)
      } else sample.channel = channelFrom(sample.field)
    }
  }
}

const isCanonical = ({ field, property }: Sample): boolean => field.slice(field.lastIndexOf('.') + 1) === property
const channelFrom = (field: string): string => clip(field, 64)
