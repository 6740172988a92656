import { MAX_TOPIC_BYTES, plainText } from '#model/text/storable-text.ts'
import type { Config, DiscoveredEntity, EntityAt } from '../../helpers/decoding-context.ts'
import { clip } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import type { RejectReason } from '../../helpers/types.ts'
import { squeeze } from '../../names/meaning.ts'

export type ConfigRead = Config | { readonly reason: RejectReason; readonly detail: string }
const refuse = (reason: RejectReason, detail: string): ConfigRead => ({ reason, detail })

const PREFIX = 'homeassistant'
/** `<prefix>/<component>/[<node>/]<object>/config` */
export const isConfigTopic = (levels: readonly string[]): boolean =>
  levels[0] === PREFIX && (levels.length === 4 || levels.length === 5) && levels.at(-1) === 'config'

/** Short keys of Home Assistant that are read here (home-assistant.io/integrations/mqtt, "Supported abbreviations"). */
const FULL: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{
      stat_t: 'state_topic',
      val_tpl: 'value_template',
      unit_of_meas: 'unit_of_measurement',
      dev_cla: 'device_class',
    },
    ...{
      stat_cla: 'state_class',
      uniq_id: 'unique_id',
      obj_id: 'object_id',
      dev: 'device',
      cmps: 'components',
      p: 'platform',
      ent_cat: 'entity_category',
    },
    ...{ avty: 'availability', avty_t: 'availability_topic', avty_tpl: 'availability_template', t: 'topic' },
    ...{
      pl_avail: 'payload_available',
      pl_not_avail: 'payload_not_available',
      pl_on: 'payload_on',
      pl_off: 'payload_off',
    },
    ...{ ids: 'identifiers', cns: 'connections', mf: 'manufacturer', mdl: 'model', sa: 'suggested_area' },
  }),
)

/** The object with short keys expanded; an existing full key takes precedence. */
function inFull(object: JsonObject): JsonObject {
  const full: Record<string, unknown> = {}
  for (const key of Object.keys(object).slice(0, 200)) {
    const name = FULL.get(key) ?? key
    if (name !== key && Object.hasOwn(object, name)) continue
    Object.defineProperty(full, name, { value: object[key], enumerable: true })
  }
  return full
}

/**
 * Reads a discovery message of one entity, or of a device with `components`. Only entities that measure are read: sensors,
 * and booleans for connectivity. Source: home-assistant.io/integrations/mqtt, "MQTT discovery".
 */
export function readConfig(levels: readonly string[], json: unknown): ConfigRead {
  if (!isObject(json)) return refuse('wrong_shape', 'a discovery message is an object')
  const config = inFull(json)
  const [, component = '', ...rest] = levels
  const id = rest.slice(0, -1).join('/')
  const about = inFull(ownObject(config, 'device') ?? {})
  const identifier = clip(identifierOf(about) ?? ownString(config, 'unique_id') ?? id, 200)
  const device = plainText(`home-assistant/${identifier}`)
  const name = plainText(clip(ownString(about, 'name') ?? ownString(config, 'name') ?? id, 200))
  const entities: EntityAt[] = []
  const parts = component === 'device' ? componentsOf(config) : [{ part: '', component, config }]
  if (parts.length === 0) return refuse('no_measurement', 'the device has no component')
  for (const { part, component: kind, config: one } of parts) {
    const entity = readEntity(kind, one, { device, deviceName: name, id: part === '' ? id : part })
    if ('reason' in entity) {
      // an invalid component does not affect the others
      if (parts.length === 1) return entity
    } else entities.push({ part, ...entity })
  }
  if (entities.length === 0) return refuse('no_measurement', 'no component with a measurement')
  entities.push(...availabilityOf(config, device))
  return { device, name, attributes: attributesOf(about), entities }
}

type Part = { part: string; component: string; config: JsonObject }

/** Components inherit the settings of the device: topics, availability, the base `~`. */
function componentsOf(config: JsonObject): Part[] {
  const components = ownObject(config, 'components') ?? {}
  return Object.keys(components)
    .slice(0, 200)
    .flatMap((part) => {
      const one = ownObject(components, part)
      if (!one) return []
      const full = { ...config, name: undefined, unique_id: undefined, ...inFull(one) }
      return [{ part: clip(part, 200), component: ownString(full, 'platform') ?? '', config: full }]
    })
}

/** The first identifier, or the first connection (["mac", "02:00:..."]). */
function identifierOf(about: JsonObject): string | undefined {
  const identifiers = own(about, 'identifiers')
  const first: unknown = Array.isArray(identifiers) ? identifiers[0] : identifiers
  if (typeof first === 'string' && first !== '') return first
  const connections = own(about, 'connections')
  const pair: unknown = Array.isArray(connections) ? connections[0] : undefined
  const address: unknown = Array.isArray(pair) ? pair[1] : undefined
  return typeof address === 'string' && address !== '' ? address : undefined
}

function attributesOf(about: JsonObject): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const key of ['manufacturer', 'model', 'suggested_area']) {
    const value = ownString(about, key)
    if (value !== undefined) attributes[key] = clip(value, 200)
  }
  return attributes
}

type Of = { device: string; deviceName: string; id: string }

function readEntity(
  component: string,
  config: JsonObject,
  { device, deviceName, id }: Of,
): { topic: string; entity: DiscoveredEntity } | { reason: RejectReason; detail: string } {
  if (component === 'device_tracker') return { reason: 'personal_data', detail: 'trackers follow people' }
  const deviceClass = ownString(config, 'device_class')
  const connected = component === 'binary_sensor' && deviceClass === 'connectivity'
  if (component !== 'sensor' && !connected)
    return { reason: 'no_measurement', detail: `component ${clip(component)} has no measurement` }
  const topic = topicOf(config, 'state_topic')
  if (topic === undefined) return { reason: 'wrong_shape', detail: 'the config names no state_topic' }
  const name = withoutPrefix(ownString(config, 'name') ?? '', deviceName)
  const unit = ownString(config, 'unit_of_measurement')?.trim()
  const stateClass = ownString(config, 'state_class')
  const entity: DiscoveredEntity = {
    device,
    field: clip(ownString(config, 'unique_id') ?? ownString(config, 'object_id') ?? id, 200),
    name: clip(name, 200),
    channel: connected ? '' : channelOf(name, deviceClass),
    ...readTemplate(ownString(config, 'value_template')),
    ...(ownString(config, 'entity_category') === 'diagnostic' && { diagnostic: true }),
    ...(deviceClass !== undefined && { deviceClass }),
    ...(stateClass !== undefined && { stateClass }),
    ...(unit !== undefined && unit !== '' && { unit: clip(unit) }),
    ...(connected && { on: payloadOf(config, 'payload_on', 'ON'), off: payloadOf(config, 'payload_off', 'OFF') }),
  }
  return { topic, entity }
}

/** A topic with its base: `~` at the start or the end is replaced by the value of the key `~`. */
function topicOf(config: JsonObject, key: string): string | undefined {
  const topic = ownString(config, key)
  const base = ownString(config, '~') ?? ''
  if (topic === undefined) return undefined
  const full = topic.startsWith('~') ? base + topic.slice(1) : topic.endsWith('~') ? topic.slice(0, -1) + base : topic
  return /[+#\0]/.test(full) || Buffer.byteLength(full) > MAX_TOPIC_BYTES ? undefined : plainText(full)
}

function payloadOf(config: JsonObject, key: string, fallback: string): string {
  const stated = own(config, key)
  return stated === undefined || stated === null ? fallback : clip(String(stated), 100)
}

const withoutPrefix = (name: string, prefix: string): string =>
  name.toLowerCase().startsWith(`${prefix.toLowerCase()} `) ? name.slice(prefix.length + 1) : name

/**
 * Several entities of a device may measure the same property, and their messages are independent: an entity whose name is
 * more than its property has that name as channel.
 */
function channelOf(name: string, deviceClass: string | undefined): string {
  const plain = squeeze(name)
  if (plain === '' || plain === squeeze(deviceClass ?? '')) return ''
  return name
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64)
}

/** Availability of the device: one topic, or a list of them. */
function availabilityOf(config: JsonObject, device: string): EntityAt[] {
  const list = own(config, 'availability')
  const entries = Array.isArray(list) ? list.filter(isObject).map(inFull) : isObject(list) ? [inFull(list)] : []
  const single = topicOf(config, 'availability_topic')
  const found =
    single === undefined
      ? entries
      : [{ ...config, topic: single, value_template: own(config, 'availability_template') }]
  // With several topics, all or any of them decide, which no single message shows.
  const [only, another] = found
  if (!only || another) return []
  const topic = topicOf({ ...only, '~': own(config, '~') }, 'topic')
  if (topic === undefined) return []
  const entity: DiscoveredEntity = {
    ...{ device, field: 'availability', name: 'availability', channel: '' },
    ...readTemplate(ownString(only, 'value_template')),
    on: payloadOf(only, 'payload_available', 'online'),
    off: payloadOf(only, 'payload_not_available', 'offline'),
  }
  return [{ part: ' availability', topic, entity }]
}

const TEMPLATE =
  /^\{\{-?\s*(value_json|value)((?:\.[A-Za-z_]\w*|\[(?:'[^']*'|"[^"]*"|\d+)\])*)\s*((?:\|\s*(?:float|int|round|is_defined)\s*(?:\([\w. -]*\))?\s*)*)-?\}\}$/
const STEP = /\.([A-Za-z_]\w*)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/g

/** The path of a template; filters that only convert the value to a number, or round it, are ignored. */
export function readTemplate(template: string | undefined): Pick<DiscoveredEntity, 'path' | 'refused'> {
  if (template === undefined || template.trim() === '') return {}
  const match = template.length <= 500 ? TEMPLATE.exec(template.trim()) : null
  const [, root, steps = ''] = match ?? []
  if (!match || (root === 'value' && steps !== '')) return { refused: clip(template, 120) }
  if (root === 'value') return {}
  const path = [...steps.matchAll(STEP)].map(([, dotted, single, double, index]) =>
    index === undefined ? (dotted ?? single ?? double ?? '') : Number(index),
  )
  return { path }
}
