import type { Base } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readTime } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { find, rootOf } from '../../mapped/walk.ts'
import { type LinkKeys, readCodec, readLink } from './lorawan.ts'
import { vendorOf } from './vendors.ts'

/** Where the uplinks of a LoRaWAN network have what, as paths; of several the first that is there. */
type Network = {
  readonly name: string
  /** documentation that the paths were taken from */
  readonly source: string
  readonly eui: readonly string[]
  readonly time: readonly string[]
  /** the frame as decoded by the codec of the device */
  readonly object: readonly string[]
  readonly gateways: readonly string[]
  readonly link: LinkKeys
}

function network(paths: Network): Format {
  const euiOf = (json: unknown): string | undefined => {
    const eui = isObject(json) ? at(json, paths.eui) : undefined
    return typeof eui === 'string' && eui !== '' ? eui.toLowerCase() : undefined
  }
  return {
    name: paths.name,
    claims: ({ json }) => euiOf(json) !== undefined,
    decode: (input) => {
      const { json } = input
      if (json === undefined) return reject('not_json', notJson(input))
      const eui = euiOf(json)
      if (!isObject(json) || eui === undefined) return reject('wrong_shape', `no ${paths.eui[0]}`)
      return readUplink(json, eui, paths, input)
    },
  }
}

const at = (json: JsonObject, paths: readonly string[]): unknown => {
  const root = rootOf(json)
  return paths.flatMap((path) => find(path, root, root))[0]?.value
}

function readUplink(json: JsonObject, eui: string, paths: Network, { source, receivedAt }: Input): Decoded {
  const object = at(json, paths.object)
  if (!isObject(object) && !Array.isArray(object))
    return reject('no_measurement', 'no decoded payload; give the device a decoder in its network')
  const base: Base = { device: `${paths.name}/${clip(eui, 64)}` }
  const stamp = at(json, paths.time)
  if (stamp !== undefined) {
    const time = readTime(stamp, 'UTC', receivedAt)
    if (!time) return reject('bad_time', `${show(stamp)} is not a time`)
    base.time = time
  }
  const out = new Collector()
  readCodec(object, base, source, out, vendorOf(eui))
  if (out.samples.length > 0) readLink(at(json, paths.gateways), 'gateway', base, out, paths.link)
  return out.finish(`the decoded payload has no measurement (${clip(Object.keys(object).join(', '))})`)
}

/** ThingPark: numbers are text in older versions; a single gateway is no list. */
const actility = network({
  name: 'actility',
  source: 'github.com/actility/tpx-iot-flow-doc, docs/Message/Uplink_Message',
  eui: ['DevEUI_uplink.DevEUI'],
  time: ['DevEUI_uplink.Time'],
  object: ['DevEUI_uplink.payload'],
  gateways: ['DevEUI_uplink.Lrrs.Lrr', 'DevEUI_uplink'],
  link: { rssi: 'LrrRSSI', snr: 'LrrSNR' },
})

const LORIOT: Network = {
  name: 'loriot',
  source: 'docs.loriot.io, "Uplink data message" (cmd rx and gw)',
  eui: ['EUI'],
  time: ['ts'],
  object: ['decoded.data', 'decoded'],
  gateways: ['gws', '$'],
  link: { rssi: 'rssi', snr: 'snr' },
}
const loriot: Format = {
  ...network(LORIOT),
  claims: ({ json }) => isObject(json) && (json.cmd === 'rx' || json.cmd === 'gw') && typeof json.EUI === 'string',
}

/** The frame arrives undecoded; `transformed_payload` is the work of a Lambda function. */
const awsLorawan = network({
  name: 'aws-lorawan',
  source:
    'docs.aws.amazon.com/iot-wireless, "View format of uplink messages"; github.com/aws-samples/aws-iot-core-lorawan, transform_binary_payload',
  eui: ['lns_payload.WirelessMetadata.LoRaWAN.DevEui', 'WirelessMetadata.LoRaWAN.DevEui'],
  time: ['lns_payload.WirelessMetadata.LoRaWAN.Timestamp', 'WirelessMetadata.LoRaWAN.Timestamp'],
  object: ['transformed_payload', 'decoded'],
  gateways: ['lns_payload.WirelessMetadata.LoRaWAN.Gateways', 'WirelessMetadata.LoRaWAN.Gateways'],
  link: { rssi: 'Rssi', snr: 'Snr' },
})

export const LORAWAN_NETWORKS: readonly Format[] = [actility, loriot, awsLorawan]
