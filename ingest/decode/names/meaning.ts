import { isPropertyName, propertyOf } from '#model/observation/properties.ts'
import { toCanonical, ucum } from '#model/observation/units.ts'
import { suggestionFor as suggestion } from './suggestions.ts'
import { unitsAtEnd } from './units-in-names.ts'
import { CERTAIN, type Certain, EXACT } from './vocabulary.ts'

/** Meaning of a field: the property, the unit implied by the name or its format, and the channel. */
export type Meaning = { readonly property: string; readonly unit?: string; readonly channel?: string }
export type Lookup = Meaning | 'housekeeping' | undefined

/** Fields about the device or its firmware: neither stored nor reported as unmapped. */
const HOUSEKEEPING: ReadonlySet<string> = new Set(
  (
    'batstatus ext extsensor extsensortype worktype workmode mode model sensormodel firmwareversion hardwareversion softwareversion fwversion hwversion version ' +
    'freqband subband frequencyband seq sequence fcnt uptime heap freeheap interval samples minmicro maxmicro id deviceid devid type status ' +
    'err error valid checksum payloadver payloadversion protocol protocolversion interruptflag interruptstatus alarm alarmflag timestamp time ts datalogflag ' +
    'nodetype hexstatus systimestamp pollmessagestatus retransmissionstatus msgid port channel altitude hdop satellites alt accuracy ' +
    'pressuresealevel pressureatsealevel tempsealevel'
  ).split(' '),
)

/** Without letter case, accents and punctuation; the decimal of a particle size is kept: PM1.0 is not PM10. */
export const squeeze = (name: string): string =>
  name
    .replace(/pm[ _.-]?(\d{1,2})[._p](\d)(?!\d)/i, 'pm$1d$2')
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')

/** Names of quantities that are not certain without a unit or at all, but that are names of quantities and not of devices. */
const QUANTITIES: ReadonlySet<string> = new Set(
  (
    'flow speed occupancy light noise sound moisture battery batt soc vdd tmp tc precipitation rain download upload latency jitter packetloss ' +
    'averagespeed avgspeed speedkmh signalstrength internaltemperature vehiclecount bicyclecount pedestriancount waterflow p0 p1 p2 niveau'
  ).split(' '),
)

/** Whether a text is the name of a quantity, whether or not it says which property that is. */
export function isQuantity(name: string): boolean {
  if (name.length > 64) return false
  if (isPropertyName(name) || typeof meaningOf(name) === 'object') return true
  const stems = [name, ...unitsAtEnd(name).map(({ stem }) => stem), name.replace(/_?\d{1,2}$/, '')].map(squeeze)
  return stems.some((stem) => CERTAIN.has(stem) || QUANTITIES.has(stem))
}

export const suggestionFor = (name: string): string | undefined => suggestion(name, squeeze(name))

const CACHE_LIMIT = 4096
const cache = new Map<string, Lookup>()

/**
 * The meaning of a free-form field name, where it is certain: by the name alone, or by name and unit; the unit is the stated
 * one, else that at the end of the name. Undefined when it is not certain: then a person or a profile has to say it.
 *
 * The channel depends on the name alone, never on other fields: '' for the plain name in the unit of its property, the
 * number or the qualifier of a name that has one, and the name itself where it contains another unit (`no2_ppb`).
 */
export function meaningOf(name: string, stated?: string): Lookup {
  const key = stated === undefined ? name : `${name}\n${stated}`
  if (cache.has(key)) return cache.get(key)
  const found = name.length > 64 ? undefined : search(name, stated)
  if (cache.size >= CACHE_LIMIT) cache.clear()
  cache.set(key, found)
  return found
}

function search(name: string, stated: string | undefined): Lookup {
  if (HOUSEKEEPING.has(squeeze(name))) return 'housekeeping'
  return read(name, stated) ?? numbered(name, stated)
}

/** A name with a trailing number, which becomes the channel: temperature_2, temperature_2_c. */
function numbered(name: string, stated: string | undefined): Meaning | undefined {
  const match = /^(.*[^\d_])_?(\d{1,2})$/.exec(name)
  const base = match && read(match[1] ?? '', stated)
  if (base) return { ...base, channel: [base.channel, match?.[2]].filter(Boolean).join('.') }
  for (const { stem, unit } of unitsAtEnd(name)) {
    const inner = /^(.*[^\d_])_?(\d{1,2})[ _.-]$/.exec(stem)
    const found = inner && read(inner[1] ?? '', stated ?? unit)
    if (found) return { ...found, channel: [found.channel, inner[2]].filter(Boolean).join('.') }
  }
  return undefined
}

function read(name: string, stated: string | undefined): Meaning | undefined {
  const certain = EXACT.get(name) ?? CERTAIN.get(squeeze(name))
  const plain = certain && withUnit(certain, stated ?? certain.unit)
  if (plain) return plain
  for (const { stem, unit } of unitsAtEnd(name)) {
    const found = CERTAIN.get(squeeze(stem))
    if (!found || !fits(found, unit)) continue
    const meaning = withUnit(found, stated ?? unit)
    if (!meaning) continue
    const own = unit === propertyOf(found.property).unit || found.unit === unit || meaning.channel ? undefined : name
    return own === undefined ? meaning : { ...meaning, channel: own }
  }
  return undefined
}

/** A unit of another dimension is passed on, so that normalise rejects the value by its name. */
function withUnit({ property, only, channel }: Certain, unit: string | undefined): Meaning | undefined {
  if (unit === undefined) return undefined
  if (only && !only.includes(ucum(unit) ?? unit)) return undefined
  return { property, unit, ...(channel !== undefined && { channel }) }
}

const fits = ({ property }: Certain, unit: string): boolean => toCanonical(1, unit, propertyOf(property)) !== undefined
