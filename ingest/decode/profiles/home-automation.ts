import { certainNames, type OtherNames } from '../mapped/others.ts'
import { unitsAtEnd } from '../names/units-in-names.ts'
import { profile } from './profile.ts'

/**
 * One value per topic, `<prefix>/sensor/<object>/state`: the topics have no unit, so that few names are certain; the messages of
 * MQTT discovery, which both systems can send, say more (`home-assistant`).
 */
const isState = (levels: readonly string[]): boolean =>
  levels.length >= 4 && levels.at(-3) === 'sensor' && levels.at(-1) === 'state'

/** Quantities that these systems send in the unit that is set: °C or °F; hPa, inHg, Pa or psi. */
const IN_ANY_UNIT = /temperature$|^(dew_point|pressure)$/

/** 48 may be degrees Fahrenheit: such a quantity is certain only with the unit in its name. */
const withTheirUnit =
  (doubt: string): OtherNames =>
  (keys, siblings) => {
    const read = certainNames(keys, siblings)
    const isOpen = typeof read.meaning === 'object' && IN_ANY_UNIT.test(read.meaning.property)
    return isOpen && unitsAtEnd(keys.at(-1) ?? '').length === 0 ? { meaning: undefined, doubt } : read
  }

/** The levels before `sensor` are Home Assistant; each entity is a device. */
const statestream = profile({
  name: 'home-assistant-statestream',
  source: 'home-assistant.io/integrations/mqtt_statestream',
  claims: ({ levels }) =>
    /^(homeassistant|hass|statestream)$/.test(levels[0] ?? '') &&
    levels.length === 4 &&
    /^(sensor|binary_sensor|weather|sun|person|device_tracker|switch|light|climate|automation)$/.test(levels[1] ?? ''),
  mappings: [{ topic: '+/sensor/+/state', encoding: 'value', value: { from: -2, to: -2 }, device: { level: -2 } }],
  others: withTheirUnit('it is in the unit that Home Assistant is set to'),
})

const esphome = profile({
  name: 'esphome',
  source: 'esphome.io/components/mqtt, "MQTT Component Base Configuration"',
  claims: ({ levels }) => isState(levels),
  mappings: [{ encoding: 'value', value: { from: -2, to: -2 }, device: { level: 1, to: -4 } }],
  others: certainNames,
})

const STATE = { property: 'online', values: { ready: 1, alert: 1, sleeping: 1, disconnected: 0, lost: 0 } }
const homieDevice = (topic: string, level: number) => ({
  topic,
  ...{ encoding: 'value' as const, value: { from: level + 1 }, device: { level } },
  fields: { '["$state"]': STATE },
  // a device that is being set up says nothing yet
  missing: ['init'],
})
/** The unit is in a message of its own, `$unit`, which is not read. */
const HOMIE_NAMES = withTheirUnit('its unit is that of its attribute $unit')

/** Nodes become channels. Attributes, whose level begins with `$`, describe a device. */
const homie = profile({
  name: 'homie',
  source: 'homieiot.github.io/specification, versions 3 and 4 (and 5, with its version as second level)',
  claims: ({ levels }) => levels[0] === 'homie' && levels.length >= 3,
  mappings: ['homie/5/+/+/+', 'homie/5/+/+', 'homie/+/+', 'homie/+/+/+'].map((topic) =>
    homieDevice(topic, topic.startsWith('homie/5') ? 3 : 2),
  ),
  others: (keys, siblings) =>
    keys.some((key) => key.startsWith('$')) ? { meaning: 'housekeeping' } : HOMIE_NAMES(keys, siblings),
})

export const HOME_AUTOMATION = [statestream, esphome, homie]
