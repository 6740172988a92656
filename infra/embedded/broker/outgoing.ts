/**
 * Messages on their way to subscribers with a persistent session: kept until the subscriber acknowledges them.
 *
 * aedes stores them in one array for each client and scans it for every message and every acknowledgement, which takes
 * quadratic time when a subscriber acknowledges late, as the ingest does (after the commit). It also assigns packet
 * identifiers without checking which ones are still in use. Here both are maps, an identifier that is in use is
 * replaced, and a subscriber with WINDOW unacknowledged messages gets the next one when it acknowledges.
 *
 * States of an entry:
 *
 *     queued  --sent with an identifier-->  in flight  --PUBACK, PUBCOMP-->  gone
 *     in flight  --the client connects again-->  sent again with DUP, still in flight
 *     any of these  --the client connects with a clean session-->  gone
 *
 * When an entry with a journal number is gone, it is marked as acknowledged in the journal.
 */
import { Readable } from 'node:stream'
import { type BrokerLimits, bytesOf } from './limits.ts'

/** The parts of aedes' packets that matter here. */
export interface OutgoingPacket {
  cmd: string
  brokerId?: string
  brokerCounter?: number
  messageId?: number | undefined
  dup?: boolean
  topic?: string
  qos?: number
  retain?: boolean
  payload?: Buffer | string
  /** Number of the message in the journal. */
  journalled?: number | undefined
}

interface Subscriber {
  id: string
}

interface Queue {
  entries: Map<string, OutgoingPacket>
  /** Of its entries. */
  bytes: number
  inFlight: Map<number, string>
  waiting: { resume: () => void; giveUp: (error: Error) => void }[]
  /** Publishers that wait until the queue takes another message. */
  full: (() => void)[]
}

/** Identifiers have 16 bits [MQTT-2.3.1-1]; some are left for the messages that replace one another. */
const WINDOW = 60_000
const LAST_IDENTIFIER = 65_535

export interface OutgoingOptions {
  isConnected: (clientId: string) => boolean
  limits: Pick<BrokerLimits, 'queueMessages' | 'queueBytes' | 'allQueuesBytes' | 'cityQueueBytes'>
  /** A client whose messages are never dropped: publishers wait instead. */
  isKnown?: (clientId: string) => boolean
  onDropped: (clientId: string) => void
  /** The client does not need the message with this number in the journal any more. */
  onAcknowledged?: (journalled: number, clientId: string) => void
}

const sizeOf = (packet: OutgoingPacket | undefined) => (packet ? bytesOf(packet) : 0)
const keyOf = (packet: OutgoingPacket) => `${packet.brokerId}:${packet.brokerCounter}`

export type Outgoing = ReturnType<typeof createOutgoing>

/** The methods of an aedes persistence that handle outgoing messages, and the events of the broker. */
export function createOutgoing(options: OutgoingOptions) {
  const { isConnected, limits, isKnown = () => false, onDropped, onAcknowledged = () => {} } = options
  const queues = new Map<string, Queue>()
  /** By broker counter: messages that are in the journal and come to `outgoingEnqueueCombi` next. */
  const appended = new Map<number, { number: number; clientIds: string[] }>()

  const queueOf = (id: string): Queue => {
    let queue = queues.get(id)
    if (!queue) {
      queue = { entries: new Map(), bytes: 0, inFlight: new Map(), waiting: [], full: [] }
      queues.set(id, queue)
    }
    return queue
  }

  /** Bytes for all clients that are not known. */
  let total = 0

  const hasRoom = (id: string, { entries, bytes }: Queue) =>
    entries.size < limits.queueMessages && bytes < (isKnown(id) ? limits.cityQueueBytes : limits.queueBytes)

  /** A connected client takes any number of messages; if it is not one of the city's own, a limited number of bytes. */
  const isFull = (id: string) => {
    const queue = queues.get(id)
    if (isConnected(id)) return !isKnown(id) && (queue?.bytes ?? 0) >= limits.queueBytes
    if (!isKnown(id) && total >= limits.allQueuesBytes) return true
    return queue !== undefined && !hasRoom(id, queue)
  }

  const add = (id: string, key: string, packet: OutgoingPacket) => {
    const queue = queueOf(id)
    const change = bytesOf(packet) - sizeOf(queue.entries.get(key))
    queue.entries.set(key, packet)
    queue.bytes += change
    if (!isKnown(id)) total += change
  }

  /** Also restores messages that an earlier process has stored. */
  const enqueue = (id: string, packet: OutgoingPacket, journalled?: number) => {
    if (isFull(id) && !isKnown(id)) {
      if (journalled !== undefined) onAcknowledged(journalled, id)
      onDropped(id)
      return
    }
    add(id, keyOf(packet), { ...packet, messageId: undefined, journalled })
  }

  const remove = (id: string, queue: Queue, key: string): OutgoingPacket | undefined => {
    const entry = queue.entries.get(key)
    queue.entries.delete(key)
    queue.bytes -= sizeOf(entry)
    if (!isKnown(id)) total -= sizeOf(entry)
    if (entry?.messageId !== undefined && queue.inFlight.get(entry.messageId) === key) {
      queue.inFlight.delete(entry.messageId)
    }
    if (entry?.journalled !== undefined) onAcknowledged(entry.journalled, id)
    queue.waiting.shift()?.resume()
    if (hasRoom(id, queue)) letIn(queue)
    return entry
  }

  const has = (id: string, packet: OutgoingPacket): boolean => queues.get(id)?.entries.has(keyOf(packet)) ?? false

  /** The client may not have this message. */
  const forget = (id: string, packet: OutgoingPacket): void => {
    const queue = queues.get(id)
    if (queue && has(id, packet)) remove(id, queue, keyOf(packet))
  }

  let retained = 0
  const nextRetained = (): number => {
    retained += 1
    return retained
  }

  /** The client is gone: what waited for its acknowledgements waits for its return instead. */
  const disconnected = (id: string) => {
    const queue = queues.get(id)
    for (const { giveUp } of queue?.waiting.splice(0) ?? []) giveUp(new Error('connection closed'))
    if (queue?.entries.size === 0) queues.delete(id)
  }

  /** A client that is connected takes messages whatever its queue holds. */
  const connected = (id: string) => {
    const queue = queues.get(id)
    if (queue) letIn(queue)
  }

  /** [MQTT-3.1.2-6] a clean session ends the one before it. */
  const discard = (id: string) => {
    const queue = queues.get(id)
    for (const key of [...(queue?.entries.keys() ?? [])]) if (queue) remove(id, queue, key)
  }

  /** Resolves when no known client of these has a full queue; undefined: none has. */
  const room = (clientIds: string[]): Promise<void> | undefined => {
    const id = clientIds.find((each) => isKnown(each) && isFull(each))
    return id === undefined ? undefined : new Promise((resolve) => queueOf(id).full.push(resolve))
  }

  const methods = {
    async outgoingEnqueue({ clientId }: { clientId: string }, packet: OutgoingPacket) {
      enqueue(clientId, packet)
    },

    /** Once for each client, at the QoS that the subscriptions of that client allow. */
    async outgoingEnqueueCombi(subscriptions: { clientId: string; qos: number }[], packet: OutgoingPacket) {
      const { number, clientIds = [] } = appended.get(packet.brokerCounter ?? 0) ?? {}
      appended.delete(packet.brokerCounter ?? 0)
      const left = new Set(clientIds)
      const granted = new Map<string, number>()
      for (const { clientId, qos } of subscriptions) granted.set(clientId, Math.max(qos, granted.get(clientId) ?? 0))
      for (const [clientId, qos] of granted)
        enqueue(
          clientId,
          { ...packet, qos: Math.min(packet.qos ?? 0, qos) },
          left.delete(clientId) ? number : undefined,
        )
      // clients that unsubscribed while the message was written
      for (const clientId of left) if (number !== undefined) onAcknowledged(number, clientId)
    },

    /** The packet is about to be sent: notes its identifier, or chooses a free one. */
    async outgoingUpdate(client: Subscriber, packet: OutgoingPacket) {
      const queue = queueOf(client.id)
      if (packet.cmd === 'pubrel') {
        // QoS 2: takes the place of the message with that identifier
        const key = queue.inFlight.get(packet.messageId ?? 0)
        if (!key) throw new Error('no such packet')
        add(client.id, key, { ...packet, journalled: queue.entries.get(key)?.journalled })
        return
      }
      const key = keyOf(packet)
      while (queue.inFlight.size >= WINDOW && queue.entries.get(key)?.messageId === undefined) {
        await new Promise<void>((resume, giveUp) => queue.waiting.push({ resume, giveUp }))
      }
      const entry = queue.entries.get(key)
      if (!entry) throw new Error('no such packet')
      if (entry.messageId === undefined) entry.messageId = freeIdentifier(queue, packet.messageId ?? 1)
      packet.messageId = entry.messageId
      queue.inFlight.set(entry.messageId, key)
    },

    /** Acknowledged, or given up by the broker (then it is the entry itself that is passed). */
    async outgoingClearMessageId(client: Subscriber, packet: OutgoingPacket): Promise<OutgoingPacket | undefined> {
      const queue = queues.get(client.id)
      if (!queue) return undefined
      if (queue.entries.get(keyOf(packet)) === packet) return remove(client.id, queue, keyOf(packet))
      const key = packet.messageId === undefined ? undefined : queue.inFlight.get(packet.messageId)
      return key === undefined ? undefined : remove(client.id, queue, key)
    },

    outgoingStream(client: Subscriber): Readable {
      const entries = [...(queues.get(client.id)?.entries.values() ?? [])]
      // [MQTT-3.3.1-1] a message that was sent before says so
      for (const entry of entries) if (entry.messageId !== undefined && entry.cmd === 'publish') entry.dup = true
      return Readable.from(entries)
    },
  }
  return { methods, enqueue, has, forget, nextRetained, appended, room, connected, disconnected, discard }
}

function letIn(queue: Queue): void {
  for (const resume of queue.full.splice(0)) resume()
}

function freeIdentifier({ inFlight }: Queue, wanted: number): number {
  let id = wanted
  while (inFlight.has(id)) id = id >= LAST_IDENTIFIER ? 1 : id + 1
  return id
}
