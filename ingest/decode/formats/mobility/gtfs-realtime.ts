import { feedName } from '../../helpers/feed-name.ts'
import { isObject, own, ownObject } from '../../helpers/json.ts'
import { reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { feedFromJson, feedFromProtobuf } from './gtfs-feed.ts'
import { countInService } from './transit-count.ts'

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

function decode(input: Input): Decoded {
  const feed = hasHeader(input.bytes) ? feedFromProtobuf(input.bytes) : feedFromJson(input.json)
  if (typeof feed === 'string') return reject('wrong_shape', feed)
  if (feed.differential) return reject('unsupported_version', 'differential feed; the total number needs a full one')
  const name = feedName(input)
  if (feed.vehicles.length === 0 && (feed.entities > 0 || OTHER_FEEDS.test(name)))
    return reject('no_measurement', 'no vehicle positions (trip updates and alerts contain no measurement)')
  return countInService(
    feed.vehicles,
    feed.timeMs === undefined ? undefined : { time: new Date(feed.timeMs) },
    `gtfs-realtime/${name}`,
  )
}

/** Feeds that never contain vehicles: without any, they do not mean that none is in service. */
const OTHER_FEEDS = /alert|trip[-_ ]?update/i
