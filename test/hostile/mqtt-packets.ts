/** What devices, broken devices and strangers may send to a broker. */
import { generate, type IConnectPacket, type Packet } from 'mqtt-packet'
import { FIXTURES } from '../unit/ingest/decode/fixtures.ts'
import type { Random } from './random.ts'

export type Version = 3 | 4 | 5
type Qos = 0 | 1 | 2

const DEVICES = 200
/** of the kinds that are large, so many in a run: the machine has other things to do */
const HUGE_BYTES = 16 * 1024 * 1024
const HUGE_IN = 20_000
const LONGEST_TOPIC = 65_535

const HOSTILE_JSON = [
  '{"pm2_5": 6, "channel": "\\ud800"}',
  '{"pm2_5": 6, "channel": "a\\u0000b"}',
  '{"pm2_5": 6}\0',
  '\ufeff{"pm2_5": 6}',
  '{"pm2_5": 1e999, "__proto__": {"a": 1}, "constructor": 7}',
  '{"pm2_5": 6, "time": "9999-12-31T23:59:59Z"}',
  '{"pm2_5": 6, "location": [1e308, -1e308]}',
  '{"pm2_5": "6", "units": {"pm2_5": "\\udfff"}}',
  '',
  'null',
  '[[[[[[[[[[[[',
]

export function connectPacket(random: Random): IConnectPacket & { protocolVersion: Version } {
  const version = random.pick<Version>([4, 4, 4, 4, 5, 3])
  const clean = random.chance(0.7)
  const packet: IConnectPacket & { protocolVersion: Version } = {
    ...{ cmd: 'connect', protocolVersion: version, protocolId: version === 3 ? 'MQIsdp' : 'MQTT', clean },
    // few names: sessions are taken over, and persistent ones come back
    clientId: `hostile-${random.below(30)}`,
    keepalive: random.pick([0, 1, 30, 65_535]),
  }
  if (random.chance(0.3))
    packet.will = {
      topic: topicOf(random).slice(0, 200),
      payload: payloadOf(random),
      qos: random.pick<Qos>([0, 1, 2]),
      retain: random.chance(0.3),
    }
  if (version === 5)
    packet.properties = { sessionExpiryInterval: random.below(1_000), receiveMaximum: 1 + random.below(100) }
  return packet
}

/** One packet as bytes; whether it is a valid one is not known to anybody. */
export function nextPacket(random: Random, version: Version): Buffer {
  const kind = random.next()
  if (kind < 0.75) return encode({ ...publishPacket(random, version) }, version, random)
  if (kind < 0.85)
    return encode(
      {
        cmd: 'subscribe',
        messageId: 1 + random.below(65_535),
        subscriptions: [
          {
            topic: random.pick([
              '#',
              '+/+/+',
              'city/#',
              '$SYS/#',
              'a//b',
              '$share/citywell/city/#',
              '+/#',
              'a#',
              topicOf(random).slice(0, 300),
            ]),
            qos: random.pick<Qos>([0, 1, 2]),
          },
        ],
      },
      version,
      random,
    )
  if (kind < 0.88)
    return encode({ cmd: 'unsubscribe', messageId: 1 + random.below(65_535), unsubscriptions: ['#'] }, version, random)
  if (kind < 0.94)
    return encode(
      { cmd: random.pick(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const), messageId: random.below(65_536) },
      version,
      random,
    )
  if (kind < 0.97) return encode({ cmd: 'pingreq' }, version, random)
  return random.bytes(1 + random.below(200))
}

function publishPacket(random: Random, version: Version): Packet {
  const qos = random.pick<Qos>([0, 1, 1, 2])
  return {
    ...{ cmd: 'publish', topic: topicOf(random), payload: payloadOf(random), qos },
    ...{ dup: qos > 0 && random.chance(0.2), retain: random.chance(0.02) },
    ...(qos > 0 && { messageId: 1 + random.below(65_535) }),
    ...(version === 5 && { properties: { userProperties: { from: random.text(10) }, messageExpiryInterval: 60 } }),
  } as Packet
}

/** As mqtt-packet writes it; what it refuses to write, and some of the rest, is damaged by hand. */
function encode(packet: Packet, version: Version, random: Random): Buffer {
  let bytes: Buffer
  try {
    bytes = Buffer.from(generate(packet, { protocolVersion: version }))
  } catch {
    return random.bytes(20)
  }
  if (random.chance(0.01) && bytes.length > 2) bytes[random.below(Math.min(bytes.length, 40))] = random.below(256)
  return bytes
}

function topicOf(random: Random): string {
  const device = `hostile-${random.below(DEVICES)}`
  const kind = random.next()
  if (kind < 0.4) return `city/${random.pick(['air', 'noise', 'energy', 'mobility', 'nonsense'])}/${device}`
  if (kind < 0.7) return random.pick(FIXTURES).topic
  if (kind < 0.78)
    return random.pick([
      'citywell/observations/air',
      'citywell/replay/1/city/air/x',
      'citywell/replay/x',
      '$SYS/x',
      '$share/citywell/city/air/x',
      'feeds/native/x',
      'import/native/x',
    ])
  if (kind < 0.86)
    return random.pick([
      `tele/${device}/SENSOR`,
      `spBv1.0/g/NBIRTH/${device}`,
      `spBv1.0/g/DDATA/n/${device}`,
      `homeassistant/sensor/${device}/config`,
    ])
  if (kind < 0.98) return `city/air/${random.text(20)}`
  return `city/air/${'x'.repeat(LONGEST_TOPIC - 9)}`
}

function payloadOf(random: Random): Buffer {
  const kind = random.next()
  if (kind < 0.3) return Buffer.from(`{"pm2_5": ${random.below(100)}, "no2": ${random.below(100)}}`)
  if (kind < 0.6) return mutate(Buffer.from(random.pick(FIXTURES).payload), random)
  if (kind < 0.8) return Buffer.from(random.pick(HOSTILE_JSON))
  if (kind < 0.9) return random.bytes(random.below(300))
  if (random.chance(1 / (HUGE_IN / 10))) return Buffer.alloc(HUGE_BYTES - 100_000, '[')
  return Buffer.from(
    JSON.stringify({ [random.text(20)]: random.next(), pm2_5: random.below(50), channel: random.text(30) }),
  )
}

function mutate(payload: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(payload)
  for (let n = random.below(4); n > 0 && bytes.length > 0; n -= 1) bytes[random.below(bytes.length)] = random.below(256)
  return random.chance(0.1) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes
}
