import { feedName } from '../../helpers/feed-name.ts'
import { addReading, type Base } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { isObject, own, ownObject } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { feedFromJson, feedFromProtobuf, type TransitVehicle } from './gtfs-feed.ts'

/**
 * GTFS-realtime vehicle positions, as protobuf or its JSON form: the number and speed of vehicles in service, in total and
 * by route (channel). Positions of single vehicles are not stored, because they would track the people who drive them.
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

/** Vehicles with an older position, or one further ahead, are not in service (in the depot, or with a wrong clock). */
const FRESH_MS = 15 * 60_000
/** Routes of one feed that become channels; with more, the ids are not routes. */
const MAX_ROUTES = 2_000

function decode(input: Input): Decoded {
  const feed = hasHeader(input.bytes) ? feedFromProtobuf(input.bytes) : feedFromJson(input.json)
  if (typeof feed === 'string') return reject('wrong_shape', feed)
  if (feed.differential) return reject('unsupported_version', 'differential feed; the total number needs a full one')
  const name = feedName(input)
  if (feed.vehicles.length === 0 && (feed.entities > 0 || OTHER_FEEDS.test(name)))
    return reject('no_measurement', 'no vehicle positions (trip updates and alerts contain no measurement)')
  const now = feed.timeMs ?? newest(feed.vehicles)
  return count(eachOnce(feed.vehicles), now, {
    device: `gtfs-realtime/${name}`,
    ...(now !== undefined && { time: new Date(now) }),
  })
}

/** Feeds that never contain vehicles: without any, they do not mean that none is in service. */
const OTHER_FEEDS = /alert|trip[-_ ]?update/i

const newest = (vehicles: readonly TransitVehicle[]): number | undefined =>
  vehicles.reduce<number | undefined>(
    (latest, { timeMs }) => (timeMs === undefined ? latest : Math.max(latest ?? timeMs, timeMs)),
    undefined,
  )

/** A vehicle in several entities (for several trips) counts once, with its latest position; of equal times the last one. */
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
    if (routes.size < MAX_ROUTES) routes.set(vehicle.route, route)
    add(route, vehicle)
  }
  const out = new Collector()
  // If all positions are of another time, the clock is wrong; that is not a count of zero vehicles.
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
