import { addReading, type Base, mappingOf, unmapped } from './fields.ts'
import { clip, notJson, show } from './input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from './json.ts'
import { Collector, reject } from './result.ts'
import { type Meaning, meaningOf } from './synonyms.ts'
import { readIso } from './time.ts'
import type { Decoded, Format, Input } from './types.ts'

const TOPIC = /(?:^|\/)v1\.[01]\/(?:Datastreams\(([^)]{1,80})\)\/)?Observations$/
const NAVIGATION = /Datastreams\(([^)]{1,80})\)/

/**
 * OGC SensorThings API observations, over MQTT or as posted. The unit is on the Datastream, which is only named: map
 * `Datastreams(423)` in `fields` of the source, unless the message brings its Datastream along. Source: OGC 18-088.
 */
export const sensorThings: Format = {
  name: 'sensorthings',
  claims: ({ topic, json }) =>
    TOPIC.test(topic) ||
    (isObject(json) &&
      (own(json, 'phenomenonTime') !== undefined || own(json, 'observationType') !== undefined) &&
      isEntity(json)),
  decode,
}

const isEntity = (json: JsonObject): boolean =>
  Object.keys(json).some(
    (key) => key.startsWith('@iot.') || key.startsWith('Datastream') || key.startsWith('observationType'),
  )

function decode(input: Input): Decoded {
  const { json, topic } = input
  if (json === undefined) return reject('not_json', notJson(input))
  if (!isObject(json)) return reject('wrong_shape', 'an object was expected')
  if (!Object.hasOwn(json, 'result')) return reject('no_measurement', 'an entity without a result')
  const datastream = ownObject(json, 'Datastream')
  const id =
    TOPIC.exec(topic)?.[1] ??
    idOf(datastream) ??
    NAVIGATION.exec(ownString(json, 'Datastream@iot.navigationLink') ?? '')?.[1]
  // Without one the observation is named by nothing but itself.
  const key = id === undefined ? 'Observations' : `Datastreams(${id})`
  const base: Base = { device: `sensorthings/${key}` }
  const stamp = own(json, 'phenomenonTime') ?? own(json, 'resultTime')
  if (stamp !== undefined && stamp !== null) {
    // an interval is written start/end: the value is that of the whole, known at its end
    const time = typeof stamp === 'string' ? readIso(stamp.slice(stamp.lastIndexOf('/') + 1)) : undefined
    if (!time) return reject('bad_time', `phenomenonTime: ${show(stamp)} is no time`)
    base.time = time
  }
  const out = new Collector()
  const meaning = mappingOf(input.source, key, id ?? key, base.device) ?? meaningIn(datastream)
  if (meaning) addReading(out, base, meaning, own(json, 'result'), clip(key))
  else unmapped(out, clip(key), key, own(json, 'result'), base.device)
  return out.finish('the result is no number')
}

function idOf(datastream: JsonObject | undefined): string | undefined {
  const id = datastream && own(datastream, '@iot.id')
  return typeof id === 'number' || (typeof id === 'string' && id.length <= 80) ? String(id) : undefined
}

/** An expanded Datastream says itself what it observes, and in what. */
function meaningIn(datastream: JsonObject | undefined): Meaning | undefined {
  const observed = datastream && ownObject(datastream, 'ObservedProperty')
  const named = meaningOf((observed && ownString(observed, 'name')) ?? '')
  if (typeof named !== 'object') return undefined
  const unit = ownObject(datastream ?? {}, 'unitOfMeasurement')
  const symbol = unit && (ownString(unit, 'symbol') ?? ownString(unit, 'name'))
  return symbol === undefined ? named : { ...named, unit: symbol }
}
