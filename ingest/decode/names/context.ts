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
  /soil|ground|boden|chip|cpu|mcu|gpu|core|board|pcb|processor|soc|esp(32|8266)?$|intern|device|gateway|router|modem|batt|motor|engine|inverter|module|heatsink|boiler|tank|pool|pipe|water|supply|return|inlet|outlet|fridge|freezer|oven|fluid|coolant|analog|power|energy|container|waste|vehicle|machine|(?<!thermo|baro|hygro)meter/

/** Whether the words of a name say that something other than the air is measured. */
export const isElsewhere = (words: string): boolean =>
  words.split(/[^\p{L}\p{N}]+/u).some((word) => NOT_AIR.test(squeeze(word)))

/** Properties of the air whose plain names devices use for other things, too. */
export const isOfTheAir = (property: string): boolean => property === 'temperature' || property === 'relative_humidity'

const SOIL = /soil|boden|vwc|conduct|^ec\d?$|salinity|matric|dielectric|permittivity|epsilon|moisture/
const SOIL_TEMPERATURE = /(soil|boden)temp|temp(erature)?(soil|boden)/
const SOIL_MOISTURE = /(soil|boden)(moist|humid|feucht)|watersoil|moisture/
const WATER =
  /water|pulse|leak|turbid|dissolved|chlorin|oxygen|suspended|^ph$|^orp$|^(depth|niveau)(mm|cm|m|ft|in)?$|liquid|flowrate/
/** What only a meter of the mains sends beside a voltage, and not the modes and states of a power supply. */
const MAINS =
  /^(total|active|reactive|apparent|instant(aneous)?|import|export|real|ac)*(power|energy|wirkleistung|leistung)(?!mode|state|status|on|off|save|source|supply|level|cycle)|kwh|^watts?$|cosphi|powerfactor/
const BESIDE_MAINS: Readonly<Record<string, RegExp>> = {
  voltage: new RegExp(`${MAINS.source}|freq`),
  frequency: new RegExp(`${MAINS.source}|volt`),
}

/**
 * Why a plain name is not certain in this message. `temperature` or `humidity`: something else of it shows that the sensor is in
 * the soil or in water. `voltage` and `frequency`: nothing of it shows that they are those of the mains, so that they may be a
 * battery, an analogue input or a vibrating wire. Undefined where there is no doubt. This withholds a value; it never moves one
 * to another series.
 */
export function contradiction(
  property: string,
  parents: readonly string[],
  siblings: () => ReadonlySet<string>,
): string | undefined {
  const mains = BESIDE_MAINS[property]
  if (mains) {
    const names = [...parents.map(squeeze), ...siblings()]
    return names.some((name) => mains.test(name)) ? undefined : 'it may not be that of the mains'
  }
  if (!isOfTheAir(property)) return undefined
  if (parents.some((key) => NOT_AIR.test(squeeze(key)))) return 'it may not be that of the air'
  const names = [...siblings()]
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name))
  if (property === 'relative_humidity')
    return has(SOIL) && !has(SOIL_MOISTURE) ? 'it may be that of the soil' : undefined
  if (has(SOIL) && !has(SOIL_TEMPERATURE)) return 'it may be that of the soil'
  return has(WATER) ? 'it may be that of the water' : undefined
}

/** Names of fields that are plainly of the air, or of the mains, whatever the rest of the message says. */
const SAYS_WHERE = /air|ambient|outdoor|luft|sht|mains|grid|line|netz|vrms|^ac/

/** Names of devices that stand in something else than the air around people: what people call a sensor by its place. */
const INSIDE_SOMETHING =
  /fridge|freezer|refrigerat|kuhlschrank|gefrier|congel|frigo|nevera|boiler|hotwater|(water|oil|fish|septic)tank|aquarium|pool|sauna|oven|furnace|compost/
export const isInsideSomething = (deviceName: string): boolean => INSIDE_SOMETHING.test(squeeze(deviceName))

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
  const doubt = isPlain(key, alone) ? contradiction(alone.property, parents, siblings) : undefined
  return doubt === undefined ? { meaning: within(alone, parents) } : { meaning: undefined, doubt }
}

/** Numbers and units in a name say nothing about the place: `temperature_1` in a processor is that of the processor. */
function isPlain(key: string, { channel }: Meaning): boolean {
  return !SAYS_WHERE.test(squeeze(key)) && (channel === undefined || channel === key || /^\d{1,2}$/.test(channel))
}

export function within(meaning: Meaning, parents: readonly string[]): Meaning {
  const channel = [channelOf(parents), meaning.channel].filter(Boolean).join('.')
  return channel === '' ? meaning : { ...meaning, channel }
}
