/**
 * One network connection to the broker, from CONNECT to close, with deferred acknowledgements.
 *
 * The `mqtt` package acknowledges a QoS 1 message when its handler returns and reads the next packet only then: deferring
 * that to COMMIT would limit a batch to one message. So PUBLISH packets are taken out of the stream before the package
 * sees it (publish-reader.ts), which also needs less CPU, and the acknowledgements are written here: PUBACK, or PUBREC
 * where a broker delivers at QoS 2 although QoS 1 was requested; it then sends PUBREL, which the package answers with
 * PUBCOMP. The package does the rest: connecting, TLS and WebSockets, subscribing, keep-alive, publishing.
 *
 * Message identifiers are valid for one connection, and so is this object: an acknowledgement after the connection was
 * lost is discarded, and the broker delivers the message again [MQTT-4.4.0-1].
 */
import { connect as connectTcp, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions as ConnectionOptionsOfTls, connect as connectTls } from 'node:tls'
import { type IClientOptions, MqttClient } from 'mqtt'
import { streamBuilder as webSocketStream } from 'mqtt/lib/connect/ws'
import type { ClientTls } from '#model/mqtt/broker-url.ts'
import { ClientStream } from './client-stream.ts'
import { type Publish, PublishReader, type Qos } from './publish-reader.ts'
import type { ReceiveWindow, WindowEntry } from './receive-window.ts'

export type ProtocolVersion = 4 | 5
export type ConnectionOptions = {
  readonly url: string
  readonly tls?: ClientTls
  readonly clientId: string
  readonly version: ProtocolVersion
  readonly payloadLimit: number
  readonly receiveMaximum: number
  readonly window: ReceiveWindow
  readonly onPublish: (publish: Publish, entry: WindowEntry, connection: Connection) => void
}

/** In seconds (MQTT 5); this value means that the session does not expire. */
const NEVER = 0xffffffff
const KEEPALIVE_S = 30
/** first byte and remaining length */
const PUBACK = 0x4002
const PUBREC = 0x5002
const CONNECT_TIMEOUT_MS = 10_000
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
  #discarding = false
  #ended = false
  #corked = false
  sharedSubscriptions = false
  sessionPresent = false
  open = false

  private constructor(options: ConnectionOptions) {
    this.#options = options
    const clientOptions = optionsFor(options)
    this.#reader = new PublishReader({ ...options, onPublish: (publish) => this.#receive(publish) })
    this.#client = new MqttClient((client) => {
      this.#stream = new ClientStream(networkStream(client, clientOptions), this.#reader)
      // The package reports only a few network errors of a stream.
      this.#stream.on('error', (error) => {
        this.#error ??= error
      })
      return this.#stream as unknown as MqttClient['stream']
    }, clientOptions)
    // Deferred: the caller that makes room is in the middle of acknowledging a batch.
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
        options.window.cancel(this.#proceed)
        resolve(this.#error)
      })
    })
  }

  /** Connects. @throws VersionRefused, or the error that prevented the connection */
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
    const error = (await connection.closed) ?? new Error('connection closed by the broker')
    if (VERSION_REFUSED.has(Number((error as { code?: unknown }).code))) throw new VersionRefused(error.message)
    throw error
  }

  /** Resolves when the broker has granted every filter. @throws when it refused one */
  async subscribe(filters: readonly string[]): Promise<void> {
    // Retained messages are requested for new subscriptions only, not at each reconnect (MQTT 5: retain handling).
    const granted = this.#client.subscribeAsync([...filters], { qos: 1, rh: 1 })
    const closed = this.closed.then((error) => {
      throw error ?? new Error('connection closed before the subscription was granted')
    })
    closed.catch(() => {})
    await Promise.race([granted, closed])
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    if (this.open) await this.#client.unsubscribeAsync([...filters])
  }

  /** Publishes at QoS 0; false when there is no connection. */
  publish(topic: string, payload: string | Buffer): boolean {
    if (!this.open) return false
    this.#corkOnce()
    this.#client.publish(topic, payload, { qos: 0 })
    return true
  }

  /** Sends PUBACK, or PUBREC for a message delivered at QoS 2. */
  acknowledge({ messageId, qos }: Pick<Publish, 'messageId' | 'qos'>): void {
    if (this.#ended || messageId === undefined) return
    this.#acks.push({ messageId, qos })
    this.#corkOnce()
  }

  /**
   * Reads and discards messages from now on, without acknowledging them: the broker keeps them. Without reading, closing
   * the connection would send a TCP reset, which may overtake the last acknowledgements.
   */
  discardIncoming(): void {
    this.#discarding = true
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

  /** Combines what is sent in one turn of the event loop into one write. */
  #corkOnce(): void {
    if (this.#corked) return
    this.#corked = true
    this.#stream?.cork()
    queueMicrotask(() => {
      this.#corked = false
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

  #receive(publish: Publish): boolean {
    if (this.#discarding) return true
    const { window, onPublish } = this.#options
    onPublish(publish, window.add(publish.payload.length), this)
    if (!window.full) return true
    window.whenRoom(this.#proceed)
    return false
  }
}

function optionsFor({ url, tls, clientId, version, receiveMaximum }: ConnectionOptions): IClientOptions {
  const { protocol, hostname, port, username, password, pathname, search } = new URL(url)
  return {
    protocol: protocol.slice(0, -1) as 'mqtt' | 'mqtts' | 'ws' | 'wss',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    ...(protocol.startsWith('ws') && { path: `${pathname}${search}` }),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...tls,
    clientId,
    protocolVersion: version,
    clean: false,
    manualConnect: true,
    // the subscriber reconnects, with a new Connection
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(version === 5 && { properties: { sessionExpiryInterval: NEVER, receiveMaximum } }),
  }
}

function networkStream(client: MqttClient, options: IClientOptions): Duplex {
  const host = options.hostname ?? 'localhost'
  switch (options.protocol) {
    case 'mqtts':
      return connectTls({
        ...{ host, port: options.port ?? 8883, ca: options.ca, cert: options.cert, key: options.key },
        ...(isIP(host) === 0 && { servername: host }),
      } as ConnectionOptionsOfTls)
    case 'ws':
    case 'wss':
      return webSocketStream(client, options) as unknown as Duplex
    default:
      return connectTcp({ host, port: options.port ?? 1883, noDelay: true })
  }
}
