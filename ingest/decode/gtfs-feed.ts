import protobuf from 'protobufjs/minimal.js'
import { isObject, type JsonObject, own, ownObject } from './json.ts'

/** What is read of a vehicle: no id, no place. */
export type TransitVehicle = { route?: string; speed?: number; timestamp?: number }
/** `timestamp` in Unix seconds; a feed may leave it out, or send 0. */
export type TransitFeed = { timestamp?: number; vehicles: TransitVehicle[] }

type Reader = protobuf.Reader
type Fields = Readonly<Record<number, (reader: Reader, wire: number) => void>>

/** Reads a message field by field, as far as `end`; fields nobody asked for are passed over. */
function readMessage(reader: Reader, end: number, fields: Fields): void {
  while (reader.pos < end) {
    const tag = reader.uint32()
    const read = fields[tag >>> 3]
    if (read) read(reader, tag & 7)
    else reader.skipType(tag & 7)
  }
}

const LENGTH = 2
const inner =
  (fields: (reader: Reader) => Fields) =>
  (reader: Reader, wire: number): void => {
    if (wire !== LENGTH) return void reader.skipType(wire)
    const end = reader.uint32() + reader.pos
    if (end > reader.len) throw new RangeError('truncated')
    readMessage(reader, end, fields(reader))
  }

/** Numbers of the fields: gtfs-realtime.proto, version 2.0 (github.com/google/transit). */
export function feedFromProtobuf(bytes: Uint8Array): TransitFeed | string {
  const feed: TransitFeed = { vehicles: [] }
  try {
    const reader = protobuf.Reader.create(bytes)
    readMessage(reader, bytes.length, {
      1: inner(() => ({
        3: (r) => {
          setTime(feed, Number(r.uint64()))
        },
      })),
      2: inner(() => entityFields(feed)),
    })
  } catch (error) {
    return `the protobuf is damaged: ${error instanceof Error ? error.message : String(error)}`
  }
  return feed
}

function entityFields(feed: TransitFeed): Fields {
  let deleted = false
  return {
    2: (r) => {
      deleted = r.bool()
    },
    4: (r, wire) => {
      const vehicle: TransitVehicle = {}
      inner(() => vehicleFields(vehicle))(r, wire)
      if (!deleted) feed.vehicles.push(vehicle)
    },
  }
}

const vehicleFields = (vehicle: TransitVehicle): Fields => ({
  1: inner(() => ({
    5: (r) => {
      const route = r.string()
      if (route !== '') vehicle.route = route
    },
  })),
  2: inner(() => ({
    5: (r) => {
      vehicle.speed = r.float()
    },
  })),
  5: (r) => {
    setTime(vehicle, Number(r.uint64()))
  },
})

/** 0 is how a producer that has no clock fills the field. */
function setTime(target: { timestamp?: number }, seconds: number): void {
  if (Number.isFinite(seconds) && seconds > 0) target.timestamp = seconds
}

/** The JSON form of protobuf: 64-bit numbers are text; names in camel case, or as in the definition. */
export function feedFromJson(json: unknown): TransitFeed | string {
  const entities = isObject(json) ? own(json, 'entity') : undefined
  if (!isObject(json) || !Array.isArray(entities)) return 'neither a protobuf FeedMessage nor its JSON form'
  const feed: TransitFeed = { vehicles: [] }
  setTime(feed, seconds(own(ownObject(json, 'header') ?? {}, 'timestamp')))
  for (const entity of entities) {
    if (!isObject(entity) || either(entity, 'isDeleted', 'is_deleted') === true) continue
    const vehicle = ownObject(entity, 'vehicle')
    if (vehicle) feed.vehicles.push(vehicleFromJson(vehicle))
  }
  return feed
}

function vehicleFromJson(json: JsonObject): TransitVehicle {
  const vehicle: TransitVehicle = {}
  const route = either(ownObject(json, 'trip') ?? {}, 'routeId', 'route_id')
  if (typeof route === 'string' && route !== '') vehicle.route = route
  const speed = own(ownObject(json, 'position') ?? {}, 'speed')
  if (typeof speed === 'number') vehicle.speed = speed
  setTime(vehicle, seconds(own(json, 'timestamp')))
  return vehicle
}

const seconds = (value: unknown): number =>
  typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
const either = (object: JsonObject, a: string, b: string): unknown => own(object, a) ?? own(object, b)
