/**
 * When a publisher gets its acknowledgement.
 *
 * aedes sends PUBACK first and publishes afterwards. Here a message goes through these steps, and QoS 1 is acknowledged
 * after the last one, QoS 2 (PUBREC) by aedes itself when the message has been published:
 *
 *     accepted  --queue of a known session has room-->  appended to the journal  --on disk-->  published
 *
 * It relies on two properties of aedes (pinned version): every message of a client goes to `authorizePublish` before its
 * PUBACK, and then the same packet object to `publish` (lib/handlers/publish.js; wills: lib/client.js).
 * A message is published after it is on disk, never before: between numbering a message and delivering it aedes must
 * not wait, or it treats the message as a duplicate of a later one (dedupe in lib/client.js).
 */
import { Aedes, type AedesPublishPacket, type Client } from 'aedes'
import type { Journal } from './journal.ts'

type Done = (error?: Error | null) => void
type Publish = (packet: AedesPublishPacket, client: Client | null | Done, done?: Done) => void

export interface AcceptanceOptions {
  journal?: Journal | undefined
  /** Resolves when the queues of these clients take another message; undefined: they do now. */
  room(clientIds: string[]): Promise<void> | undefined
  /** The message is about to be published with this counter; the journal has it under this number. */
  onAppended(brokerCounter: number, number: number, clientIds: string[]): void
}

/** Changes `authorizePublish` and `publish` of this broker. */
export function acceptIntoJournal(aedes: Aedes, options: AcceptanceOptions): void {
  const { journal, room, onAppended } = options
  const internals = aedes as unknown as {
    id: string
    counter: number
    persistence: { subscriptionsByTopic(topic: string): Promise<{ clientId: string }[]> }
    publish: Publish
  }
  const publishNow = Aedes.prototype.publish.bind(aedes) as Publish
  /** Packets that were published before their PUBACK, which aedes will ask to publish after it. */
  const underway = new WeakMap<object, Promise<Error | null | undefined>>()

  /** Calls `onStored` when the message cannot be lost any more, `onPublished` when the subscribers have it. */
  const accept = async (packet: AedesPublishPacket, client: Client | null, onStored: Done, onPublished: Done) => {
    const wasOpen = client?.closed === false // a will comes after its client closed
    const clientIds = (await internals.persistence.subscriptionsByTopic(packet.topic)).map(({ clientId }) => clientId)
    for (let full = room(clientIds); full; full = room(clientIds)) {
      await full
      if (wasOpen && client?.closed) throw new Error('connection closed') // the client will send the message again
    }
    let number = 0
    const stored = (error: Error | null) => {
      if (error) return onStored(error)
      internals.counter += 1
      Object.assign(packet, { brokerId: internals.id, brokerCounter: internals.counter })
      if (number > 0) onAppended(internals.counter, number, clientIds)
      publishNow(packet, client, onPublished)
      onStored()
    }
    if (!journal) setImmediate(stored, null)
    else if (clientIds.length === 0) journal.afterAppended(stored)
    else number = journal.append(messageOf(packet, clientIds), stored)
  }

  const authorize = aedes.authorizePublish
  aedes.authorizePublish = (client, packet, callback) => {
    authorize(client, packet, (error) => {
      // QoS 0 is not stored; QoS 2 is stored in `publish`, or a repeated packet would be published again
      if (error || packet.qos !== 1) return callback(error)
      const published = Promise.withResolvers<Error | null | undefined>()
      underway.set(packet, published.promise)
      accept(packet as AedesPublishPacket, client, callback, published.resolve).catch(callback)
    })
  }

  internals.publish = (packet, clientOrDone, onDone) => {
    const client = typeof clientOrDone === 'function' ? null : clientOrDone
    const done = (typeof clientOrDone === 'function' ? clientOrDone : onDone) ?? (() => {})
    const begun = underway.get(packet)
    if (begun) begun.then(done)
    else if (packet.qos === 0 || packet.qos === undefined) publishNow(packet, client, done)
    else accept(packet, client, (error) => error && done(error), done).catch(done)
  }
}

const messageOf = ({ topic, payload, qos }: AedesPublishPacket, clientIds: string[]) => ({
  topic,
  payload: typeof payload === 'string' ? Buffer.from(payload) : (payload ?? Buffer.alloc(0)),
  qos,
  clients: new Set(clientIds),
})
