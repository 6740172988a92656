import { isPropertyName } from '#model/observation/properties.ts'
import { ucum } from '#model/observation/units.ts'
import type { DiscoveredEntity } from '../../helpers/decoding-context.ts'
import { addReading, type MappedSource, mappingOf, unmapped } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { isElsewhere } from '../../names/context.ts'
import { type Meaning, meaningOf, squeeze } from '../../names/meaning.ts'
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
  const key = String(entity.path?.at(-1) ?? '')
  const found = deviceClass === undefined ? (byName(key, entity) ?? byName(entity.name, entity)) : byClass(entity)
  if (!found || isOfDevice(entity, found.property)) return undefined
  const unit = entity.unit ?? found.unit
  if (unit === undefined && needsUnit(found.property)) return undefined
  const channel = squeeze(entity.channel) === squeeze(found.property) ? '' : entity.channel
  return { property: found.property, channel, ...(unit !== undefined && { unit }) }
}

/** What a device says of itself: a diagnostic temperature is that of its board. */
const DIAGNOSTIC: ReadonlySet<string> = new Set([
  'battery_level',
  'battery_voltage',
  'rssi',
  'snr',
  'link_quality',
  'online',
])
const isOfDevice = ({ diagnostic }: DiscoveredEntity, property: string): boolean =>
  diagnostic === true && !DIAGNOSTIC.has(property)

/** Properties that devices send in several units, and a level that depends on its weighting. */
const NEEDS_UNIT =
  /^(no2?|nox|o3|so2|nh3|h2s|co|pressure|wind_speed|energy.*|.*_power|voltage|current|.*_volume|water_flow|sound_level|precipitation_total)$/
const needsUnit = (property: string): boolean => NEEDS_UNIT.test(property)

/** Classes name the quantity, not where it is measured; the name of the entity may say that. */
const SOIL = /soil|boden|ground|plant|pflanze/i

type Words = { readonly words: string; readonly unit: string | undefined; readonly deviceClass: string }
/** The property of a class that is not certain by itself; undefined where the entity leaves it open. */
const REFINED: Readonly<Record<string, (of: Words) => string | undefined>> = {
  energy: ({ words }) => {
    if (/export|return|feed.?in/i.test(words)) return 'energy_export'
    return /produc|yield|solar|pv/i.test(words) ? 'energy_produced' : 'energy'
  },
  voltage: ({ words, unit }) => (/batt|vbat/i.test(words) ? 'battery_voltage' : unit === 'mV' ? undefined : 'voltage'),
  temperature: ({ words }) => {
    if (SOIL.test(words)) return 'soil_temperature'
    return isElsewhere(words) ? undefined : 'temperature'
  },
  relative_humidity: ({ words }) => (SOIL.test(words) ? undefined : 'relative_humidity'),
  soil_moisture: ({ words }) => (SOIL.test(words) ? 'soil_moisture' : undefined),
  pressure: ({ unit = '', deviceClass }) =>
    deviceClass === 'atmospheric_pressure' || meaningOf('pressure', unit) ? 'pressure' : undefined,
  sound_level: ({ unit = '' }) => (ucum(unit) === 'dB{A}' ? 'sound_level' : undefined),
}

function byClass({ deviceClass = '', name, field, unit }: DiscoveredEntity): Meaning | undefined {
  const stated = CLASSES.get(deviceClass)
  if (stated === undefined) return undefined
  const refine = Object.hasOwn(REFINED, stated) ? REFINED[stated] : undefined
  const property = refine ? refine({ words: `${name} ${field}`, unit, deviceClass }) : stated
  return property !== undefined && isPropertyName(property) ? { property } : undefined
}

function byName(name: string, { unit }: DiscoveredEntity): Meaning | undefined {
  const found = meaningOf(name, unit)
  return typeof found === 'object' ? found : undefined
}
