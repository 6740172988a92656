import { isPropertyName } from '#model/observation/properties.ts'
import type { DiscoveredEntity } from '../../helpers/decoding-context.ts'
import { addReading, type MappedSource, mappingOf, unmapped } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { type Meaning, meaningOf, squeeze } from '../../helpers/synonyms.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { isConfigTopic, readConfig } from './home-assistant-config.ts'

/**
 * State topics described by Home Assistant discovery, and the discovery messages themselves, which contain no measurement.
 * Topics of a more specific format are decoded by that; discovery is for all others, and for sources that name this format.
 */
export const homeAssistant: Format = {
  name: 'home-assistant',
  claims: ({ levels, context }) => (context?.entities?.length ?? 0) > 0 || isConfigTopic(levels),
  decode,
}

function decode(input: Input): Decoded {
  const entities = input.context?.entities ?? []
  if (entities.length > 0) return readStates(entities, input)
  if (!isConfigTopic(input.levels))
    return reject('not_discovered', `no discovery message for topic "${clip(input.topic)}"`)
  if (input.bytes.length === 0) return reject('no_measurement', 'discovery of a removed entity')
  if (input.json === undefined) return reject('not_json', notJson(input))
  const config = readConfig(input.levels, input.json)
  return 'reason' in config ? reject(config.reason, config.detail) : reject('no_measurement', 'a discovery message')
}

function readStates(entities: readonly DiscoveredEntity[], input: Input): Decoded {
  const out = new Collector()
  const seen = new Set<string>()
  for (const entity of entities) {
    if (out.full) break
    // Every entity of a device repeats its availability topic.
    const same = JSON.stringify([entity.device, entity.on === undefined ? entity.field : 'online'])
    if (seen.has(same)) continue
    seen.add(same)
    readState(entity, input, out)
  }
  return out.finish('the message has none of the values that its discovery promised')
}

function readState(entity: DiscoveredEntity, input: Input, out: Collector): void {
  const { device, field, name } = entity
  if (entity.refused !== undefined) {
    out.problem(field, 'unsupported_template', `"${entity.refused}" is more than a path into the message`, device)
    return
  }
  if (entity.path && input.json === undefined) {
    out.problem(field, 'not_json', notJson(input), device)
    return
  }
  const value = entity.path ? walk(input.json, entity.path) : input.text.trim()
  if (value === undefined) return
  const truth = truthOf(entity, value)
  if (truth !== undefined) {
    if (truth === 'neither')
      out.problem(field, 'bad_value', `${show(value)} is neither ${entity.on} nor ${entity.off}`, device)
    else addReading(out, { device }, { property: 'online' }, truth, field)
    return
  }
  const meaning = meaningIn(entity, input.source)
  if (meaning) addReading(out, { device }, meaning, value, field)
  else unmapped(out, field, name || field, value, device)
}

const truthOf = ({ on, off }: DiscoveredEntity, value: unknown): number | 'neither' | undefined => {
  if (on === undefined) return undefined
  if (String(value) === on) return 1
  return String(value) === off ? 0 : 'neither'
}

function walk(json: unknown, path: readonly (string | number)[]): unknown {
  let value = json
  for (const step of path) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }
  return isObject(value) || Array.isArray(value) ? undefined : value
}

/** Device classes of sensors (home-assistant.io/integrations/sensor, "Device class") that correspond to properties. */
const CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ temperature: 'temperature', humidity: 'relative_humidity', moisture: 'soil_moisture' },
    ...{
      pressure: 'pressure',
      atmospheric_pressure: 'pressure',
      illuminance: 'illuminance',
      irradiance: 'solar_irradiance',
    },
    ...{ wind_speed: 'wind_speed', wind_direction: 'wind_direction', sound_pressure: 'sound_level' },
    ...{ pm1: 'pm1', pm25: 'pm2_5', pm4: 'pm4', pm10: 'pm10', ozone: 'o3', sulphur_dioxide: 'so2' },
    ...{ carbon_dioxide: 'co2', carbon_monoxide: 'co', nitrogen_dioxide: 'no2', nitrogen_monoxide: 'no' },
    ...{ power: 'active_power', reactive_power: 'reactive_power', apparent_power: 'apparent_power' },
    ...{
      power_factor: 'power_factor',
      voltage: 'voltage',
      current: 'current',
      frequency: 'frequency',
      energy: 'energy',
    },
    ...{ battery: 'battery_level', signal_strength: 'rssi', water: 'water_volume', gas: 'gas_volume' },
    ...{ precipitation: 'precipitation_total' },
  }),
)
/**
 * Classes of amounts. Only a running total is a meter reading: `measurement` is an amount of a day or an interval, and
 * precipitation may be either unless its state class shows that it only increases
 * (developers.home-assistant.io/docs/core/entity/sensor, "Long-term statistics").
 */
const AMOUNTS: ReadonlySet<string> = new Set(['energy', 'water', 'gas', 'precipitation'])
const isRunningTotal = (deviceClass: string, stateClass: string | undefined): boolean =>
  deviceClass === 'precipitation' ? stateClass === 'total_increasing' : stateClass !== 'measurement'

/** The meaning of an entity: by its mapping, its class, its key in the message, or its name. */
export function meaningIn(entity: DiscoveredEntity, source: MappedSource): Meaning | undefined {
  const mapped = mappingOf(source, entity.field, entity.name, entity.device)
  if (mapped) return mapped
  const { deviceClass, stateClass } = entity
  if (deviceClass !== undefined && AMOUNTS.has(deviceClass) && !isRunningTotal(deviceClass, stateClass))
    return undefined
  const found = byClass(entity) ?? byName(String(entity.path?.at(-1) ?? '')) ?? byName(entity.name)
  if (!found) return undefined
  const unit = entity.unit ?? found.unit
  // a sound level depends on its weighting, which the class does not contain
  const stated = found.property === 'sound_level' && unit === 'dB' ? undefined : unit
  const channel = squeeze(entity.channel) === squeeze(found.property) ? '' : entity.channel
  return { property: found.property, channel, ...(stated !== undefined && { unit: stated }) }
}

function byClass({ deviceClass, name, field }: DiscoveredEntity): Meaning | undefined {
  const property = deviceClass === undefined ? undefined : CLASSES.get(deviceClass)
  const words = `${name} ${field}`
  if (property === 'energy' && /export|return|feed.?in/i.test(words)) return { property: 'energy_export' }
  if (property === 'energy' && /produc|yield|solar|pv/i.test(words)) return { property: 'energy_produced' }
  if (property === 'voltage' && /batt|vbat/i.test(words)) return { property: 'battery_voltage' }
  return property !== undefined && isPropertyName(property) ? { property } : undefined
}

function byName(name: string): Meaning | undefined {
  const found = meaningOf(name)
  return typeof found === 'object' ? found : undefined
}
