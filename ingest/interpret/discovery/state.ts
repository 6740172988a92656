/**
 * Descriptions of other topics by Home Assistant discovery and SensorThings Datastreams, in the database: they are stored
 * and register their Things, and state topics are looked up. A worker caches lookups for a few seconds only, so that it
 * soon finds what another worker stored.
 */
import type { Pool, PoolClient } from '#infra/db/pool.ts'
import { inTransaction } from '#infra/db/pool.ts'
import type { Source } from '#model/city/city-pack.ts'
import { PROPERTIES, type PropertyName } from '#model/observation/properties.ts'
import { parseJson } from '#model/text/lenient-json.ts'
import { meaningIn } from '../../decode/formats/home-automation/home-assistant.ts'
import { isConfigTopic, readConfig } from '../../decode/formats/home-automation/home-assistant-config.ts'
import { datastreamConfig, isDatastreamTopic } from '../../decode/formats/standards/sensorthings-entity.ts'
import type { Config, DiscoveredEntity } from '../../decode/helpers/decoding-context.ts'
import { textOf } from '../../decode/helpers/input.ts'
import type { FieldProblem } from '../../decode/helpers/types.ts'
import { isAboutDevice } from '../../registry/about-device.ts'
import { insertDatastreams, insertThings } from '../../registry/queries.ts'
import { type Admission, keyOf } from '../../registry/registry.ts'
import { describeThing, saveEntities, selectEntities } from './queries.ts'

export type Lookup = { readonly topic: string; readonly payload: Buffer }
/** `config`: a description, stored; `problems` are the parts that cannot be used. `entities`: how to read the message. */
export type Found =
  | { readonly kind: 'config'; readonly problems: readonly FieldProblem[] }
  | { readonly kind: 'entities'; readonly entities: readonly DiscoveredEntity[] }

const CACHE_MS = 5_000
const MAX_CACHED_TOPICS = 20_000
const NO_SOURCE: Source = { name: 'discovery', topic: '#' }

type Admitted = Exclude<Admission, { readonly refused: unknown }>
/** Whether the device of a description may be registered, and as what. */
export type Admit = (db: PoolClient, device: string, topic: string) => Promise<Admission>

export class DiscoveryState {
  readonly #admit: Admit
  readonly #cache = new Map<string, { entities: readonly DiscoveredEntity[]; untilMs: number }>()

  constructor(admit: Admit) {
    this.#admit = admit
  }

  /** Stores the configs among the messages, in order, then looks up the others; undefined for a topic without description. */
  async lookUp(pool: Pool, messages: readonly Lookup[]): Promise<(Found | undefined)[]> {
    const configs = messages.map(({ topic, payload }) => readPayload(topic, payload))
    const problems: FieldProblem[][] = []
    for (const [i, message] of messages.entries()) {
      const config = configs[i]
      if (config !== undefined) problems[i] = await this.#store(pool, message.topic, config)
    }
    const topics = messages.flatMap(({ topic }, i) => (configs[i] === undefined ? [topic] : []))
    await this.#load(pool, topics)
    return messages.map(({ topic }, i): Found | undefined => {
      if (configs[i] !== undefined) return { kind: 'config', problems: problems[i] ?? [] }
      const entities = this.#cache.get(topic)?.entities ?? []
      return entities.length > 0 ? { kind: 'entities', entities } : undefined
    })
  }

  /** @returns the parts of the config that cannot be used; all of it while its device is not registered */
  async #store(pool: Pool, topic: string, config: Config | 'removed'): Promise<FieldProblem[]> {
    const problems = await inTransaction(pool, async (client) => {
      await saveEntities(client, topic, config === 'removed' ? [] : config.entities)
      if (config === 'removed') return []
      const admission = await this.#admit(client, config.device, topic)
      if ('refused' in admission) return [notRegistered(config, admission.refused)]
      await register(client, config, admission)
      return problemsOf(config)
    })
    this.#cache.clear()
    return problems
  }

  async #load(pool: Pool, topics: readonly string[]): Promise<void> {
    const now = performance.now()
    const missing = [...new Set(topics)].filter((topic) => (this.#cache.get(topic)?.untilMs ?? 0) < now)
    if (missing.length === 0) return
    if (this.#cache.size + missing.length > MAX_CACHED_TOPICS) this.#cache.clear()
    const found = await selectEntities(pool, missing)
    for (const topic of missing) this.#cache.set(topic, { entities: found.get(topic) ?? [], untilMs: now + CACHE_MS })
  }
}

/** Undefined where the message describes nothing; the decoder gives the reason. */
function readPayload(topic: string, payload: Buffer): Config | 'removed' | undefined {
  if (isDatastreamTopic(topic)) return datastreamConfig(topic, parseJson(textOf(payload)))
  if (!isConfigTopic(topic.split('/'))) return undefined
  if (payload.length === 0) return 'removed'
  const config = readConfig(topic.split('/'), parseJson(textOf(payload)))
  return 'reason' in config ? undefined : config
}

const problemsOf = ({ device, entities }: Config): FieldProblem[] =>
  entities.flatMap(({ entity: { field, refused } }) =>
    refused === undefined
      ? []
      : [
          {
            field,
            device,
            reason: 'unsupported_template' as const,
            detail: `"${refused}" is not a plain path into the message`,
          },
        ],
  )

const notRegistered = ({ device, name }: Config, reason: FieldProblem['reason']): FieldProblem => ({
  ...{ device, reason },
  field: 'device',
  detail: `device ${device} ("${name}") is not registered`,
})

/** Registers the Thing of a config with its name, and the Datastreams that the config announces. */
async function register(db: PoolClient, config: Config, admission: Admitted): Promise<void> {
  const { device, name, attributes, entities } = config
  const streams = entities.flatMap(({ entity }) => {
    const meaning = entity.on === undefined ? meaningIn(entity, NO_SOURCE) : { property: 'online', channel: '' }
    const property = PROPERTIES.get(meaning?.property ?? '')
    return meaning && property ? [{ property, channel: meaning.channel ?? '' }] : []
  })
  const domain =
    (streams.find(({ property }) => !isAboutDevice(property.name as PropertyName)) ?? streams[0])?.property.domain ??
    'connectivity'
  await insertThings(db, [{ ...admission, key: keyOf(device), name, domain, simulated: false }])
  const thingId = await describeThing(db, { device, name, attributes })
  if (thingId === undefined || streams.length === 0) return
  await insertDatastreams(
    db,
    streams.map(({ property, channel }) => ({
      thingId,
      property: property.name as PropertyName,
      channel,
      unit: property.unit,
    })),
  )
}
