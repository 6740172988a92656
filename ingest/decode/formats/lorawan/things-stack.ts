import type { Position } from '#model/basics/geo.ts'
import { REASONS } from '#model/observation/quality.ts'
import { parseJson } from '#model/text/lenient-json.ts'
import type { Base } from '../../helpers/fields.ts'
import { clip, notJson } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString, positionOf } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { readCodec, readLink } from './lorawan.ts'
import { readNormalized } from './normalized-payload.ts'
import { vendorOf } from './vendors.ts'

const UP_TOPIC = /^v3\/[^/]+\/devices\/[^/]+\/up$/
const EVENT_TOPIC = /^v3\/[^/]+\/devices\/[^/]+\/(join|down|service|location)/

/**
 * The Things Stack v3: uplinks as published over MQTT and by webhook, and lines of the storage API ({"result": ...}).
 * Source: thethingsindustries.com/docs, "Data formats". Gateways, their ids and positions are ignored.
 */
export const thingsStack: Format = {
  name: 'things-stack',
  claims: (input) => UP_TOPIC.test(input.topic) || EVENT_TOPIC.test(input.topic) || uplinksOf(input).length > 0,
  decode,
}

function decode(input: Input): Decoded {
  if (EVENT_TOPIC.test(input.topic)) return reject('no_measurement', 'a join, downlink or service message')
  const uplinks = uplinksOf(input)
  if (uplinks.length === 0)
    return input.json === undefined
      ? reject('not_json', notJson(input))
      : reject('wrong_shape', 'no end_device_ids and uplink_message')
  const out = new Collector()
  const why: string[] = []
  for (const uplink of uplinks) {
    why.push(readUplink(uplink, input, out))
    if (out.full) break
  }
  return out.finish([...new Set(why.filter(Boolean))].join('; ') || 'no measurement')
}

const isUplink = (value: unknown): value is JsonObject => isObject(value) && isObject(own(value, 'end_device_ids'))
const unwrap = (value: unknown): unknown => (isObject(value) && isObject(own(value, 'result')) ? value.result : value)

/** One uplink, an array of them, or one per line. */
function uplinksOf(input: Input): JsonObject[] {
  const { json } = input
  if (isObject(json)) return [unwrap(json)].filter(isUplink)
  if (Array.isArray(json)) return json.map(unwrap).filter(isUplink)
  if (json !== undefined || input.bytes[0] !== 0x7b) return []
  const lines = input.text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => unwrap(parseJson(line))).filter(isUplink)
}

/** Reads one uplink into `out`. @returns why, when it contains no measurement */
function readUplink(uplink: JsonObject, input: Input, out: Collector): string {
  const ids = ownObject(uplink, 'end_device_ids') ?? {}
  const id = ownString(ids, 'device_id') ?? ownString(ids, 'dev_eui')?.toLowerCase()
  const message = ownObject(uplink, 'uplink_message')
  if (id === undefined) return 'the message names no device'
  if (!message) return 'a join, downlink or service message'
  const normalized = own(message, 'normalized_payload')
  const stated = own(message, 'decoded_payload')
  const payload = stated === undefined && Array.isArray(normalized) ? {} : stated
  if (!isObject(payload) && !Array.isArray(payload))
    return 'the uplink has no decoded_payload: give the device a payload formatter in The Things Stack'
  if (isStatusFrame(message, payload)) return 'a status frame of the device (f_port 5)'
  const base = readBase(id, uplink, message, input, out)
  if (!base) return ''
  const before = out.samples.length
  const brand = ownString(ownObject(message, 'version_ids') ?? {}, 'brand_id')
  readCodec(payload, base, input.source, out, vendorOf(ownString(ids, 'dev_eui'), brand))
  readNormalized(normalized, base, before, out)
  // Signal quality belongs to a measurement; a frame without one is not stored.
  if (out.samples.length > before) readLink(own(message, 'rx_metadata'), 'rx_metadata', base, out)
  return `decoded_payload has no measurement (${clip(Object.keys(payload).join(', '))})`
}

/** Dragino sends firmware and battery of the device on port 5; other manufacturers send measurements on it. */
const isStatusFrame = (message: JsonObject, payload: JsonObject | unknown[]): boolean =>
  own(message, 'f_port') === 5 &&
  !Array.isArray(payload) &&
  Object.keys(payload).some((key) => /^firm_?ware_?version$/i.test(key))

function readBase(id: string, uplink: JsonObject, message: JsonObject, input: Input, out: Collector): Base | undefined {
  const time = readTimes(uplink, message, input.receivedAt)
  if (time === null) {
    out.problem('received_at', 'bad_time', `"${clip(String(own(uplink, 'received_at')))}" is not a time`)
    return undefined
  }
  const base: Base = { device: `things-stack/${id}` }
  if (time) base.time = time
  const location = readLocation(message)
  if (location) base.location = location
  if (own(uplink, 'simulated') === true) base.flags = REASONS.device_simulates
  return base
}

/**
 * The time at which the network received the frame: devices send measurements at once, and have no clock. The zero time of
 * Go (0001-01-01) means no time. Null for a time that cannot be read.
 */
function readTimes(uplink: JsonObject, message: JsonObject, receivedAt: Date): Date | null | undefined {
  const stated = [own(uplink, 'received_at'), own(message, 'received_at')].filter(
    (time) => time !== undefined && time !== '',
  )
  for (const text of stated) {
    const time = typeof text === 'string' ? readIso(text, undefined, receivedAt) : undefined
    if (!time) return null
    if (time.getUTCFullYear() > 1) return time
  }
  return undefined
}

/** Position of the device: from its payload, else the registered one. */
function readLocation(message: JsonObject): Position | undefined {
  const locations = ownObject(message, 'locations')
  if (!locations) return undefined
  const sources = Object.keys(locations).sort((a, b) => rank(a) - rank(b))
  const location = sources.map((source) => ownObject(locations, source)).find(Boolean)
  if (!location) return undefined
  // The JSON omits zero values: a position on the equator has no latitude.
  return positionOf(own(location, 'longitude') ?? 0, own(location, 'latitude') ?? 0)
}
const rank = (source: string): number => (source === 'frm-payload' ? 0 : source === 'user' ? 2 : 1)
