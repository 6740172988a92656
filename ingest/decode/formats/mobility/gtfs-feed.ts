import protobuf from 'protobufjs/minimal.js'
import { isObject, type JsonObject, own, ownObject } from '../../helpers/json.ts'
import { readEpoch } from '../../helpers/time.ts'

/** Fields read of a vehicle: no position, and the id only to recognise it within the message. */
export type TransitVehicle = { id?: string; route?: string; speed?: number; timeMs?: number; flags?: number }
export type TransitFeed = {
  /** from the header; may be missing or 0 */
  timeMs?: number
  vehicles: TransitVehicle[]
  /** number of vehicles, trips and alerts; a feed without any reports that there are none now */
  entities: number
  /** only what changed since the last message */
  differential: boolean
}
const emptyFeed = (): TransitFeed => ({ vehicles: [], entities: 0, differential: false })

type Reader = protobuf.Reader
type Fields = Readonly<Record<number, (reader: Reader, wire: number) => void>>

/** Reads a message field by field up to `end`; other fields are skipped. */
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
  const feed = emptyFeed()
  try {
    const reader = protobuf.Reader.create(bytes)
    readMessage(reader, bytes.length, {
      1: inner(() => ({
        2: (r) => {
          feed.differential = r.uint32() === 1
        },
        3: (r) => {
          setTime(feed, Number(r.uint64()))
        },
      })),
      2: (r, wire) => {
        const entity: Entity = { deleted: false, vehicles: [] }
        inner(() => entityFields(entity))(r, wire)
        take(feed, entity)
      },
    })
  } catch (error) {
    return `the protobuf is damaged: ${error instanceof Error ? error.message : String(error)}`
  }
  return feed
}

/** Protobuf fields may be in any order: whether an entity is deleted is known at its end. */
type Entity = { deleted: boolean; vehicles: TransitVehicle[] }

function take(feed: TransitFeed, { deleted, vehicles }: Entity): void {
  if (deleted) return
  feed.entities += 1
  feed.vehicles.push(...vehicles)
}

const entityFields = (entity: Entity): Fields => ({
  2: (r) => {
    entity.deleted = r.bool()
  },
  4: (r, wire) => {
    const vehicle: TransitVehicle = {}
    inner(() => vehicleFields(vehicle))(r, wire)
    entity.vehicles.push(vehicle)
  },
})

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
  8: inner(() => ({
    1: (r) => setId(vehicle, r.string()),
    3: (r) => setId(vehicle, r.string()),
  })),
})

/** By its id, else by its number plate; labels are for passengers and may not be unique. */
function setId(vehicle: TransitVehicle, id: unknown): void {
  if (vehicle.id === undefined && typeof id === 'string' && id !== '') vehicle.id = id
}

/** Producers without a clock send 0. Milliseconds, contrary to the specification, are recognised. */
function setTime(target: { timeMs?: number }, epoch: number): void {
  const time = epoch > 0 ? readEpoch(epoch) : undefined
  if (time) target.timeMs = time.getTime()
}

/** The JSON form of protobuf: 64-bit numbers are text; names in camel case, or as in the definition. */
export function feedFromJson(json: unknown): TransitFeed | string {
  const entities = isObject(json) ? own(json, 'entity') : undefined
  if (!isObject(json) || !Array.isArray(entities)) return 'neither a protobuf FeedMessage nor its JSON form'
  const feed = emptyFeed()
  const header = ownObject(json, 'header') ?? {}
  setTime(feed, seconds(own(header, 'timestamp')))
  feed.differential = [1, 'DIFFERENTIAL'].includes(own(header, 'incrementality') as string | number)
  for (const entity of entities) {
    if (!isObject(entity)) continue
    const vehicle = ownObject(entity, 'vehicle')
    take(feed, {
      deleted: either(entity, 'isDeleted', 'is_deleted') === true,
      vehicles: vehicle ? [vehicleFromJson(vehicle)] : [],
    })
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
  const descriptor = ownObject(json, 'vehicle') ?? {}
  setId(vehicle, own(descriptor, 'id'))
  setId(vehicle, either(descriptor, 'licensePlate', 'license_plate'))
  return vehicle
}

const seconds = (value: unknown): number =>
  typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
const either = (object: JsonObject, a: string, b: string): unknown => own(object, a) ?? own(object, b)
