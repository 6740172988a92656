import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from 'mqtt-packet'
import { connectPacket, nextPacket } from './mqtt-packets.ts'
import { Random } from './random.ts'

export type MqttCounts = { packets: number; connections: number; refused: number }

const CLIENTS = 8
const CONNACK_MS = 2_000
const DRAIN_MS = 5_000
const MAX_PACKETS = 60

/** Sends so many packets on raw connections, several at once, until they are sent or `stop` says so. */
export async function sendPackets(
  url: string,
  { packets, seed, stop }: { packets: number; seed: number; stop: AbortSignal },
): Promise<MqttCounts> {
  const counts: MqttCounts = { packets: 0, connections: 0, refused: 0 }
  const { hostname, port } = new URL(url)
  const client = async (number: number): Promise<void> => {
    const random = new Random(seed * 1_000 + number)
    while (counts.packets < packets && !stop.aborted) {
      const socket = connect(Number(port || 1883), hostname)
      await oneConnection(socket, random, counts).catch(() => {})
      socket.destroy()
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
  return counts
}

async function oneConnection(socket: Socket, random: Random, counts: MqttCounts): Promise<void> {
  let closed = false
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
  })
  // what comes back is read, and not answered
  const answered = new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.resume()
  const { protocolVersion: version, ...packet } = connectPacket(random)
  counts.connections += 1
  counts.packets += 1
  if (random.chance(0.95)) socket.write(generate({ ...packet, protocolVersion: version }, { protocolVersion: version }))
  // some do not wait for the answer
  if (random.chance(0.8))
    await Promise.race([answered, new Promise((done) => socket.once('close', done)), sleep(CONNACK_MS)])
  for (let left = 1 + random.below(MAX_PACKETS); left > 0 && !closed; left -= 1) {
    counts.packets += 1
    const bytes = nextPacket(random, version)
    if (!socket.write(bytes))
      await Promise.race([
        new Promise((done) => socket.once('drain', done)),
        new Promise((done) => socket.once('close', done)),
        sleep(DRAIN_MS),
      ])
    if (random.chance(0.02)) await sleep(5)
  }
  if (closed) counts.refused += 1
  else if (random.chance(0.3)) socket.end(generate({ cmd: 'disconnect' }))
  await sleep(1)
}
