/**
 * The embedded MQTT broker: aedes, MQTT 3.1.1 over TCP, in memory; messages of persistent sessions also in a journal.
 *
 *     openEmbeddedBroker  --journal read, listening-->  open  --close()-->  closed: clients disconnected, port free
 *
 * What is changed about aedes, and why:
 * - Messages for persistent sessions are stored by outgoing.ts (tens of thousands of late acknowledgements).
 * - A message is delivered at the QoS that was granted (delivery.ts).
 * - A publisher is acknowledged when its message is in the journal (acceptance.ts).
 * - Numbers and bytes are limited (limits.ts, capacity.ts).
 * - Access: credentials, reserved client identifiers and topics, topics of devices (access.ts), TLS (tls.ts).
 * - The rate of a client is limited (rate.ts).
 * - A packet that announces more than `packetBytes` ends its connection before its payload is read.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { Aedes, type Client } from 'aedes'
import { generate } from 'mqtt-packet'
import type { Registry } from 'prom-client'
import { AppError } from '#model/basics/errors.ts'
import type { DeviceLogins } from '../../devices/device-logins.ts'
import { acceptIntoJournal } from './acceptance.ts'
import { assertNotOpen, type Credentials, controlAccess, newCityCredentials, reachableAddress } from './access.ts'
import { limitClients, limitRetained } from './capacity.ts'
import { deliverAtGrantedQos } from './delivery.ts'
import type { Journal } from './journal.ts'
import { BROKER_LIMITS, type BrokerLimits, UNIDENTIFIED_SOCKETS } from './limits.ts'
import { openBrokerJournal } from './open-journal.ts'
import { createOutgoing, type Outgoing } from './outgoing.ts'
import { Publishers } from './publishers.ts'
import { limitRate } from './rate.ts'
import { createRefusals, type RefusalReason, RefusedError } from './refusals.ts'
import { type BrokerTls, openTls } from './tls.ts'

export interface EmbeddedBrokerOptions {
  /** 0: any free port. */
  port?: number
  /** Default 127.0.0.1; an address beyond loopback needs `credentials`. */
  host?: string
  /** What clients must present that are neither the city's own nor devices of the registry. */
  credentials?: Credentials | undefined
  /** Credentials of devices, and who may publish what. */
  devices?: DeviceLogins
  /** Whether clients are admitted that present nothing, where there are no `credentials` (default). */
  anonymous?: boolean
  /** A second listener with TLS on `host`; the one without it is then on loopback only. */
  tls?: BrokerTls | undefined
  /** What the city's own clients present; generated unless they must know it before the broker is open. */
  cityCredentials?: Credentials
  metrics?: Registry
  limits?: Partial<BrokerLimits>
  /**
   * Clients whose subscriptions (at QoS 1) exist before they connect. None of their messages is dropped: while the
   * queue of a disconnected one is full, publishers are not acknowledged.
   */
  sessions?: { clientId: string; filters: string[] }[]
  /** A file for what persistent sessions have not acknowledged, in a folder of its own; without it a crash loses that. */
  journal?: string
  /** Whether an acknowledgement waits for the disk (default), or only for the operating system. */
  syncToDisk?: boolean
  log?: { warn(message: string): void; info?(message: string): void; debug?(message: string): void }
}

export interface EmbeddedBroker {
  /** For the city's own clients: contains their secret, so it is not to be shown. */
  url: string
  /** For everybody else, without credentials. */
  publicUrl: string
  refused: ReadonlyMap<RefusalReason, number>
  port: number
  /** Of the listener with TLS, where there is one. */
  tlsPort: number | undefined
  /** The client that last published to this topic, if it was not one of the city's own. */
  publisherOf(topic: string): string | undefined
  /** Writes the messages that some session has not acknowledged to a file that can be a journal; without a journal, nothing. */
  copyJournal(path: string): Promise<void>
  close(): Promise<void>
}

const PORT = 1883
const LOOPBACK = '127.0.0.1'
/** A peer that is gone without closing is noticed by the keep-alive of MQTT, or by this where a client has none. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 60_000 }
const CLOSE_LIMIT_MS = 2_000
/** Deliveries that may be under way at once; a full one waits for the slowest subscriber's socket. */
const CONCURRENCY = 1_000
/** Packets that a client may send before it has read the answer to CONNECT. */
const EARLY_PACKETS = 1_000
/** CONNACK "unacceptable protocol version" (MQTT 3.1.1, 3.2.2.3) */
const VERSION_REFUSED = 1
/** CONNACK "Unsupported Protocol Version" (MQTT 5, 3.2.2.2) */
const UNSUPPORTED_VERSION = 0x84
/** CONNACK "identifier rejected" (MQTT 3.1.1) */
const IDENTIFIER_REJECTED = 2

/** Opens the broker. Throws AppError CONFIG_INVALID, PORT_TAKEN, DATA_DIR_IN_USE, DATA_DIR_DAMAGED. */
export async function openEmbeddedBroker(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
  const { port = PORT, credentials, devices, anonymous = true, tls, log, metrics } = options
  const outside = options.host ?? LOOPBACK
  assertNotOpen(outside, { isProtected: credentials !== undefined || !anonymous || tls?.ca !== undefined })
  const host = tls ? LOOPBACK : outside
  const limits = { ...BROKER_LIMITS, ...options.limits }
  const journal = await openBrokerJournal(options)
  const aedes = new Aedes({ concurrency: CONCURRENCY, queueLimit: EARLY_PACKETS, preConnect: refuseEarly })
  await aedes.listen()
  const city = options.cityCredentials ?? newCityCredentials()
  const refusals = createRefusals({ log, metrics })
  const publishers = new Publishers()
  controlAccess(aedes, {
    ...{ city, credentials, anonymous, devices, publishers, refusals },
    admit: limitClients(aedes, limits),
    pace: limitRate(limits.publishesPerSecond),
  })
  limitRetained(aedes, limits.retainedBytes, refusals)
  const outgoing = await installOutgoing(aedes, options, limits, journal)
  logErrors(aedes, log)

  const sockets = new Set<Socket>()
  const accept = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const client = aedes.handle(socket)
    limitPackets(client, limits.packetBytes)
    deliverAtGrantedQos(aedes, client, outgoing)
  }
  const servers = [
    { server: createServer({ noDelay: true, ...KEEP_ALIVE }, accept), port, host, variable: 'MQTT_PORT' },
  ]
  if (tls) servers.push({ server: openTls(tls, accept, log), port: tls.port, host: outside, variable: 'MQTT_TLS_PORT' })
  const ports: number[] = []
  for (const each of servers) {
    each.server.maxConnections = limits.connections + UNIDENTIFIED_SOCKETS
    ports.push(
      await listen(each).catch(async (cause) => {
        aedes.close()
        for (const { server } of servers) server.close()
        await journal?.close()
        throw cause
      }),
    )
  }
  const [actual = port, tlsPort] = ports
  const address = reachableAddress(host, actual)
  let closed: Promise<void> | undefined
  return {
    url: `mqtt://${city.username}:${city.password}@${address}`,
    publicUrl: `mqtt://${address}`,
    refused: refusals.counts,
    port: actual,
    tlsPort,
    publisherOf: (topic) => publishers.of(topic),
    copyJournal: async (path) => journal?.copyTo(path),
    close: () => {
      closed ??= close(aedes, servers, sockets).then(() => journal?.close())
      return closed
    },
  }
}

type Listener = { readonly server: Server; readonly port: number; readonly host: string; readonly variable: string }

function listen({ server, port, host, variable }: Listener): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, port, host, variable)))
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function cannotListen(cause: NodeJS.ErrnoException, port: number, host: string, variable: string): Error {
  if (cause.code === 'EADDRINUSE') {
    return new AppError(
      'PORT_TAKEN',
      `port ${port} on ${host} is taken, probably by another MQTT broker: give this one another port in ${variable}, or use that broker by setting MQTT_URL=mqtt://${host}:${port}`,
      { cause },
    )
  }
  if (cause.code === 'EACCES') {
    return new AppError(
      'PORT_TAKEN',
      `port ${port} on ${host} may not be opened by this user: give the broker a port above 1023 in ${variable}`,
      { cause },
    )
  }
  return new AppError('CONFIG_INVALID', `the MQTT broker cannot listen on ${host}:${port}: ${cause.message}`, { cause })
}

async function close(aedes: Aedes, servers: readonly Listener[], sockets: Set<Socket>): Promise<void> {
  const closed = servers.map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())))
  let limit: NodeJS.Timeout | undefined
  await Promise.race([
    new Promise<void>((resolve) => aedes.close(() => resolve())),
    new Promise<void>((resolve) => {
      limit = setTimeout(resolve, CLOSE_LIMIT_MS)
    }),
  ])
  clearTimeout(limit)
  for (const socket of sockets) socket.destroy()
  await Promise.all(closed)
}

/** As aedes says it, and what stands in front of it (acceptance.ts, outgoing.ts). */
const CLIENT_LEFT = 'connection closed'

function logErrors(aedes: Aedes, log: EmbeddedBrokerOptions['log']): void {
  aedes.on('clientError', (client, error) => {
    // one that left meanwhile sends again, or is sent again, when it is back
    if (error instanceof RefusedError || error.message === CLIENT_LEFT) return
    log?.warn(`MQTT client ${client.id}: ${error.message}`)
  })
  aedes.on('connectionError', (_, error) => {
    // a client that speaks MQTT 5 and 3.1.1 tries 5 first: ours does so at every start
    if ((error as { errorCode?: number }).errorCode === VERSION_REFUSED)
      log?.debug?.(`MQTT connection: ${error.message}`)
    else log?.warn(`MQTT connection: ${error.message}`)
  })
}

interface Internals {
  id: string
  counter: number
  clients: Record<string, { conn: Socket }>
  persistence: {
    addSubscriptions(client: { id: string }, subscriptions: { topic: string; qos: number }[]): Promise<void>
    cleanSubscriptions(client: { id: string }): Promise<void>
  }
}

/** Replaces the outgoing queue of aedes by outgoing.ts, with the messages of the journal and the known subscriptions. */
async function installOutgoing(
  aedes: Aedes,
  options: EmbeddedBrokerOptions,
  limits: BrokerLimits,
  journal: Journal | undefined,
): Promise<Outgoing> {
  const { sessions = [], log } = options
  const internals = aedes as unknown as Internals
  const known = new Set(sessions.map(({ clientId }) => clientId))
  const dropped = new Map<string, number>()
  const outgoing = createOutgoing({
    isConnected: (id) => id in internals.clients,
    isKnown: (id) => known.has(id),
    limits,
    onDropped: (id) => {
      // Connected, with too much unacknowledged: it gets the stored messages when it reconnects.
      internals.clients[id]?.conn.destroy()
      const count = (dropped.get(id) ?? 0) + 1
      dropped.set(id, count)
      if (Math.log10(count) % 1 !== 0) return
      log?.warn(`${count} messages dropped for MQTT client ${id}, whose queue is full`)
    },
    onAcknowledged: (journalled, id) => journal?.acknowledge(journalled, id),
  })
  const { persistence } = internals
  const cleanSubscriptions = persistence.cleanSubscriptions.bind(persistence)
  Object.assign(persistence, outgoing.methods, {
    cleanSubscriptions: (client: { id: string }) => {
      outgoing.discard(client.id)
      return cleanSubscriptions(client)
    },
  })
  aedes.on('client', ({ id }) => outgoing.connected(id))
  aedes.on('clientDisconnect', ({ id }) => outgoing.disconnected(id))
  acceptIntoJournal(aedes, {
    journal,
    room: outgoing.room,
    onAppended: (counter, number, clientIds) => outgoing.appended.set(counter, { number, clientIds }),
  })
  for (const { number, topic, payload, qos, clients } of [...(journal?.pending ?? [])]) {
    internals.counter += 1
    const origin = { brokerId: internals.id, brokerCounter: internals.counter }
    // The journal does not say what each client was granted; QoS 1 is what every one of them was, at least.
    const packet = { cmd: 'publish', ...origin, topic, payload, qos: Math.min(qos, 1) }
    for (const id of [...clients]) outgoing.enqueue(id, packet, number)
  }
  for (const { clientId, filters } of sessions) {
    await persistence.addSubscriptions(
      { id: clientId },
      filters.map((topic) => ({ topic, qos: 1 })),
    )
  }
  return outgoing
}

/**
 * MQTT 5 is refused in its own form, so that a client that also speaks 3.1.1 tries that (MQTT 5, 3.1.2.2).
 * [MQTT-3.1.3-8] A session that is to outlive its connection needs a name.
 */
function refuseEarly(
  client: Client,
  { clientId, clean, protocolVersion }: { clientId?: string; clean?: boolean; protocolVersion?: number },
  callback: (error: Error | null, isAllowed: boolean) => void,
): void {
  if (protocolVersion === 5) {
    const connack = generate(
      { cmd: 'connack', reasonCode: UNSUPPORTED_VERSION, sessionPresent: false },
      { protocolVersion },
    )
    const error = Object.assign(new Error('MQTT 5 is not supported'), { errorCode: VERSION_REFUSED })
    client.conn.write(connack, () => callback(error, false))
    return
  }
  if (clientId || clean) {
    callback(null, true)
    return
  }
  const connack = generate({ cmd: 'connack', returnCode: IDENTIFIER_REJECTED, sessionPresent: false })
  client.conn.write(connack, () => callback(new Error('a persistent session without a client identifier'), false))
}

interface PacketParser {
  packet: { length: number }
  _parseLength(): boolean
  emit(event: 'error', error: Error): void
  error: Error | null
}

/** Looks at the announced length of each packet; part of mqtt-packet's parser, hence the pinned version and the test. */
function limitPackets(client: Client, limit: number): void {
  const parser = (client as unknown as { _parser: PacketParser })._parser
  const parseLength = parser._parseLength
  parser._parseLength = () => {
    const known = parseLength.call(parser)
    if (!known || parser.packet.length <= limit) return known
    parser.error = new Error(`a packet of ${parser.packet.length} bytes is larger than the limit of ${limit}`)
    parser.emit('error', parser.error)
    return false
  }
}
