/**
 * What Home Assistant discovery and SensorThings Datastreams say of other topics, in the database: they are kept and
 * register their Things; state topics are looked up. A worker remembers what it looked up for a few seconds, so that what another one was told is soon known.
 */
import type { Pool, PoolClient } from '#infra/db/pool.ts'
import { inTransaction } from '#infra/db/pool.ts'
import type { Source } from '#model/city/city-pack.ts'
import { PROPERTIES, type PropertyName } from '#model/observation/properties.ts'
import { meaningIn } from '../../decode/formats/home-automation/home-assistant.ts'
import { isConfigTopic, readConfig } from '../../decode/formats/home-automation/home-assistant-config.ts'
import { datastreamConfig, isDatastreamTopic } from '../../decode/formats/standards/sensorthings-entity.ts'
import { parseJson, textOf } from '../../decode/helpers/input.ts'
import type { Config, DiscoveredEntity } from '../../decode/helpers/memory.ts'
import type { FieldProblem } from '../../decode/helpers/types.ts'
import { insertDatastreams, insertThings } from '../../registry/queries.ts'
import { keyOf } from '../../registry/registry.ts'
import { describeThing, saveEntities, selectEntities } from './queries.ts'

export type Question = { readonly topic: string; readonly payload: Buffer }
/** `config`: it is kept, with what of it cannot be used. `entities`: how to read the message. */
export type Found =
  | { readonly kind: 'config'; readonly problems: readonly FieldProblem[] }
  | { readonly kind: 'entities'; readonly entities: readonly DiscoveredEntity[] }

const KEPT_MS = 5_000
const TOPICS_KEPT = 20_000
const NO_SOURCE: Source = { name: 'discovery', topic: '#' }

export class DiscoveryState {
  readonly #simulated: boolean
  readonly #known = new Map<string, { entities: readonly DiscoveredEntity[]; untilMs: number }>()

  constructor({ simulated }: { simulated: boolean }) {
    this.#simulated = simulated
  }

  /** Keeps the configs among the messages, in order, then looks up the others; undefined: nothing is known of it. */
  async recall(pool: Pool, messages: readonly Question[]): Promise<(Found | undefined)[]> {
    const configs = messages.map(({ topic, payload }) => readPayload(topic, payload))
    for (const [i, message] of messages.entries()) {
      const config = configs[i]
      if (config !== undefined) await this.#keep(pool, message.topic, config)
    }
    const topics = messages.flatMap(({ topic }, i) => (configs[i] === undefined ? [topic] : []))
    await this.#look(pool, topics)
    return messages.map(({ topic }, i): Found | undefined => {
      const config = configs[i]
      if (config !== undefined) return { kind: 'config', problems: config === 'gone' ? [] : problemsOf(config) }
      const entities = this.#known.get(topic)?.entities ?? []
      return entities.length > 0 ? { kind: 'entities', entities } : undefined
    })
  }

  async #keep(pool: Pool, topic: string, config: Config | 'gone'): Promise<void> {
    await inTransaction(pool, async (client) => {
      await saveEntities(client, topic, config === 'gone' ? [] : config.entities)
      if (config !== 'gone') await register(client, config, this.#simulated)
    })
    this.#known.clear()
  }

  async #look(pool: Pool, topics: readonly string[]): Promise<void> {
    const now = performance.now()
    const wanted = [...new Set(topics)].filter((topic) => (this.#known.get(topic)?.untilMs ?? 0) < now)
    if (wanted.length === 0) return
    if (this.#known.size + wanted.length > TOPICS_KEPT) this.#known.clear()
    const found = await selectEntities(pool, wanted)
    for (const topic of wanted) this.#known.set(topic, { entities: found.get(topic) ?? [], untilMs: now + KEPT_MS })
  }
}

/** Undefined where it describes nothing; a decoder says why. */
function readPayload(topic: string, payload: Buffer): Config | 'gone' | undefined {
  if (isDatastreamTopic(topic)) return datastreamConfig(topic, parseJson(textOf(payload)))
  if (!isConfigTopic(topic.split('/'))) return undefined
  if (payload.length === 0) return 'gone'
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
            detail: `"${refused}" is more than a path into the message`,
          },
        ],
  )

/** The Thing of a config with its name, and the Datastreams it promises. */
async function register(db: PoolClient, config: Config, simulated: boolean): Promise<void> {
  const { device, name, attributes, entities } = config
  const streams = entities.flatMap(({ entity }) => {
    const meaning = entity.on === undefined ? meaningIn(entity, NO_SOURCE) : { property: 'online', channel: '' }
    const property = PROPERTIES.get(meaning?.property ?? '')
    return meaning && property ? [{ property, channel: meaning.channel ?? '' }] : []
  })
  const domain = streams.find(({ property }) => property.name !== 'online')?.property.domain ?? 'connectivity'
  await insertThings(db, [{ device, key: keyOf(device), name, domain, simulated }])
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
