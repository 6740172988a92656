import type { Source } from '#model/city-pack.ts'
import { chirpstack } from './chirpstack.ts'
import { dsmr } from './dsmr.ts'
import { espeasy } from './espeasy.ts'
import { fiware } from './fiware.ts'
import { gbfs } from './gbfs.ts'
import { gnettrack } from './gnettrack.ts'
import { gtfsRealtime } from './gtfs-realtime.ts'
import { homeAssistant } from './home-assistant.ts'
import { clip, openMessage } from './input.ts'
import { mds } from './mds.ts'
import type { Memory } from './memory.ts'
import { aiOnTheEdge, emoncms, iotawatt } from './meters.ts'
import { native } from './native.ts'
import { ooklaTiles } from './ookla-tiles.ts'
import { openCellId } from './opencellid.ts'
import { openMqttGateway } from './openmqttgateway.ts'
import { purpleair } from './purpleair.ts'
import { records } from './records.ts'
import { reject } from './result.ts'
import { rtrNettest } from './rtr-nettest.ts'
import { senml } from './senml.ts'
import { senmlCbor } from './senml-cbor.ts'
import { sensorCommunity } from './sensor-community.ts'
import { sensorThings } from './sensorthings.ts'
import { shellyGen1 } from './shelly-gen1.ts'
import { shellyGen2 } from './shelly-gen2.ts'
import { sparkplug } from './sparkplug.ts'
import { ndt7, ooklaCli, speedtestCli } from './speed-tests.ts'
import { tasmota } from './tasmota.ts'
import { thingsStack } from './things-stack.ts'
import { ttnMapper } from './ttn-mapper.ts'
import type { Decoded, Format, Message } from './types.ts'
import { zigbee2mqtt } from './zigbee2mqtt.ts'

/** Every format, in the order in which they are asked whether a message is theirs: the surest signs first. */
export const FORMAT_TABLE: readonly Format[] = [
  // by topic
  native,
  sparkplug,
  // before what reads any topic that discovery told of
  sensorThings,
  homeAssistant,
  zigbee2mqtt,
  tasmota,
  shellyGen2,
  openMqttGateway,
  emoncms,
  // by topic or shape
  thingsStack,
  chirpstack,
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
]

const BY_NAME: ReadonlyMap<string, Format> = new Map(FORMAT_TABLE.map((format) => [format.name, format]))

export const isFormatName = (name: string): boolean => BY_NAME.has(name)

/** Payloads above this are refused unread. */
export const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024

/**
 * Reads one message: by the decoder its source names, else by the first that claims its topic and shape. Never throws;
 * what cannot be read comes back as a reason.
 */
export function decode(
  message: Message,
  source: Source,
  context: { timeZone: string; memory?: Memory | undefined },
): Decoded {
  if (message.payload.length > MAX_PAYLOAD_BYTES)
    return reject('too_large', `${message.payload.length} bytes; at most ${MAX_PAYLOAD_BYTES} are read`)
  const input = openMessage(message, source, context.timeZone, context.memory)
  if (source.format !== undefined) {
    const format = BY_NAME.get(source.format)
    if (!format) return reject('unknown_format', `source "${source.name}" names the format "${source.format}"`)
    return format.decode(input)
  }
  const format = FORMAT_TABLE.find((candidate) => candidate.claims(input))
  if (!format) return reject('unknown_format', `no format is known by topic "${clip(message.topic)}"`)
  return format.decode(input)
}
