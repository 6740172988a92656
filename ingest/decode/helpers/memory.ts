/**
 * What earlier messages said that a later one cannot be read without. It is kept in the database and handed to the
 * decoder, which stays pure; without it the decoder reads what can be read and says what is missing.
 */
export type Memory = {
  readonly sparkplug?: SparkplugMemory
  /** what discovery says of this topic */
  readonly entities?: readonly DiscoveredEntity[]
}

/** A metric as its birth describes it. */
export type BirthMetric = {
  readonly name: string
  /** decimal digits: aliases have 64 bits */
  readonly alias: string | undefined
  readonly datatype: number
  readonly unit: string | undefined
}
export type SparkplugMemory = {
  /** by alias, of the birth that holds for this message */
  readonly byAlias: ReadonlyMap<string, BirthMetric>
  readonly byName: ReadonlyMap<string, BirthMetric>
  /** of a death: it ends the session that is open */
  readonly ends: boolean
  /** of the death of a node: its devices, `<group>/<node>/<device>` */
  readonly devices: readonly string[]
}

/** How to read one value from a state topic. */
export type DiscoveredEntity = {
  /** device name of its Thing */
  readonly device: string
  /** its unique id, for messages to people and for mappings */
  readonly field: string
  /** as people call it, without the name of its device */
  readonly name: string
  readonly deviceClass?: string
  readonly stateClass?: string
  readonly unit?: string
  readonly channel: string
  /** keys into the JSON of the message; undefined: the payload is the value */
  readonly path?: readonly (string | number)[]
  /** a template that is more than a path: why nothing is read */
  readonly refused?: string
  /** of a truth value: what says yes and no */
  readonly on?: string
  readonly off?: string
}

/** One entity of a config, and where its states are published. */
export type EntityAt = { readonly part: string; readonly topic: string; readonly entity: DiscoveredEntity }
export type Config = {
  /** device name of the Thing that the entities belong to */
  readonly device: string
  readonly name: string
  /** manufacturer, model, area: what a person wants to know of it */
  readonly attributes: Readonly<Record<string, string>>
  readonly entities: readonly EntityAt[]
}
