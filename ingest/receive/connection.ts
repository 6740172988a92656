/**
 * One network connection to the broker, from CONNECT to close, with the acknowledgement in our hands.
 *
 * The `mqtt` package acknowledges a QoS 1 message by itself as soon as it is handled, and reads the next packet only then:
 * holding it until COMMIT would let a batch never fill. So PUBLISH packets are taken out of the stream in front of it
 * (publish-reader.ts), which also takes less of the CPU, and PUBACKs are written here, or PUBRECs for what a broker delivers at
 * QoS 2 although QoS 1 was asked for: it then answers PUBREL, for which the package sends PUBCOMP. All else is the
 * package's: connecting, TLS and web sockets, subscribing, keeping alive, publishing.
 *
 * Message identifiers belong to a connection, and so does this object: an acknowledgement that comes after its
 * connection was lost goes nowhere, and the broker delivers that message again [MQTT-4.4.0-1].
 */
import { connect as connectTcp, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { type IClientOptions, MqttClient } from 'mqtt'
import { streamBuilder as webSocketStream } from 'mqtt/lib/connect/ws'
import { ClientStream } from './client-stream.ts'
import { type Publish, PublishReader, type Qos } from './publish-reader.ts'
import type { Held, ReceiveWindow } from './receive-window.ts'

export type ProtocolVersion = 4 | 5
export type ConnectionOptions = {
  readonly url: string
  readonly clientId: string
  readonly version: ProtocolVersion
  readonly payloadLimit: number
  readonly receiveMaximum: number
  readonly window: ReceiveWindow
  readonly onPublish: (publish: Publish, held: Held, connection: Connection) => void
}

/** MQTT 5 counts in seconds; this value means that the session never expires. */
const NEVER = 0xffffffff
const KEEPALIVE_S = 30
/** first byte and remaining length */
const PUBACK = 0x4002
const PUBREC = 0x5002
const CONNECT_LIMIT_MS = 10_000
/** reason code "Unacceptable protocol version" (3.1.1) and "Unsupported Protocol Version" (5) */
const VERSION_REFUSED = new Set([1, 132])

export class VersionRefused extends Error {}

export class Connection {
  readonly closed: Promise<Error | undefined>
  readonly #client: MqttClient
  readonly #options: ConnectionOptions
  readonly #reader: PublishReader
  readonly #proceed: () => void
  #stream: ClientStream | undefined
  #acks: { messageId: number; qos: Qos }[] = []
  #error: Error | undefined
  #ignoring = false
  #ended = false
  #gathering = false
  sharedSubscriptions = false
  sessionPresent = false
  open = false

  private constructor(options: ConnectionOptions) {
    this.#options = options
    const clientOptions = optionsFor(options)
    this.#reader = new PublishReader({ ...options, onPublish: (publish) => this.#take(publish) })
    this.#client = new MqttClient((client) => {
      this.#stream = new ClientStream(networkStream(client, clientOptions), this.#reader)
      // The package keeps to itself what ends a stream, but for a few errors of the network.
      this.#stream.on('error', (error) => {
        this.#error ??= error
      })
      return this.#stream as unknown as MqttClient['stream']
    }, clientOptions)
    // Not at once: whoever makes room is in the middle of settling a batch.
    this.#proceed = () => setImmediate(() => this.#ended || this.#stream?.proceed())
    this.closed = new Promise((resolve) => {
      this.#client.on('error', (error) => {
        this.#error ??= error
        if (!this.open) this.#stream?.destroy()
      })
      this.#client.on('close', () => {
        this.open = false
        this.#ended = true
        this.#acks = []
        options.window.forget(this.#proceed)
        resolve(this.#error)
      })
    })
  }

  /** Connects. @throws VersionRefused, or what kept it from connecting */
  static async connect(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options)
    const client = connection.#client
    const accepted = new Promise<void>((resolve) => {
      client.once('connect', (connack) => {
        connection.open = true
        connection.sessionPresent = connack.sessionPresent
        connection.sharedSubscriptions =
          options.version === 5 && connack.properties?.sharedSubscriptionAvailable !== false
        resolve()
      })
    })
    client.connect()
    await Promise.race([accepted, connection.closed])
    if (connection.open) return connection
    const error = (await connection.closed) ?? new Error('the broker closed the connection')
    if (VERSION_REFUSED.has(Number((error as { code?: unknown }).code))) throw new VersionRefused(error.message)
    throw error
  }

  /** Resolves when the broker has granted every filter. @throws when it refused one */
  async subscribe(filters: readonly string[]): Promise<void> {
    // A retained message is sent when the subscription is new, not at each reconnect (MQTT 5 only: rh).
    const granted = this.#client.subscribeAsync([...filters], { qos: 1, rh: 1 })
    const closed = this.closed.then((error) => {
      throw error ?? new Error('the connection was closed before the subscription was granted')
    })
    closed.catch(() => {})
    await Promise.race([granted, closed])
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    if (this.open) await this.#client.unsubscribeAsync([...filters])
  }

  /** QoS 0; false when there is no connection to send it on. */
  publish(topic: string, payload: string | Buffer): boolean {
    if (!this.open) return false
    this.#gather()
    this.#client.publish(topic, payload, { qos: 0 })
    return true
  }

  /** Writes the PUBACK, or the PUBREC of what came at QoS 2. */
  acknowledge({ messageId, qos }: Pick<Publish, 'messageId' | 'qos'>): void {
    if (this.#ended || messageId === undefined) return
    this.#acks.push({ messageId, qos })
    this.#gather()
  }

  /**
   * What comes from now on is read and left alone: not acknowledged, so the broker keeps it. Not reading at all would
   * make the end of the connection a reset, which may overtake our last acknowledgements.
   */
  ignoreIncoming(): void {
    this.#ignoring = true
  }

  close(): Promise<unknown> {
    this.#writeAcknowledgements()
    if (this.open) this.#client.end()
    else this.#stream?.destroy()
    return this.closed
  }

  destroy(error: Error): void {
    this.#error ??= error
    this.#stream?.destroy()
  }

  /** What is sent in one turn of the event loop goes out as one write. */
  #gather(): void {
    if (this.#gathering) return
    this.#gathering = true
    this.#stream?.cork()
    queueMicrotask(() => {
      this.#gathering = false
      this.#writeAcknowledgements()
      this.#stream?.uncork()
    })
  }

  #writeAcknowledgements(): void {
    const acks = this.#acks
    if (acks.length === 0 || this.#ended) return
    this.#acks = []
    const bytes = Buffer.allocUnsafe(acks.length * 4)
    for (const [i, { messageId, qos }] of acks.entries()) {
      // Remaining length 2: in MQTT 5 the reason code may be left out when it is 0 (3.4.2.1, 3.5.2.1)
      bytes.writeUInt16BE(qos === 2 ? PUBREC : PUBACK, i * 4)
      bytes.writeUInt16BE(messageId, i * 4 + 2)
    }
    this.#stream?.write(bytes)
  }

  #take(publish: Publish): boolean {
    if (this.#ignoring) return true
    const { window, onPublish } = this.#options
    onPublish(publish, window.take(publish.payload.length), this)
    if (!window.full) return true
    window.whenRoom(this.#proceed)
    return false
  }
}

function optionsFor({ url, clientId, version, receiveMaximum }: ConnectionOptions): IClientOptions {
  const { protocol, hostname, port, username, password, pathname, search } = new URL(url)
  return {
    protocol: protocol.slice(0, -1) as 'mqtt' | 'mqtts' | 'ws' | 'wss',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    ...(protocol.startsWith('ws') && { path: `${pathname}${search}` }),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    clientId,
    protocolVersion: version,
    clean: false,
    manualConnect: true,
    // the subscriber reconnects, with a new object
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_LIMIT_MS,
    ...(version === 5 && { properties: { sessionExpiryInterval: NEVER, receiveMaximum } }),
  }
}

function networkStream(client: MqttClient, options: IClientOptions): Duplex {
  const host = options.hostname ?? 'localhost'
  switch (options.protocol) {
    case 'mqtts':
      return connectTls({ host, port: options.port ?? 8883, ...(isIP(host) === 0 && { servername: host }) })
    case 'ws':
    case 'wss':
      return webSocketStream(client, options) as unknown as Duplex
    default:
      return connectTcp({ host, port: options.port ?? 1883, noDelay: true })
  }
}
