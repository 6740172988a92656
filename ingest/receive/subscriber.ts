/**
 * Keeps one persistent MQTT session connected through every outage of the broker.
 *
 *     idle         --start()-->                          waiting
 *     waiting      --window has room, backoff over-->    connecting
 *     connecting   --CONNACK-->                          subscribing     (version refused: once more with MQTT 3.1.1)
 *     subscribing  --SUBACK grants every filter-->       ready
 *     any of these --connection lost or refused-->       waiting         (exponential backoff up to 10 s, with jitter)
 *     any of these --close()-->                          closing --messages in flight acknowledged--> closed
 *
 * Each connection subscribes again, even when the broker reports a session: a connection alone proves nothing, so
 * readiness is the SUBACK. Messages of the session may arrive before it and are handled like any other.
 *
 * Reading stops while the window is full. If that lasts longer than the keep-alive, the broker closes the connection; a
 * new one is not opened before there is room, so that redelivery cannot make memory grow.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, waitBackoff } from '#infra/runtime/backoff.ts'
import type { ClientTls } from '#model/mqtt/broker-url.ts'
import { union } from '#model/mqtt/topic-filters.ts'
import { Arrivals } from './arrivals.ts'
import { Connection, type ProtocolVersion, VersionRefused } from './connection.ts'
import type { Publish } from './publish-reader.ts'
import { ReceiveWindow, type WindowEntry, type WindowLimits } from './receive-window.ts'

export type SubscriberState = 'waiting' | 'connecting' | 'subscribing' | 'ready' | 'closing' | 'closed'

/** A message in flight until `acknowledge` is called: it occupies the window, and the broker keeps it. */
export type Received = Publish & {
  readonly receivedAt: Date
  /** Frees its place in the window and, above QoS 0, sends the acknowledgement. Only after COMMIT. */
  acknowledge(): void
}
/** Messages and payload bytes received and not yet acknowledged, and the age of the oldest. */
export type InFlight = { readonly messages: number; readonly bytes: number; readonly oldestMs: number }

export type SubscriberOptions = {
  readonly url: string
  readonly tls?: ClientTls
  /** names the session: the same after every restart, another one for each worker */
  readonly clientId: string
  readonly filters: readonly string[]
  /** share the load with other workers, where the broker can (default: no) */
  readonly shared?: boolean
  readonly window: WindowLimits
  /** bytes of a payload that are read; the rest of a longer one is discarded */
  readonly payloadLimit: number
}
export type SubscriberHandlers = {
  readonly onMessage: (message: Received) => void
  /** nothing more is read until a message is acknowledged */
  readonly onWindowFull: () => void
  readonly onState: (state: SubscriberState, error?: Error) => void
}

/**
 * Workers that share the load use the same group name: `$share/citywell/<filter>` (MQTT 5, 4.8.2). A single worker
 * subscribes without it: Mosquitto (tested with 2.0.11) keeps plain subscriptions of a persistent session over its own
 * restart but not shared ones, and drops what is published until they are made again.
 */
const GROUP = 'citywell'
const LEAVE_MS = { quiet: 1_000, max: 15_000 }
const BACKOFF: Backoff = { firstMs: 100, maxMs: 10_000 }

export class Subscriber {
  readonly #options: SubscriberOptions
  readonly #window: ReceiveWindow
  readonly #arrivals = new Arrivals()
  readonly #stop = new AbortController()
  #handlers: SubscriberHandlers | undefined
  #run: Promise<void> | undefined
  #connection: Connection | undefined
  #version: ProtocolVersion = 5
  #shared: boolean
  #state: SubscriberState = 'waiting'
  #receivedMs = 0
  reconnects = 0

  constructor(options: SubscriberOptions) {
    this.#options = options
    this.#window = new ReceiveWindow(options.window)
    this.#shared = options.shared ?? false
  }

  /** Connects, and keeps the session connected until `close`. */
  start(handlers: SubscriberHandlers): void {
    this.#handlers = handlers
    this.#run ??= this.#keepConnected()
  }

  get state(): SubscriberState {
    return this.#state
  }

  get inFlight(): InFlight {
    return { messages: this.#window.packets, bytes: this.#window.bytes, oldestMs: this.#window.oldestMs }
  }

  /** Publishes at QoS 0; false when there is no connection. */
  publish(topic: string, payload: string | Buffer): boolean {
    return this.#connection?.publish(topic, payload) ?? false
  }

  /** Shares the load from now on, or receives all of it. Messages delivered twice meanwhile are stored once. */
  async setShared(shared: boolean): Promise<void> {
    if (this.#shared === shared) return
    this.#shared = shared
    const connection = this.#connection
    if (this.#state === 'ready' && connection)
      await this.#subscribe(connection).catch((error: Error) => connection.destroy(error))
  }

  /** Stops receiving; messages in flight stay in flight until they are acknowledged. */
  async stopReading({ leave = false }: { leave?: boolean } = {}): Promise<void> {
    if (this.#stop.signal.aborted) return
    if (leave) await this.#leave()
    this.#enter('closing')
    this.#stop.abort()
    this.#connection?.discardIncoming()
  }

  /** Sends the remaining acknowledgements and ends the connection. */
  async close(): Promise<void> {
    await this.stopReading()
    await this.#connection?.close()
    await this.#run
    this.#enter('closed')
  }

  /** Unsubscribes and receives what is under way; otherwise the broker would queue for a worker that never returns. */
  async #leave(): Promise<void> {
    const plain = union(this.#options.filters)
    await this.#connection
      ?.unsubscribe([...plain, ...plain.map((filter) => `$share/${GROUP}/${filter}`)])
      .catch(() => {})
    const deadlineMs = performance.now() + LEAVE_MS.max
    do await sleep(LEAVE_MS.quiet)
    while (performance.now() - this.#receivedMs < LEAVE_MS.quiet && performance.now() < deadlineMs)
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#stop
    let failures = 0
    while (!signal.aborted) {
      await roomIn(this.#window, signal)
      if (signal.aborted) return
      const error = await this.#connectOnce(() => {
        failures = 0
      })
      if (signal.aborted) return
      this.#enter('waiting', error)
      this.reconnects += 1
      await waitBackoff(BACKOFF, failures, signal)
      failures += 1
    }
  }

  /** From CONNECT until the connection is lost. */
  async #connectOnce(onReady: () => void): Promise<Error | undefined> {
    try {
      this.#enter('connecting')
      const connection = await this.#open()
      this.#connection = connection
      this.#enter('subscribing')
      try {
        await this.#subscribe(connection)
      } catch (error) {
        connection.destroy(error as Error)
        throw error
      }
      this.#enter('ready')
      onReady()
      return await connection.closed
    } catch (error) {
      return error as Error
    } finally {
      this.#connection = undefined
    }
  }

  /** Subscribes in one form, then unsubscribes from the other: the session may still have it, and would deliver twice. */
  async #subscribe(connection: Connection): Promise<void> {
    const plain = union(this.#options.filters)
    const shared = plain.map((filter) => `$share/${GROUP}/${filter}`)
    if (!connection.sharedSubscriptions) return connection.subscribe(plain)
    const share = this.#shared
    await connection.subscribe(share ? shared : plain)
    await connection.unsubscribe(share ? plain : shared)
  }

  async #open(): Promise<Connection> {
    const { url, tls = {}, clientId, payloadLimit, window } = this.#options
    const connect = (version: ProtocolVersion): Promise<Connection> =>
      Connection.connect({
        ...{ url, tls, clientId, version, payloadLimit, window: this.#window },
        receiveMaximum: Math.min(window.packets, 65_535),
        onPublish: (publish, entry, connection) => this.#receive(publish, entry, connection),
      })
    try {
      return await connect(this.#version)
    } catch (error) {
      if (!(error instanceof VersionRefused) || this.#version === 4) throw error
      this.#version = 4
      return connect(4)
    }
  }

  #receive(publish: Publish, entry: WindowEntry, connection: Connection): void {
    this.#receivedMs = entry.sinceMs
    let acknowledged = false
    this.#handlers?.onMessage({
      ...publish,
      receivedAt: this.#arrivals.timeOf(publish),
      acknowledge: () => {
        if (acknowledged) return
        acknowledged = true
        connection.acknowledge(publish)
        this.#window.release(entry)
      },
    })
    if (this.#window.full) this.#handlers?.onWindowFull()
  }

  #enter(state: SubscriberState, error?: Error): void {
    if (this.#state === 'closed' || (this.#stop.signal.aborted && state !== 'closed')) return
    this.#state = state
    this.#handlers?.onState(state, error)
  }
}

function roomIn(window: ReceiveWindow, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    window.whenRoom(resolve)
  })
}
