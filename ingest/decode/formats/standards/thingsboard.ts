import { type Base, isPositionKey, locationIn } from '../../helpers/fields.ts'
import { readFields } from '../../helpers/free-form.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readTime } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'

/**
 * Telemetry as devices publish it to ThingsBoard: by a gateway, `{ "Device A": [{ ts, values }] }` on `v1/gateway/telemetry`; by
 * a device, values with or without `ts` (Unix time in ms), one or a list of them. A device on `v1/devices/me/telemetry` is
 * known by its credentials only, so that its topic has to name it: `v1/devices/<name>/telemetry`, or any other.
 * Source: thingsboard.io/docs/reference/gateway-api/telemetry and /mqtt-api/telemetry.
 */
export const thingsBoard: Format = {
  name: 'thingsboard',
  claims: ({ topic }) => topic === GATEWAY || DEVICE.test(topic),
  decode,
}

const GATEWAY = 'v1/gateway/telemetry'
const DEVICE = /^v1\/devices\/([^/]+)\/telemetry$/

function decode(input: Input): Decoded {
  const { json, topic } = input
  if (json === undefined) return reject('not_json', notJson(input))
  const out = new Collector()
  if (topic === GATEWAY) {
    if (!isObject(json)) return reject('wrong_shape', 'expected an object with a list per device')
    for (const name of Object.keys(json)) readEntries(own(json, name), clip(name, 200), input, out)
    return out.finish('no device has a measurement')
  }
  const name = DEVICE.exec(topic)?.[1] ?? topic
  if (name === 'me')
    return reject('wrong_topic', `"${topic}" does not name the device: publish on v1/devices/<name>/telemetry`)
  readEntries(json, name, input, out)
  return out.finish('no measurement among the values')
}

function readEntries(entries: unknown, name: string, input: Input, out: Collector): void {
  for (const entry of Array.isArray(entries) ? entries : [entries]) {
    if (out.full) return
    if (isObject(entry)) readEntry(entry, name, input, out)
    else out.problem(clip(name), 'wrong_shape', `expected values, not ${show(entry)}`)
  }
}

function readEntry(entry: JsonObject, name: string, input: Input, out: Collector): void {
  const stamp = own(entry, 'ts')
  const values = ownObject(entry, 'values') ?? entry
  const base: Base = { device: `thingsboard/${name}` }
  if (stamp !== undefined) {
    const time = readTime(stamp, 'UTC')
    if (!time) {
      out.problem('ts', 'bad_time', `${show(stamp)} is not a time`, base.device)
      return
    }
    base.time = time
  }
  const location = locationIn(values)
  readFields(values, {
    ...{ source: input.source, out, base: location ? { ...base, location } : base },
    own: (key) => (location && isPositionKey(key) ? null : undefined),
  })
}
