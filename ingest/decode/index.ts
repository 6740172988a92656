import type { Source } from '#model/city/city-pack.ts'
import { purpleair } from './formats/air-quality/purpleair.ts'
import { sensorCommunity } from './formats/air-quality/sensor-community.ts'
import { gnettrack } from './formats/connectivity/gnettrack.ts'
import { ooklaTiles } from './formats/connectivity/ookla-tiles.ts'
import { openCellId } from './formats/connectivity/opencellid.ts'
import { rtrNettest } from './formats/connectivity/rtr-nettest.ts'
import { ndt7, ooklaCli, speedtestCli } from './formats/connectivity/speed-tests.ts'
import { espeasy } from './formats/home-automation/espeasy.ts'
import { homeAssistant } from './formats/home-automation/home-assistant.ts'
import { openMqttGateway } from './formats/home-automation/openmqttgateway.ts'
import { rtl433 } from './formats/home-automation/rtl-433.ts'
import { shellyGen1 } from './formats/home-automation/shelly-gen1.ts'
import { shellyGen2 } from './formats/home-automation/shelly-gen2.ts'
import { tasmota } from './formats/home-automation/tasmota.ts'
import { zigbee2mqtt } from './formats/home-automation/zigbee2mqtt.ts'
import { chirpstack } from './formats/lorawan/chirpstack.ts'
import { LORAWAN_NETWORKS } from './formats/lorawan/networks.ts'
import { thingsStack } from './formats/lorawan/things-stack.ts'
import { ttnMapper } from './formats/lorawan/ttn-mapper.ts'
import { dsmr } from './formats/meters/dsmr.ts'
import { aiOnTheEdge, emoncms, iotawatt } from './formats/meters/meters.ts'
import { openDtu } from './formats/meters/opendtu.ts'
import { gbfs } from './formats/mobility/gbfs.ts'
import { gtfsRealtime } from './formats/mobility/gtfs-realtime.ts'
import { mds } from './formats/mobility/mds.ts'
import { siri } from './formats/mobility/siri.ts'
import { fiware } from './formats/standards/fiware.ts'
import { json } from './formats/standards/json.ts'
import { native } from './formats/standards/native.ts'
import { records } from './formats/standards/records.ts'
import { senml } from './formats/standards/senml.ts'
import { senmlCbor } from './formats/standards/senml-cbor.ts'
import { sensorThings } from './formats/standards/sensorthings.ts'
import { sparkplug } from './formats/standards/sparkplug.ts'
import { thingsBoard } from './formats/standards/thingsboard.ts'
import type { DecodingContext } from './helpers/decoding-context.ts'
import { clip, openMessage } from './helpers/input.ts'
import { reject } from './helpers/result.ts'
import type { Decoded, Format, Message } from './helpers/types.ts'
import { PROFILES } from './profiles/index.ts'

/** All formats, in the order in which they are tried on a message: the most specific criteria first. */
export const FORMAT_TABLE: readonly Format[] = [
  // by topic
  native,
  sparkplug,
  // before the format that reads any discovered topic
  sensorThings,
  homeAssistant,
  zigbee2mqtt,
  tasmota,
  shellyGen2,
  openMqttGateway,
  rtl433,
  emoncms,
  // by topic or shape
  thingsBoard,
  openDtu,
  thingsStack,
  chirpstack,
  ...LORAWAN_NETWORKS,
  fiware,
  shellyGen1,
  purpleair,
  dsmr,
  espeasy,
  ooklaCli,
  speedtestCli,
  ndt7,
  ttnMapper,
  gbfs,
  gtfsRealtime,
  mds,
  siri,
  ooklaTiles,
  rtrNettest,
  gnettrack,
  openCellId,
  records,
  iotawatt,
  aiOnTheEdge,
  sensorCommunity,
  senml,
  senmlCbor,
  ...PROFILES,
  json,
]

const BY_NAME: ReadonlyMap<string, Format> = new Map(FORMAT_TABLE.map((format) => [format.name, format]))

export const FORMAT_NAMES: readonly string[] = [...BY_NAME.keys()]
export const isFormatName = (name: string): boolean => BY_NAME.has(name)

/** Larger payloads are rejected without being read. */
export const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024

/**
 * Decodes one message with the format named by its source, else with the first that claims its topic and shape. A message
 * that cannot be decoded is returned with a reason.
 */
export function decode(
  message: Message,
  source: Source,
  options: { timeZone: string; context?: DecodingContext | undefined },
): Decoded {
  if (message.payload.length > MAX_PAYLOAD_BYTES)
    return reject('too_large', `${message.payload.length} bytes; the limit is ${MAX_PAYLOAD_BYTES}`)
  const input = openMessage(message, source, options.timeZone, options.context)
  if (source.format !== undefined) {
    const format = BY_NAME.get(source.format)
    if (!format) return reject('unknown_format', `source "${source.name}" names the format "${source.format}"`)
    return format.decode(input)
  }
  const format = FORMAT_TABLE.find((candidate) => candidate.claims(input))
  if (!format) return reject('unknown_format', `no format matches topic "${clip(message.topic)}"`)
  return format.decode(input)
}
