import { addReading, type Base, locationIn } from '../../helpers/fields.ts'
import { notJson, show } from '../../helpers/input.ts'
import { isObject, own, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readTime } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { readLink } from './lorawan.ts'

/**
 * TTN Mapper: the position of a LoRaWAN transmitter and the signal at the best gateway. `time` is in nanoseconds, which a
 * JSON number represents to the microsecond at best. The id and the app of the person are ignored.
 * Source: docs.ttnmapper.org, integration API.
 */
export const ttnMapper: Format = {
  name: 'ttn-mapper',
  claims: ({ json }) =>
    isObject(json) && Array.isArray(own(json, 'gateways')) && typeof own(json, 'dev_id') === 'string',
  decode,
}

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  const id = isObject(json) ? ownString(json, 'dev_id') : undefined
  if (!isObject(json) || id === undefined) return reject('wrong_shape', 'no dev_id')
  const base: Base = { device: `ttn-mapper/${id}` }
  const stamp = own(json, 'time')
  if (stamp !== undefined) {
    const time = readTime(stamp, 'UTC')
    if (!time) return reject('bad_time', `time: ${show(stamp)} is not a time`)
    base.time = time
  }
  const location = locationIn(json)
  if (!location) return reject('bad_location', 'no latitude and longitude')
  base.location = location
  const out = new Collector()
  readLink(own(json, 'gateways'), 'gateways', base, out)
  const battery = own(json, 'battery_voltage')
  if (battery !== undefined)
    addReading(out, base, { property: 'battery_voltage', unit: 'V' }, battery, 'battery_voltage')
  return out.finish('not received by any gateway')
}
