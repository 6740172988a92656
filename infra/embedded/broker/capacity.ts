/** How many clients and persistent sessions the broker takes, and how much it retains. */
import type { Aedes, Client } from 'aedes'
import { type BrokerLimits, bytesOf } from './limits.ts'
import type { RefusalReason, Refusals } from './refusals.ts'

type Refusal = { readonly reason: RefusalReason; readonly detail: string }

/** Returns what speaks against another client that is not the city's own; without an answer it is counted as admitted. */
export function limitClients(aedes: Aedes, limits: BrokerLimits): (client: Client) => Refusal | undefined {
  const connected = new Set<Client>()
  const sessions = new Set<string>()
  aedes.on('clientDisconnect', (client) => connected.delete(client))

  return (client) => {
    // One that was closed before it was registered is never reported as disconnected.
    if (connected.size >= limits.connections) for (const each of connected) if (each.closed) connected.delete(each)
    if (connected.size >= limits.connections)
      return { reason: 'connections', detail: `${limits.connections} clients are connected already` }
    // [MQTT-3.1.2-6] a clean session ends the one before it
    if (client.clean) sessions.delete(client.id)
    else if (!sessions.has(client.id) && sessions.size >= limits.sessions)
      return { reason: 'sessions', detail: `${limits.sessions} persistent sessions exist already` }
    else sessions.add(client.id)
    connected.add(client)
    return undefined
  }
}

type Retained = { topic: string; payload: Buffer }
interface RetainingPersistence {
  storeRetained(packet: Retained): Promise<void>
}

/** Further messages are delivered and not retained; what their topic retained before is superseded, so it goes as well. */
export function limitRetained(aedes: Aedes, limit: number, refusals: Refusals): void {
  const { persistence } = aedes as unknown as { persistence: RetainingPersistence }
  const store = persistence.storeRetained.bind(persistence)
  const sizes = new Map<string, number>()
  let total = 0
  persistence.storeRetained = (packet) => {
    total -= sizes.get(packet.topic) ?? 0
    sizes.delete(packet.topic)
    if (packet.payload.length === 0) return store(packet)
    const bytes = bytesOf(packet)
    if (total + bytes > limit) {
      refusals.count('retained', 'retained messages', `more than ${limit} bytes: ${packet.topic.slice(0, 100)}`)
      return store({ ...packet, payload: Buffer.alloc(0) })
    }
    total += bytes
    sizes.set(packet.topic, bytes)
    return store(packet)
  }
}
