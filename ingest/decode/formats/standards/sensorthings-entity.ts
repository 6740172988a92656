/**
 * Description of Observations by a SensorThings Datastream: property, unit and place (OGC 18-088, 8.2). Over MQTT an
 * Observation only names it, so it is stored as the discovery of the topic of its Observations.
 */
import type { Position } from '#model/basics/geo.ts'
import { ucum } from '#model/observation/units.ts'
import type { Config, DiscoveredEntity } from '../../helpers/decoding-context.ts'
import { clip } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString, positionOf } from '../../helpers/json.ts'
import { type Meaning, meaningOf } from '../../names/meaning.ts'

const TOPIC = /(?:^|\/)v1\.[01]\/Datastreams\(([^)]{1,80})\)$/
/** `<prefix>/v1.1/Datastreams(<id>)`, published when the entity is made or changed. */
export const isDatastreamTopic = (topic: string): boolean => TOPIC.test(topic)

export const datastreamKey = (id: string): string => `Datastreams(${id})`

export function idOf(entity: JsonObject | undefined): string | undefined {
  const id = entity && own(entity, '@iot.id')
  return typeof id === 'number' || (typeof id === 'string' && id.length <= 80) ? String(id) : undefined
}

/** The unit under any of its names; the symbol itself where none is known. */
export function unitIn(datastream: JsonObject): string | undefined {
  const unit = ownObject(datastream, 'unitOfMeasurement')
  if (!unit) return undefined
  const definition = ownString(unit, 'definition')?.split(/[#/:]/).at(-1)
  const names = [ownString(unit, 'symbol'), ownString(unit, 'name'), definition].filter((name) => name !== undefined)
  return names.find((name) => ucum(name) !== undefined) ?? names[0]
}

/** By its observed property where the message has one, else by its own name. */
export function meaningIn(datastream: JsonObject): Meaning | undefined {
  const observed = ownObject(datastream, 'ObservedProperty')
  return named((observed && ownString(observed, 'name')) ?? ownString(datastream, 'name') ?? '', unitIn(datastream))
}

/** The same from the stored description. */
export const rememberedMeaning = ({ name, unit }: DiscoveredEntity): Meaning | undefined => named(name, unit)

function named(name: string, unit: string | undefined): Meaning | undefined {
  const meaning = meaningOf(name, unit)
  if (typeof meaning !== 'object') return undefined
  return unit === undefined ? meaning : { ...meaning, unit }
}

/** A point of an Observation's feature, or of a place of the Thing. */
export function placeIn(entity: JsonObject): Position | undefined {
  const locations = own(ownObject(entity, 'Thing') ?? {}, 'Locations')
  const first: unknown = Array.isArray(locations) ? locations[0] : undefined
  const feature = ownObject(entity, 'FeatureOfInterest')
  const geometry =
    (feature && ownObject(feature, 'feature')) ?? (isObject(first) ? ownObject(first, 'location') : undefined)
  const coordinates = geometry && own(geometry, 'coordinates')
  if (!geometry || own(geometry, 'type') !== 'Point' || !Array.isArray(coordinates)) return undefined
  return positionOf(coordinates[0], coordinates[1])
}

/** The stored description of a Datastream published on its topic; undefined for any other message. */
export function datastreamConfig(topic: string, json: unknown): Config | undefined {
  const id = TOPIC.exec(topic)?.[1]
  if (id === undefined || !isObject(json) || !isObject(own(json, 'unitOfMeasurement'))) return undefined
  const key = datastreamKey(id)
  const device = `sensorthings/${key}`
  const observed = ownObject(json, 'ObservedProperty')
  const name = clip((observed && ownString(observed, 'name')) ?? ownString(json, 'name') ?? key, 200)
  const unit = unitIn(json)
  const entity = { device, field: key, name, channel: '', path: ['result'], ...(unit !== undefined && { unit }) }
  return {
    ...{ device, name: clip(ownString(json, 'name') ?? key, 200), attributes: {} },
    entities: [{ part: '', topic: `${topic}/Observations`, entity }],
  }
}
