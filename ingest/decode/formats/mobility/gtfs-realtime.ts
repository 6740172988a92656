import { feedName } from '../../helpers/feed-name.ts'
import { addReading, type Base } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { isObject, own, ownObject } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { feedFromJson, feedFromProtobuf, type TransitVehicle } from './gtfs-feed.ts'

/**
 * GTFS-realtime vehicle positions, as protobuf or its JSON form: how many vehicles are in service and how fast they go, in
 * all and by route (channel). Where a single vehicle is, is not kept: it is somebody's day at work.
 * Source: gtfs.org, GTFS Realtime reference, version 2.0.
 */
export const gtfsRealtime: Format = {
  name: 'gtfs-realtime',
  claims: ({ bytes, json }) =>
    hasHeader(bytes) ||
    (isObject(json) && ownObject(json, 'header') !== undefined && Array.isArray(own(json, 'entity'))),
  decode,
}

/** field 1 (header), whose field 1 is a version like "2.0" */
const hasHeader = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x0a && bytes[2] === 0x0a && bytes[3] === 3 && bytes[5] === 0x2e

/** A position older than this, or so far ahead, tells of a vehicle that stands in its depot with the radio on or off. */
const FRESH_MS = 15 * 60_000
/** Routes of one feed that become channels; more means that the ids are no routes. */
const MOST_ROUTES = 2_000

function decode(input: Input): Decoded {
  const feed = hasHeader(input.bytes) ? feedFromProtobuf(input.bytes) : feedFromJson(input.json)
  if (typeof feed === 'string') return reject('wrong_shape', feed)
  if (feed.differential)
    return reject(
      'unsupported_version',
      'a differential feed names only what changed; the count of all needs a full one',
    )
  const name = feedName(input)
  if (feed.vehicles.length === 0 && (feed.entities > 0 || OTHER_FEEDS.test(name)))
    return reject('no_measurement', 'no vehicle positions (trip updates and alerts measure nothing)')
  const now = feed.timeMs ?? newest(feed.vehicles)
  return count(eachOnce(feed.vehicles), now, {
    device: `gtfs-realtime/${name}`,
    ...(now !== undefined && { time: new Date(now) }),
  })
}

/** Feeds that never hold vehicles: empty, they do not say that none is in service. */
const OTHER_FEEDS = /alert|trip[-_ ]?update/i

const newest = (vehicles: readonly TransitVehicle[]): number | undefined =>
  vehicles.reduce<number | undefined>(
    (latest, { timeMs }) => (timeMs === undefined ? latest : Math.max(latest ?? timeMs, timeMs)),
    undefined,
  )

/** A vehicle that is in two entities (of two trips, say) is one: its newest position counts, of equally new ones the last. */
function eachOnce(vehicles: readonly TransitVehicle[]): TransitVehicle[] {
  const byId = new Map<string, TransitVehicle>()
  for (const vehicle of vehicles) {
    const known = vehicle.id === undefined ? undefined : byId.get(vehicle.id)
    if (vehicle.id !== undefined && (vehicle.timeMs ?? 0) >= (known?.timeMs ?? 0)) byId.set(vehicle.id, vehicle)
  }
  return [...vehicles.filter(({ id }) => id === undefined), ...byId.values()]
}

type Tally = { vehicles: number; moving: number; speed: number }

function count(vehicles: readonly TransitVehicle[], now: number | undefined, base: Base): Decoded {
  const all: Tally = { vehicles: 0, moving: 0, speed: 0 }
  const routes = new Map<string, Tally>()
  let ahead = 0
  for (const vehicle of vehicles) {
    const age = now === undefined || vehicle.timeMs === undefined ? 0 : now - vehicle.timeMs
    if (age < -FRESH_MS) ahead += 1
    if (Math.abs(age) > FRESH_MS) continue
    add(all, vehicle)
    if (vehicle.route === undefined) continue
    const route = routes.get(vehicle.route) ?? { vehicles: 0, moving: 0, speed: 0 }
    if (routes.size < MOST_ROUTES) routes.set(vehicle.route, route)
    add(route, vehicle)
  }
  const out = new Collector()
  // None in service because all positions are of another time is no count of vehicles but a clock that is wrong.
  if (all.vehicles === 0 && ahead > 0)
    return reject('bad_time', `the time of the feed lies before those of its ${ahead} vehicles by more than 15 minutes`)
  report(all, '', base, out)
  for (const [route, tally] of routes) report(tally, clip(route, 60), base, out)
  return out.finish('')
}

function add(tally: Tally, { speed }: TransitVehicle): void {
  tally.vehicles += 1
  if (speed === undefined) return
  tally.moving += 1
  tally.speed += speed
}

function report(tally: Tally, channel: string, base: Base, out: Collector): void {
  addReading(out, base, { property: 'vehicles_in_service', channel }, tally.vehicles, `vehicles ${channel}`.trim())
  if (tally.moving > 0)
    addReading(
      out,
      base,
      { property: 'speed', unit: 'm/s', channel },
      tally.speed / tally.moving,
      `speed ${channel}`.trim(),
    )
}
