import { type Meaning, meaningOf, squeeze } from './meaning.ts'

/** Keys that only wrap the values of a message. */
const WRAPPER =
  /^(data|payload|object|values?|measurements?|sensors?|readings?|telemetry|decoded|decodedpayload|fields|params|state|status|result|results|message|messages|body|attributes|observations?)$/

/** Channel of what lies in an object: its keys from the outside in, without those that only wrap. */
export const channelOf = (parents: readonly string[]): string =>
  parents
    .filter((key) => !WRAPPER.test(squeeze(key)))
    .join('.')
    .slice(0, 64)

/** Objects whose temperature is not that of the air: a chip, a battery, a pipe, the soil. */
const NOT_AIR =
  /soil|ground|boden|chip|cpu|mcu|gpu|core|board|pcb|processor|soc|esp(32|8266)?$|intern|device|gateway|router|modem|batt|motor|engine|inverter|module|heatsink|boiler|tank|pool|pipe|water|supply|return|inlet|outlet|fridge|freezer|oven|fluid|coolant|analog|power|energy|meter/

/** Whether the words of a name say that something other than the air is measured. */
export const isElsewhere = (words: string): boolean =>
  words.split(/[^\p{L}\p{N}]+/u).some((word) => NOT_AIR.test(squeeze(word)))

const SOIL = /soil|boden|vwc|conduct|^ec\d?$|salinity|matric|dielectric|permittivity|epsilon|moisture/
const SOIL_TEMPERATURE = /(soil|boden)temp|temp(erature)?(soil|boden)/
const SOIL_MOISTURE = /(soil|boden)(moist|humid|feucht)|watersoil|moisture/
const WATER = /water|pulse|leak|turbid|dissolved|chlorin|^ph$|^orp$|^depth$|liquid|flowrate/

/**
 * Why the plain name `temperature` or `humidity` is not certain in this message: something else of it shows that the sensor
 * is in the soil or in water. Undefined where nothing does. This withholds a value; it never moves one to another series.
 */
export function contradiction(
  property: string,
  parents: readonly string[],
  siblings: () => ReadonlySet<string>,
): string | undefined {
  if (property !== 'temperature' && property !== 'relative_humidity') return undefined
  if (parents.some((key) => NOT_AIR.test(squeeze(key)))) return 'it may not be that of the air'
  const names = [...siblings()]
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name))
  if (property === 'relative_humidity')
    return has(SOIL) && !has(SOIL_MOISTURE) ? 'it may be that of the soil' : undefined
  if (has(SOIL) && !has(SOIL_TEMPERATURE)) return 'it may be that of the soil'
  return has(WATER) ? 'it may be that of the water' : undefined
}

/** Names of fields that are plainly of the air whatever the rest of the message says. */
const OF_THE_AIR = /air|ambient|outdoor|luft|sht/

export type NamedField = {
  readonly key: string
  /** keys of the objects around it, from the outside in */
  readonly parents: readonly string[]
  readonly unit?: string | undefined
  /** squeezed names of all fields of the message */
  readonly siblings: () => ReadonlySet<string>
}
export type FieldRead = { readonly meaning: Meaning | 'housekeeping' | undefined; readonly doubt?: string }

/**
 * The meaning of a field by its path: the key together with that of the object around it (`battery.voltage`,
 * `soil.temperature`, `no2.ppb`), else the key alone. Objects around it become the channel, whatever else the message has.
 */
export function meaningInPath({ key, parents, unit, siblings }: NamedField): FieldRead {
  const around = parents.at(-1)
  const together = around === undefined ? undefined : meaningOf(`${around}_${key}`, unit)
  if (typeof together === 'object') return { meaning: within(together, parents.slice(0, -1)) }
  const alone = meaningOf(key, unit)
  if (typeof alone !== 'object') return { meaning: alone }
  const isPlain = alone.channel === undefined && !OF_THE_AIR.test(squeeze(key))
  const doubt = isPlain ? contradiction(alone.property, parents, siblings) : undefined
  return doubt === undefined ? { meaning: within(alone, parents) } : { meaning: undefined, doubt }
}

export function within(meaning: Meaning, parents: readonly string[]): Meaning {
  const channel = [channelOf(parents), meaning.channel].filter(Boolean).join('.')
  return channel === '' ? meaning : { ...meaning, channel }
}
