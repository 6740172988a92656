import { REASONS } from '#model/observation/quality.ts'
import { parseJson } from '#model/text/lenient-json.ts'
import type { Base } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { readCodec, readLink } from './lorawan.ts'
import { vendorOf } from './vendors.ts'

const EVENT_TOPIC = /^application\/[^/]+\/device\/[^/]+\/event\/([a-z]+)$/

/**
 * ChirpStack v4 uplinks: `application/<id>/device/<devEui>/event/up`, or the same JSON anywhere. `object` is the
 * frame as decoded by the codec of the device profile. Gateways and their positions are ignored.
 * Source: chirpstack.io/docs, "Event types".
 */
export const chirpstack: Format = {
  name: 'chirpstack-v4',
  claims: ({ topic, json }) => EVENT_TOPIC.test(topic) || (isObject(json) && isUplink(json)),
  decode,
}

const isUplink = (json: JsonObject): boolean => {
  const info = ownObject(json, 'deviceInfo')
  return info !== undefined && typeof own(info, 'devEui') === 'string'
}

function decode(input: Input): Decoded {
  const event = EVENT_TOPIC.exec(input.topic)?.[1]
  if (event !== undefined && event !== 'up') return reject('no_measurement', `a ${clip(event)} event`)
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  if (isObject(json) && isVersion3(json)) return decodeVersion3(json, input)
  return isObject(json) && isUplink(json) ? decodeUplink(json, input) : reject('wrong_shape', 'no deviceInfo.devEui')
}

function decodeUplink(json: JsonObject, input: Input): Decoded {
  const object = own(json, 'object')
  if (!isObject(object) && !Array.isArray(object))
    return reject('no_measurement', 'no decoded object; add a codec to the device profile in ChirpStack')
  const eui = ownString(ownObject(json, 'deviceInfo') ?? {}, 'devEui') ?? ''
  const base: Base = { device: `chirpstack-v4/${eui.toLowerCase()}` }
  const text = own(json, 'time')
  if (text !== undefined) {
    const time = typeof text === 'string' ? readIso(text) : undefined
    if (!time) return reject('bad_time', `time: ${show(text)} is not a time`)
    base.time = time
  }
  const tags = ownObject(ownObject(json, 'deviceInfo') ?? {}, 'tags')
  if (tags && own(tags, 'simulated') === 'true') base.flags = REASONS.device_simulates
  const out = new Collector()
  readCodec(object, base, input.source, out, vendorOf(eui))
  if (out.samples.length > 0) readLink(own(json, 'rxInfo'), 'rxInfo', base, out)
  return out.finish(`object has no measurement (${clip(Object.keys(object).join(', '))})`)
}

/** ChirpStack 3 names the device at the top, in base64 or, as `json_v3`, in hexadecimal. */
const isVersion3 = (json: JsonObject): boolean => typeof own(json, 'devEUI') === 'string'

/**
 * The decoded object is a text (`objectJSON`) or, as `json_v3`, an object; gateways call the signal to noise ratio `loRaSNR`.
 * Source: docs.rs/chirpstack_api 3, as/integration/integration.proto, UplinkEvent.
 */
function decodeVersion3(json: JsonObject, input: Input): Decoded {
  const text = ownString(json, 'objectJSON')
  const object = own(json, 'object') ?? (text === undefined ? undefined : parseJson(text))
  if (!isObject(object) && !Array.isArray(object))
    return reject('no_measurement', 'no decoded object; add a codec to the device profile in ChirpStack')
  const eui = euiOf(ownString(json, 'devEUI') ?? '')
  const base: Base = { device: `chirpstack-v3/${eui}` }
  const stamp = ownString(json, 'publishedAt')
  const time = stamp === undefined ? undefined : readIso(stamp)
  if (time) base.time = time
  const out = new Collector()
  readCodec(object, base, input.source, out, vendorOf(eui))
  if (out.samples.length > 0)
    readLink(own(json, 'rxInfo'), 'rxInfo', base, out, { rssi: 'rssi', snr: 'loRaSNR', omitsZero: true })
  return out.finish(`object has no measurement (${clip(Object.keys(object).join(', '))})`)
}

const euiOf = (text: string): string =>
  /^[0-9a-f]{16}$/i.test(text) ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex')
