import type { Position } from '#model/basics/geo.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { addReading, type Base, mappingOf, unmapped } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString, positionOf } from '../../helpers/json.ts'
import { readStatedInterval } from '../../helpers/local-time.ts'
import { Collector, MAX_SAMPLES, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { isElsewhere, isOfTheAir } from '../../names/context.ts'
import { type Meaning, meaningOf } from '../../names/meaning.ts'
import { type Attribute, countOf, MODELS, OF_A_DEVICE, UNIT_CODES, UNIT_REQUIRED, UNMODELLED } from './fiware-models.ts'

/**
 * Entities of a FIWARE context broker: NGSI-LD (ETSI GS CIM 009) and NGSIv2, normalised, concise or key-values; one
 * entity, an array of them, or a notification with `data`. The models are those of fiware-models.ts; attributes of
 * other types are looked up by name.
 */
export const fiware: Format = {
  name: 'fiware',
  claims: ({ json }) => entitiesOf(json)?.some(isKnown) ?? false,
  decode,
}

const isEntity = (value: unknown): value is JsonObject =>
  isObject(value) && typeof own(value, 'id') === 'string' && typeOf(value) !== ''

/** Signs of an entity: a known model, a name of NGSI-LD, or an attribute in normalised form. */
function isKnown(value: unknown): boolean {
  if (!isEntity(value)) return false
  if (MODELS.has(typeOf(value)) || String(own(value, 'id')).startsWith('urn:ngsi-ld:')) return true
  return Object.keys(value).some((key) => {
    const attribute = own(value, key)
    return isObject(attribute) && Object.hasOwn(attribute, 'value') && typeof own(attribute, 'type') === 'string'
  })
}

/** The last part of the type, which is a name, a URI, or a list of these in NGSI-LD. */
function typeOf(entity: JsonObject): string {
  const type = own(entity, 'type')
  const name = Array.isArray(type) ? type.find((one) => typeof one === 'string' && MODELS.has(tail(one))) : type
  return typeof name === 'string' ? tail(name) : ''
}
const tail = (name: string): string => name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('#')) + 1)

/** GeoJSON of NGSI-LD (ETSI GS CIM 009, 5.2.29): attributes under `properties`, `id` and the place outside. */
function fromFeature(value: unknown): unknown {
  if (!isObject(value) || own(value, 'type') !== 'Feature') return value
  const properties = ownObject(value, 'properties')
  const location = own(value, 'geometry')
  if (!properties) return value
  return { ...(isObject(location) && { location }), ...properties, id: own(value, 'id') }
}

function entitiesOf(json: unknown): readonly unknown[] | undefined {
  if (Array.isArray(json)) return json.map(fromFeature)
  if (!isObject(json)) return undefined
  if (own(json, 'type') === 'FeatureCollection') {
    const features = own(json, 'features')
    return Array.isArray(features) ? features.map(fromFeature) : undefined
  }
  if (own(json, 'type') === 'Feature') return [fromFeature(json)]
  const data = own(json, 'data')
  const notified = typeof own(json, 'subscriptionId') === 'string' || own(json, 'type') === 'Notification'
  if (notified) return Array.isArray(data) ? data.map(fromFeature) : isObject(data) ? entitiesOf(data) : undefined
  return [json]
}

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  const entities = entitiesOf(json)
  if (!entities) return reject('wrong_shape', 'expected an entity, an array of entities, or a notification with data')
  if (entities.length > MAX_SAMPLES) return reject('too_large', `more than ${MAX_SAMPLES} entities in one message`)
  const out = new Collector()
  for (const [index, entity] of entities.entries()) {
    if (isEntity(entity)) readEntity(entity, input, out)
    else out.problem(`[${index}]`, 'wrong_shape', `an entity with id and type was expected, not ${show(entity)}`)
    if (out.full) break
  }
  return out.finish('the entity measures nothing')
}

/** Some publish each observation as a separate entity with its time at the end of the id: the rest is the Thing. */
const OBSERVED_AT =
  /[-:_]\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?(?:[_/]\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/

function readEntity(entity: JsonObject, input: Input, out: Collector): void {
  const type = typeOf(entity)
  const id = String(own(entity, 'id')).slice(0, 256).replace(OBSERVED_AT, '')
  const base: Base = { device: `fiware/${id}` }
  const covered = timeOfEntity(entity, input, out)
  if (covered === 'unreadable') return
  Object.assign(base, covered)
  const location = placeOf(entity)
  if (location) base.location = location
  const reader: Reader = {
    ...{ type, input, base, out, lane: laneOf(entity) },
    kind: String(plain(own(entity, 'vehicleType') ?? own(entity, 'itemType')) ?? ''),
    model: MODELS.get(type) ?? UNMODELLED,
  }
  for (const name of Object.keys(entity)) {
    if (out.full) return
    if (name !== 'id' && name !== 'type' && name !== '@context') readAttribute(name, own(entity, name), reader)
  }
}

type Reader = {
  type: string
  /** from what is counted */
  kind: string
  /** from the lane */
  lane: string
  model: ReadonlyMap<string, Attribute>
  input: Input
  base: Base
  out: Collector
}

function readAttribute(name: string, attribute: unknown, reader: Reader): void {
  // NGSI-LD has several instances of one attribute as an array; each names its dataset.
  const instances = Array.isArray(attribute) && attribute.every(isProperty) ? attribute : [attribute]
  for (const instance of instances.slice(0, 100)) {
    const dataset = isObject(instance) ? ownString(instance, 'datasetId') : undefined
    readInstance(name, instance, dataset === undefined ? '' : clip(dataset.slice(dataset.lastIndexOf(':') + 1)), reader)
  }
}

const isProperty = (value: unknown): value is JsonObject => isObject(value) && Object.hasOwn(value, 'value')

function readInstance(name: string, attribute: unknown, dataset: string, reader: Reader): void {
  const { input, out } = reader
  const value = plain(attribute)
  const mapped = mappingOf(input.source, `${reader.type}.${name}`, name, reader.base.device)
  const meaning = mapped ?? meaningIn(name, attribute, value, reader)
  if (meaning === null || value === undefined || typeof value === 'boolean') return
  if (!meaning) {
    reportUnmapped(name, value, reader)
    return
  }
  const base = isProperty(attribute) ? baseOf(name, attribute, reader) : reader.base
  if (!base) return
  const unit = mapped?.unit ?? unitOf(attribute, meaning)
  if (unit === undefined && !mapped && UNIT_REQUIRED.has(name)) {
    out.problem(name, 'unknown_unit', `the model leaves the unit of "${name}" open: state a unitCode`)
    return
  }
  const channel = join(meaning.channel, dataset || reader.lane)
  const full: Meaning = { property: meaning.property, channel, ...(unit !== undefined && { unit }) }
  if (isObject(value)) readPhases(name, value, full, base, out)
  else addReading(out, base, full, meaning.property === 'wind_direction' ? clockwise(value) : value, name)
}

/** The models allow directions from -180 to 180 degrees: -45 is north-west. */
const clockwise = (value: unknown): unknown => {
  const degrees = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return degrees < 0 && degrees >= -180 ? degrees + 360 : value
}

const join = (channel: string | undefined, part: string): string =>
  channel && part ? `${channel}.${part}` : channel || part

function reportUnmapped(name: string, value: unknown, { base, out }: Reader): void {
  if (!isObject(value)) unmapped(out, name, name, value, base.device)
  else for (const key of Object.keys(value).slice(0, 20)) unmapped(out, `${name}.${key}`, name, value[key], base.device)
}

/** { L1, L2, L3 }, { L12, L23, L31 }, { N }: a channel each. */
function readPhases(name: string, values: JsonObject, meaning: Meaning, base: Base, out: Collector): void {
  for (const key of Object.keys(values).slice(0, 100)) {
    const channel = join(meaning.channel, clip(key.toLowerCase()))
    addReading(out, base, { ...meaning, channel }, values[key], `${name}.${key}`)
  }
}

function meaningIn(
  name: string,
  attribute: unknown,
  value: unknown,
  { model, type, kind }: Reader,
): Attribute | undefined {
  if (name === 'relativeHumidity') return humidity(value)
  if (name === 'intensity') return countOf(type, kind)
  const known = model.get(name)
  if (known !== undefined) return known
  const open = type === 'WaterObserved' ? UNIT_REQUIRED.get(name) : undefined
  if (open) return open
  // For a known model names are not guessed; attributes that it lacks are reported.
  if (model !== UNMODELLED) return undefined
  const special = type === 'Device' ? OF_A_DEVICE.get(name) : undefined
  if (special !== undefined) return special === 'uncertain' ? undefined : special
  const named = meaningOf(name, statedUnit(attribute))
  if (named === 'housekeeping') return null
  // the type says of what: WaterQualityObserved, WasteContainer; a device may be of anything
  return named && isOfTheAir(named.property) && isElsewhere(wordsOf(type)) ? undefined : named
}
const wordsOf = (type: string): string => type.replace(/device/i, '').replace(/([a-z])([A-Z])/g, '$1 $2')

/** The models define a share from 0 to 1, but many brokers contain percentages, recognised by values above 1. */
function humidity(value: unknown): Meaning {
  return { property: 'relative_humidity', unit: Number(value) > 1 ? '%' : '1' }
}

/** The unit of the message in UCUM. */
function statedUnit(attribute: unknown): string | undefined {
  const stated = isObject(attribute) ? (own(attribute, 'unitCode') ?? metadata(attribute, 'unitCode')) : undefined
  return typeof stated === 'string' && stated.trim() !== ''
    ? (UNIT_CODES.get(stated.trim()) ?? stated.trim())
    : undefined
}

/** The same, else that of the model. */
function unitOf(attribute: unknown, meaning: Meaning): string | undefined {
  const stated = isObject(attribute) ? (own(attribute, 'unitCode') ?? metadata(attribute, 'unitCode')) : undefined
  if (typeof stated !== 'string' || stated.trim() === '') return meaning.unit
  const code = stated.trim()
  // "one" is the unit of a count, and a decibel of a sound level has its weighting
  const property = PROPERTIES.get(meaning.property)
  if (code === 'C62' && property?.unit === '{count}') return undefined
  if (code === '2N') return property?.unit.startsWith('dB') ? undefined : 'dB'
  return UNIT_CODES.get(code) ?? code
}

/** NGSIv2 has units and times of an attribute in its `metadata`. */
function metadata(attribute: JsonObject, name: string): unknown {
  const entry = ownObject(ownObject(attribute, 'metadata') ?? {}, name)
  return entry && own(entry, 'value')
}

/** The value in any form; undefined for a relationship. */
function plain(attribute: unknown): unknown {
  let value = attribute
  for (let depth = 0; depth < 3 && isObject(value); depth += 1) {
    if (Object.hasOwn(value, '@value')) return own(value, '@value')
    if (own(value, 'type') === 'Relationship' || Object.hasOwn(value, 'object')) return undefined
    if (!Object.hasOwn(value, 'value')) return value
    value = own(value, 'value')
  }
  return value
}

function laneOf(entity: JsonObject): string {
  const lane = plain(own(entity, 'laneId'))
  return typeof lane === 'number' || (typeof lane === 'string' && lane.length <= 32) ? String(lane) : ''
}

/** The time of the attribute itself, where it has one; undefined, with the problem recorded, when it is invalid. */
function baseOf(name: string, attribute: JsonObject, { input, base, out }: Reader): Base | undefined {
  const stamp =
    own(attribute, 'observedAt') ??
    metadata(attribute, 'TimeInstant') ??
    metadata(attribute, 'observedAt') ??
    metadata(attribute, 'timestamp')
  if (stamp === undefined || stamp === null) return base
  const covered = readStamp(stamp, input)
  if (covered) {
    const { end: _end, flags: _flags, ...place } = base
    return { ...place, ...covered }
  }
  out.problem(`${name}.observedAt`, 'bad_time', `${show(stamp)} is not a time`)
  return undefined
}

const TIMES = [
  ...[
    'dateObserved',
    'dateObservedFrom',
    'dateObservedTo',
    'observationDateTime',
    'observationDate',
    'TimeInstant',
    'observedAt',
  ],
] as const

function timeOfEntity(entity: JsonObject, input: Input, out: Collector): Covered | undefined | 'unreadable' {
  for (const name of TIMES) {
    const stamp = plain(own(entity, name))
    if (stamp === undefined || stamp === null || stamp === '') continue
    const covered = readStamp(stamp, input)
    if (covered) return covered.end ? covered : withBounds(covered, stamp, entity, input)
    out.problem(name, 'bad_time', `${show(stamp)} is not a time`)
    return 'unreadable'
  }
  return undefined
}

/** An interval in separate attributes; a single time is its start with dateObservedTo, its end with dateObservedFrom. */
function withBounds(covered: Covered, stamp: unknown, entity: JsonObject, input: Input): Covered {
  const [from, to] = ['dateObservedFrom', 'dateObservedTo'].map((name) => {
    const bound = plain(own(entity, name))
    return readStamp(bound, input) ? bound : plain(stamp)
  })
  const interval = readStamp(`${from}/${to}`, input)
  return interval?.end ? interval : covered
}

type Covered = NonNullable<ReturnType<typeof readStatedInterval>>

/** A point in time or an interval; without an offset UTC, as in NGSIv2, or local to the time zone that is set for the source. */
function readStamp(stamp: unknown, { source, receivedAt, retained }: Input): Covered | undefined {
  const text = plain(stamp)
  if (typeof text !== 'string' || text.length > 100) return undefined
  return readStatedInterval(text, { timeZone: source.timeZone ?? 'UTC', receivedAt, retained })
}

/** A GeoJSON Point, the middle vertex of a LineString, or NGSIv2's geo:point text "lat, lon". */
function placeOf(entity: JsonObject): Position | undefined {
  const place = plain(own(entity, 'location'))
  if (typeof place === 'string') {
    const [lat, lon, more] = place.split(',', 3)
    return more === undefined && lon !== undefined ? positionOf(lon, lat) : undefined
  }
  if (!isObject(place)) return undefined
  const coordinates = own(place, 'coordinates')
  if (!Array.isArray(coordinates)) return undefined
  if (own(place, 'type') === 'Point') return positionOf(coordinates[0], coordinates[1])
  if (own(place, 'type') !== 'LineString') return undefined
  const middle: unknown = coordinates[coordinates.length >> 1]
  return Array.isArray(middle) ? positionOf(middle[0], middle[1]) : undefined
}
