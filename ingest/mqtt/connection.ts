/**
 * One network connection to the broker, from CONNECT to close, with the PUBACK in our hands.
 *
 * The `mqtt` package acknowledges a QoS 1 message as soon as the callback of `handleMessage` is called, and reads the
 * next packet only then: holding the callback until COMMIT would let a batch never fill. So the callback is called at
 * once (while there is room), the PUBACK that the package then sends is swallowed, and ours is written after COMMIT.
 *
 * This file is the only one that leans on internals of `mqtt` (pinned to an exact version):
 * - `client._sendPacket({ cmd: 'puback' }, done)` is how it acknowledges        (lib/handlers/publish.js)
 * - `lib/connect/ws` builds its stream over a web socket
 * `packetsend` (public) tells when a PUBACK went out that we did not write: that is a bug, and closes the connection.
 * test/delivery/deferred-ack.test.ts holds it against Mosquitto.
 *
 * Message identifiers belong to a connection, and so does this object: an acknowledgement that comes after its
 * connection was lost goes nowhere, and the broker delivers that message again [MQTT-4.4.0-1].
 */
import { connect as connectTcp, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { type IClientOptions, type IPublishPacket, MqttClient } from 'mqtt'
import { streamBuilder as webSocketStream } from 'mqtt/lib/connect/ws'
import { FrameGuard } from './frame-guard.ts'
import { GuardedStream } from './guarded-stream.ts'
import type { Held, ReceiveWindow } from './window.ts'

export type ProtocolVersion = 4 | 5
export type Packet = {
  readonly topic: string
  /** the payload, or its first bytes when it was longer than the limit */
  readonly payload: Buffer
  readonly fullBytes: number
  readonly messageId: number | undefined
  readonly dup: boolean
  readonly retain: boolean
}
export type ConnectionOptions = {
  readonly url: string
  readonly clientId: string
  readonly version: ProtocolVersion
  readonly payloadLimit: number
  readonly receiveMaximum: number
  readonly window: ReceiveWindow
  readonly onPacket: (packet: Packet, held: Held, connection: Connection) => void
}

/** MQTT 5 counts in seconds; this value means that the session never expires. */
const NEVER = 0xffffffff
const KEEPALIVE_S = 30
const CONNECT_LIMIT_MS = 10_000
/** reason code "Unacceptable protocol version" (3.1.1) and "Unsupported Protocol Version" (5) */
const VERSION_REFUSED = new Set([1, 132])

export class VersionRefused extends Error {}

export class Connection {
  readonly closed: Promise<Error | undefined>
  readonly #client: MqttClient
  readonly #options: ConnectionOptions
  #acks: number[] = []
  #waiting: (() => void) | undefined
  #error: Error | undefined
  #ignoring = false
  sharedSubscriptions = false
  sessionPresent = false
  open = false

  private constructor(options: ConnectionOptions) {
    this.#options = options
    const guard = new FrameGuard(options.payloadLimit, options.version)
    const clientOptions = optionsFor(options)
    this.#client = new MqttClient(
      (client) => new GuardedStream(networkStream(client, clientOptions), guard) as unknown as MqttClient['stream'],
      clientOptions,
    )
    this.#deferAcknowledgements(guard)
    this.closed = new Promise((resolve) => {
      this.#client.on('error', (error) => {
        this.#error ??= error
        if (!this.open) this.#client.stream.destroy()
      })
      this.#client.on('close', () => {
        this.open = false
        this.#acks = []
        if (this.#waiting) options.window.forget(this.#waiting)
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
    this.#client.publish(topic, payload, { qos: 0 })
    return true
  }

  /** Writes the PUBACK; many of one turn of the event loop go out as one write. */
  acknowledge(messageId: number): void {
    if (!this.open) return
    this.#acks.push(messageId)
    if (this.#acks.length === 1) queueMicrotask(() => this.#writeAcknowledgements())
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
    else this.#client.stream?.destroy()
    return this.closed
  }

  destroy(error: Error): void {
    this.#error ??= error
    this.#client.stream.destroy()
  }

  #writeAcknowledgements(): void {
    const acks = this.#acks
    if (acks.length === 0 || !this.open) return
    this.#acks = []
    const bytes = Buffer.allocUnsafe(acks.length * 4)
    for (const [i, messageId] of acks.entries()) {
      // PUBACK, remaining length 2: in MQTT 5 the reason code may be left out when it is 0 (3.4.2.1)
      bytes.writeUInt16BE(0x4002, i * 4)
      bytes.writeUInt16BE(messageId, i * 4 + 2)
    }
    this.#client.stream.write(bytes)
  }

  #deferAcknowledgements(guard: FrameGuard): void {
    const client = this.#client as unknown as Internals
    const { window, onPacket } = this.#options
    client.handleMessage = (packet, done) => {
      const payload = packet.payload as Buffer
      const fullBytes = guard.isCut(payload) ? guard.takeFullLength() : payload.length
      const { topic, messageId, dup, retain } = packet
      if (this.#ignoring) {
        done()
        return
      }
      const held = window.take(payload.length)
      const identifier = packet.qos > 0 ? messageId : undefined
      onPacket({ topic, payload, fullBytes, messageId: identifier, dup, retain }, held, this)
      if (!window.full) {
        done()
        return
      }
      this.#waiting = () => {
        this.#waiting = undefined
        done()
      }
      window.whenRoom(this.#waiting)
    }
    const send = client._sendPacket.bind(client)
    client._sendPacket = (packet, done, ...rest) => {
      if (packet.cmd === 'puback') done?.()
      else send(packet, done, ...rest)
    }
    this.#client.on('packetsend', (packet) => {
      if (packet.cmd !== 'puback') return
      this.destroy(new Error('mqtt acknowledged a message by itself: its internals are not what this version expects'))
    })
  }
}

type Internals = {
  handleMessage: (packet: IPublishPacket, done: (error?: Error) => void) => void
  _sendPacket: (packet: { cmd: string }, done?: (error?: Error) => void, ...rest: unknown[]) => void
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
