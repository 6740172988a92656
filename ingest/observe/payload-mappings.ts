import { type PayloadMapping, payloadMappingSchema } from '#model/city/payload-mapping.ts'
import { bySpecificity, matches } from '#model/mqtt/topic-filters.ts'

/** A row of payload_mapping. */
export type PayloadRow = { readonly name: string; readonly topic: string; readonly mapping: unknown }
export type DescribedPayload = { readonly name: string; readonly topic: string; readonly mapping: PayloadMapping }

const MAX_CACHED_TOPICS = 20_000

/** Descriptions of messages in the database, by topic; the most specific filter applies. */
export class PayloadTable {
  readonly #described: readonly DescribedPayload[]
  readonly #byTopic = new Map<string, DescribedPayload | undefined>()

  /** A row that this version cannot read is left out, as if it were not there. */
  constructor(rows: readonly PayloadRow[]) {
    this.#described = rows
      .flatMap(({ name, topic, mapping }) => {
        const read = payloadMappingSchema.safeParse(mapping)
        return read.success ? [{ name, topic, mapping: read.data }] : []
      })
      .sort((a, b) => bySpecificity(a.topic, b.topic))
  }

  find(topic: string): DescribedPayload | undefined {
    if (this.#described.length === 0) return undefined
    if (this.#byTopic.has(topic)) return this.#byTopic.get(topic)
    const found = this.#described.find((each) => matches(each.topic, topic))
    if (this.#byTopic.size >= MAX_CACHED_TOPICS) this.#byTopic.clear()
    this.#byTopic.set(topic, found)
    return found
  }
}
