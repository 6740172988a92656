import { addReading, type Base, mappingOf, unmapped } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { Collector, MAX_SAMPLES, reject } from '../../helpers/result.ts'
import { readCovered } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { datastreamKey, idOf, isDatastreamTopic, meaningIn, placeIn, rememberedMeaning } from './sensorthings-entity.ts'

const TOPIC = /(?:^|\/)v1\.[01]\/(?:Datastreams\(([^)]{1,80})\)\/)?Observations$/
const NAVIGATION = /Datastreams\(([^)]{1,80})\)/

/**
 * OGC SensorThings API: Observations, over MQTT or as posted, alone or with their Datastream; Datastreams and Things with
 * their Observations, and lists of either, as returned by a server (`$expand`); lists of values (`dataArray`). An Observation
 * that only names its Datastream is decoded by a mapping of `Datastreams(423)`, or by the description that the Datastream
 * published on its own topic. Source: OGC 18-088.
 */
export const sensorThings: Format = {
  name: 'sensorthings',
  claims: ({ topic, json }) => TOPIC.test(topic) || isDatastreamTopic(topic) || entitiesIn(json).some(isEntity),
  decode,
}

function isEntity(json: JsonObject): boolean {
  const keys = Object.keys(json)
  if (keys.includes('unitOfMeasurement') && keys.includes('Observations')) return true
  const observed = own(json, 'phenomenonTime') !== undefined || own(json, 'observationType') !== undefined
  const typical = (key: string): boolean => /^(?:@iot\.|Datastream|observationType)/.test(key)
  return (
    (observed && keys.some(typical)) || (Array.isArray(own(json, 'dataArray')) && isObject(own(json, 'Datastream')))
  )
}

/** One entity, a list, or a response with a list, up to the limit of a message. */
function entitiesIn(json: unknown): JsonObject[] {
  const list = isObject(json) ? own(json, 'value') : json
  if (Array.isArray(list)) return list.slice(0, MAX_SAMPLES).filter(isObject)
  return isObject(json) ? [json] : []
}

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  const entities = entitiesIn(json)
  if (entities.length === 0) return reject('wrong_shape', 'an entity, or a list of them, was expected')
  const out = new Collector()
  for (const entity of entities) readEntity(entity, undefined, input, out)
  return out.finish('an entity without a result')
}

function readEntity(entity: JsonObject, datastream: JsonObject | undefined, input: Input, out: Collector): void {
  if (out.full) return
  const inner = (key: string): JsonObject[] => {
    const list = own(entity, key)
    return Array.isArray(list) ? list.slice(0, MAX_SAMPLES).filter(isObject) : []
  }
  if (Object.hasOwn(entity, 'result'))
    readObservation(entity, datastream ?? ownObject(entity, 'Datastream'), input, out)
  for (const observation of rowsOf(entity)) readObservation(observation, ownObject(entity, 'Datastream'), input, out)
  for (const observation of inner('Observations')) readEntity(observation, entity, input, out)
  for (const stream of inner('Datastreams')) readEntity({ ...stream, Thing: entity }, undefined, input, out)
}

/** `components` defines the values of each row of `dataArray`. */
function rowsOf(entity: JsonObject): JsonObject[] {
  const [components, rows] = [own(entity, 'components'), own(entity, 'dataArray')]
  if (!Array.isArray(components) || !Array.isArray(rows) || components.length > 20) return []
  return rows
    .slice(0, MAX_SAMPLES)
    .map((row) =>
      Object.fromEntries(components.map((name, at) => [String(name), Array.isArray(row) ? row[at] : undefined])),
    )
}

function readObservation(
  observation: JsonObject,
  datastream: JsonObject | undefined,
  input: Input,
  out: Collector,
): void {
  const link = ownString(observation, 'Datastream@iot.navigationLink') ?? ''
  const id = idOf(datastream) ?? TOPIC.exec(input.topic)?.[1] ?? NAVIGATION.exec(link)?.[1]
  // Without a Datastream only the id of the observation is left as a name.
  const key = id === undefined ? 'Observations' : datastreamKey(id)
  const base: Base = { device: `sensorthings/${key}` }
  const stamp = own(observation, 'phenomenonTime') ?? own(observation, 'resultTime')
  if (stamp !== undefined && stamp !== null) {
    const covered = typeof stamp === 'string' ? readCovered(stamp) : undefined
    if (!covered) {
      out.problem('phenomenonTime', 'bad_time', `${show(stamp)} is not a time`, base.device)
      return
    }
    Object.assign(base, covered)
  }
  const location = placeIn(observation) ?? (datastream && placeIn(datastream))
  if (location) base.location = location
  const meaning = mappingOf(input.source, key, id ?? key, base.device) ?? meaningOf(key, datastream, input)
  if (meaning) addReading(out, base, meaning, own(observation, 'result'), clip(key))
  else unmapped(out, clip(key), key, own(observation, 'result'), base.device)
}

/** From the message, else from the description that the Datastream published. */
function meaningOf(key: string, datastream: JsonObject | undefined, { context }: Input): Meaning | undefined {
  const along = datastream && meaningIn(datastream)
  const described = context?.entities?.find(({ field }) => field === key)
  return along ?? (described && rememberedMeaning(described))
}
