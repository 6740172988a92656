import { matches } from '#model/mqtt/topic-filters.ts'
import type { FieldProblem, UnmappedField } from '../decode/helpers/types.ts'
import type { NormalSample } from './normalise.ts'

const MAX_CACHED_TOPICS = 20_000

/** The devices and topics that a person chose to ignore. Their messages are rejected with the reason `ignored`. */
export class IgnoreRules {
  readonly #devices: ReadonlySet<string>
  readonly #filters: readonly string[]
  readonly #cache = new Map<string, string | undefined>()

  constructor(rules: readonly { readonly kind: 'device' | 'topic'; readonly name: string }[] = []) {
    this.#devices = new Set(rules.flatMap(({ kind, name }) => (kind === 'device' ? [name] : [])))
    this.#filters = rules.flatMap(({ kind, name }) => (kind === 'topic' ? [name] : []))
  }

  has(device: string): boolean {
    return this.#devices.has(device)
  }

  /** The filter because of which messages of this topic are ignored. */
  filterOf(topic: string): string | undefined {
    if (this.#filters.length === 0) return undefined
    if (this.#cache.has(topic)) return this.#cache.get(topic)
    const found = this.#filters.find((filter) => matches(filter, topic))
    if (this.#cache.size >= MAX_CACHED_TOPICS) this.#cache.clear()
    this.#cache.set(topic, found)
    return found
  }

  /** Splits off what concerns ignored devices. */
  withoutIgnored(read: Values): Values {
    if (this.#devices.size === 0) return read
    const isIgnored = ({ device }: { device: string }): boolean => this.#devices.has(device)
    const ignored = read.samples.filter(isIgnored)
    const unmapped = read.unmapped?.filter(isIgnored) ?? []
    if (ignored.length === 0 && unmapped.length === 0) return read
    const problems = [
      ...ignored.map(({ device, property }) => ({ device, field: property })),
      ...unmapped.map(({ device, field }) => ({ device, field })),
    ].map((each) => ({ ...each, reason: 'ignored' as const, detail: `device ${each.device} is ignored` }))
    return {
      samples: read.samples.filter((sample) => !isIgnored(sample)),
      problems: [...problems, ...read.problems],
      unmapped: read.unmapped?.filter((field) => !isIgnored(field)),
    }
  }
}

type Values = {
  readonly samples: readonly NormalSample[]
  readonly problems: readonly FieldProblem[]
  readonly unmapped?: readonly UnmappedField[] | undefined
}
