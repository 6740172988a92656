/**
 * Publishes QoS 1 messages of four values as fast as it is allowed to, and costs as little as possible: packets are put
 * together by hand and written a few hundred at a time, PUBACKs are only counted.
 *
 *     node test/bench/publisher.ts <broker url> <Things> <client id> <name of its Things>
 *
 * Parent -> publisher: { credit } messages it may have published in all, or { rate } messages a second from then on.
 * Publisher -> parent: { published, owned }.
 */
import { connect } from 'node:net'
import mqttPacket from 'mqtt-packet'

const [, , url = '', things = '1000', clientId = 'bench', name = 'bench'] = process.argv
const { hostname, port } = new URL(url)
const THINGS = Number(things)
const CHUNK = 250
/** Messages that the broker has not acknowledged yet; identifiers end at 65,535. */
const OUTSTANDING = 20_000

const socket = connect({ host: hostname, port: Number(port || 1883), noDelay: true })
const topics = Array.from({ length: THINGS }, (_, i) => Buffer.from(`city/air/${name}-${i}`))
const lastMs = new Float64Array(THINGS)
let credit = 0
let published = 0
let owned = 0
let writable = true

socket.write(
  mqttPacket.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 0 }),
)
socket.once('data', () => {
  // CONNACK; from here on the broker sends PUBACKs of four bytes
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
    owned = Math.floor(bytes / 4)
    pump()
  })
  process.send?.({ connected: true })
})
socket.on('drain', () => {
  writable = true
  pump()
})
process.on('message', (message: { credit: number } | { rate: number }) => {
  if ('rate' in message) keepPace(message.rate)
  else credit = message.credit
  pump()
})
process.on('disconnect', () => process.exit(0))
setInterval(() => process.send?.({ published, owned }), 50)

/** By its own clock, every few milliseconds: what is told from another process comes in gusts. */
let pace: NodeJS.Timeout | undefined
function keepPace(rate: number): void {
  const [from, startMs] = [published, performance.now()]
  clearInterval(pace)
  pace = setInterval(() => {
    credit = from + Math.floor(((performance.now() - startMs) / 1000) * rate)
    pump()
  }, 5)
}

function pump(): void {
  while (writable && published < credit && published - owned < OUTSTANDING) {
    const n = Math.min(CHUNK, credit - published, OUTSTANDING - (published - owned))
    const parts: Buffer[] = []
    for (let i = 0; i < n; i += 1) parts.push(message(published + i))
    published += n
    writable = socket.write(Buffer.concat(parts))
  }
}

/** The next message of Thing i mod n. Its time is now, or a millisecond further than that Thing's last. */
function message(i: number): Buffer {
  const thing = i % THINGS
  const timeMs = Math.max((lastMs[thing] ?? 0) + 1, Date.now())
  lastMs[thing] = timeMs
  const time = new Date(timeMs).toISOString()
  // A slow wave, as instruments show it: jumps would be taken for spikes, and each of them is another write.
  const round = Math.floor(i / THINGS)
  const value = Math.round(200 + 100 * Math.sin(round / 50 + thing)) / 10
  const payload = `{"time":"${time}","pm2_5":${value},"no2":${(value + 1).toFixed(1)},"o3":${(value + 2.5).toFixed(1)},"temperature":${(value - 5).toFixed(1)}}`
  const topic = topics[thing] ?? Buffer.alloc(0)
  const length = 2 + topic.length + 2 + payload.length
  const packet = Buffer.allocUnsafe(length + (length > 127 ? 3 : 2))
  packet[0] = 0x32
  let at = 1
  if (length > 127) {
    packet[at++] = (length & 0x7f) | 0x80
    packet[at++] = length >> 7
  } else packet[at++] = length
  at = packet.writeUInt16BE(topic.length, at)
  at += topic.copy(packet, at)
  at = packet.writeUInt16BE((i % 65_535) + 1, at)
  packet.write(payload, at, 'latin1')
  return packet
}
