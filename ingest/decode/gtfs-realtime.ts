import { feedName } from './feed-name.ts'
import { addReading, type Base } from './fields.ts'
import { feedFromJson, feedFromProtobuf, type TransitFeed, type TransitVehicle } from './gtfs-feed.ts'
import { clip } from './input.ts'
import { isObject, own, ownObject } from './json.ts'
import { Collector, reject } from './result.ts'
import { readEpoch } from './time.ts'
import type { Decoded, Format, Input } from './types.ts'

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
const FRESH_S = 15 * 60
/** Routes of one feed that become channels; more means that the ids are no routes. */
const MOST_ROUTES = 2_000

function decode(input: Input): Decoded {
  const feed = hasHeader(input.bytes) ? feedFromProtobuf(input.bytes) : feedFromJson(input.json)
  if (typeof feed === 'string') return reject('wrong_shape', feed)
  if (feed.vehicles.length === 0)
    return reject('no_measurement', 'no vehicle positions (trip updates and alerts measure nothing)')
  const seconds = feed.timestamp ?? newest(feed.vehicles)
  const time = seconds === undefined ? undefined : readEpoch(seconds)
  if (seconds !== undefined && !time) return reject('bad_time', `header.timestamp: ${seconds} is no time`)
  return count(feed, seconds, { device: `gtfs-realtime/${feedName(input)}`, ...(time && { time }) })
}

const newest = (vehicles: readonly TransitVehicle[]): number | undefined =>
  vehicles.reduce<number | undefined>(
    (latest, { timestamp }) => (timestamp === undefined ? latest : Math.max(latest ?? timestamp, timestamp)),
    undefined,
  )

type Tally = { vehicles: number; moving: number; speed: number }

function count(feed: TransitFeed, now: number | undefined, base: Base): Decoded {
  const all: Tally = { vehicles: 0, moving: 0, speed: 0 }
  const routes = new Map<string, Tally>()
  for (const vehicle of feed.vehicles) {
    if (now !== undefined && vehicle.timestamp !== undefined && Math.abs(now - vehicle.timestamp) > FRESH_S) continue
    add(all, vehicle)
    if (vehicle.route === undefined) continue
    const route = routes.get(vehicle.route) ?? { vehicles: 0, moving: 0, speed: 0 }
    if (routes.size < MOST_ROUTES) routes.set(vehicle.route, route)
    add(route, vehicle)
  }
  const out = new Collector()
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
