/**
 * Context from earlier messages that is needed to decode a later one. It is stored in the database and passed to the
 * decoder, which stays pure; without it the decoder reads what it can and reports what is missing.
 */
export type DecodingContext = {
  readonly sparkplug?: SparkplugContext
  /** discovered entities of this topic */
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
export type SparkplugContext = {
  /** by alias, of the birth in force for this message */
  readonly byAlias: ReadonlyMap<string, BirthMetric>
  readonly byName: ReadonlyMap<string, BirthMetric>
  /** for a death: it ends the current session */
  readonly ends: boolean
  /** for the death of a node: its devices, `<group>/<node>/<device>` */
  readonly devices: readonly string[]
}

/** How to read one value from a state topic. */
export type DiscoveredEntity = {
  /** device name of its Thing */
  readonly device: string
  /** its unique id, used in messages to people and in mappings */
  readonly field: string
  /** display name, without the name of its device */
  readonly name: string
  readonly deviceClass?: string
  readonly stateClass?: string
  readonly unit?: string
  readonly channel: string
  /** about the device itself, not about what it measures (entity_category) */
  readonly diagnostic?: boolean
  /** keys into the JSON of the message; undefined: the payload is the value */
  readonly path?: readonly (string | number)[]
  /** a template that is not a plain path; nothing is read then */
  readonly refused?: string
  /** of a boolean: the values for true and false */
  readonly on?: string
  readonly off?: string
}

/** One entity of a config, and where its states are published. */
export type EntityAt = { readonly part: string; readonly topic: string; readonly entity: DiscoveredEntity }
export type Config = {
  /** device name of the Thing that the entities belong to */
  readonly device: string
  readonly name: string
  /** manufacturer, model, area */
  readonly attributes: Readonly<Record<string, string>>
  readonly entities: readonly EntityAt[]
}
