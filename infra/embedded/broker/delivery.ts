/**
 * From the broker to one subscriber: at which QoS, and under which identifier.
 *
 * aedes lowers the QoS of a message only where the filter of the subscription is the topic itself (its issue 208): a
 * subscription with a wildcard receives the QoS of the publisher, and of two subscriptions that match, the one that
 * comes first decides. MQTT 3.1.1 asks for the lower of the QoS of the message and the highest QoS granted to a
 * subscription that matches [MQTT-3.3.5-1, MQTT-3.8.4-6]. aedes also gives retained messages identifiers that may be in
 * use in the session; here they go through the session's queue like any other.
 *
 * It leans on `deliver0` and `deliverQoS` of an aedes client (pinned version, lib/client.js): the first matching
 * subscription calls one of them, the further ones are recognised by the counter of the message.
 */
import type { Aedes, Client } from 'aedes'
import { type Packet, writeToStream } from 'mqtt-packet'
import { matches } from '#model/mqtt/topic-filters.ts'
import type { Outgoing, OutgoingPacket } from './outgoing.ts'

type Qos = 0 | 1 | 2
type Done = () => void
type Deliver = (packet: Delivery, done: Done) => void
type Delivery = OutgoingPacket & { topic: string; qos: Qos; payload: Buffer | string; retain?: boolean }
type Subscriptions = Readonly<Record<string, { qos: number }>>

interface ClientInternals {
  id: string
  clean: boolean
  errored: boolean
  conn: NodeJS.WritableStream
  subscriptions: Subscriptions
  duplicates: Record<string, number>
  deliver0: Deliver
  deliverQoS: Deliver
  _nextId: number
  emit(event: 'error', error: Error): void
  waitForDrain(done: Done): void
}
interface BrokerInternals {
  authorizeForward(client: Client, packet: Delivery): Delivery | null | undefined
}

const LAST_IDENTIFIER = 65_535
/** In the place of a broker's id: retained messages have no counter of their own. */
const RETAINED = 'retained'

/** Changes how messages are delivered to this client; call it before the client has subscribed to anything. */
export function deliverAtGrantedQos(aedes: Aedes, aedesClient: Client, outgoing: Outgoing): void {
  const client = aedesClient as unknown as ClientInternals
  const { authorizeForward } = aedes as unknown as BrokerInternals
  const deliverAtMostOnce = client.deliver0

  const deliver: Deliver = (packet, done) => {
    const qos = deliveryQos(packet, client.subscriptions)
    if (qos === 0) return deliverAtMostOnce(packet, done)
    if (isRepeated(client, packet)) return void setImmediate(done)
    const allowed = authorizeForward(aedesClient, packet)
    if (!allowed) {
      if (!client.clean) outgoing.forget(client.id, packet)
      return void setImmediate(done)
    }
    const message: Delivery = { ...allowed, cmd: 'publish', qos, dup: false }
    // As in aedes: leaves the stack, which would grow with the number of subscribers.
    setImmediate(() => void send(client, message, outgoing).then(done, (error: Error) => fail(client, error, done)))
  }
  client.deliver0 = deliver
  client.deliverQoS = deliver
}

/** The lower of the message's QoS and the highest that was granted to a filter that matches. */
export function deliveryQos({ topic, qos }: Pick<Delivery, 'topic' | 'qos'>, subscriptions: Subscriptions): Qos {
  let granted = 0
  for (const filter in subscriptions) {
    const subscription = subscriptions[filter]
    if (subscription && subscription.qos > granted && matches(filter, topic)) granted = subscription.qos
    if (granted >= qos) return qos
  }
  return granted as Qos
}

/** A message that another subscription of this client has brought already; aedes numbers its messages upwards. */
function isRepeated({ duplicates }: ClientInternals, { brokerId, brokerCounter = 0 }: Delivery): boolean {
  if (!brokerId) return false
  if ((duplicates[brokerId] ?? 0) >= brokerCounter) return true
  duplicates[brokerId] = brokerCounter
  return false
}

async function send(client: ClientInternals, message: Delivery, outgoing: Outgoing): Promise<void> {
  message.messageId = client._nextId
  client._nextId = client._nextId >= LAST_IDENTIFIER ? 1 : client._nextId + 1
  if (!client.clean) {
    if (!message.brokerId) Object.assign(message, { brokerId: RETAINED, brokerCounter: outgoing.nextRetained() })
    // Also where the subscription is younger than the message: then nothing has queued it.
    if (!outgoing.has(client.id, message)) outgoing.enqueue(client.id, message)
    await outgoing.methods.outgoingUpdate(client, message)
  }
  if (client.errored) return
  if (writeToStream(message as unknown as Packet, client.conn)) return
  await new Promise<void>((resolve) => client.waitForDrain(resolve))
}

function fail(client: ClientInternals, error: Error, done: Done): void {
  client.emit('error', error)
  // mqemitter would throw an error that it is given
  done()
}
