/**
 * Keeps one persistent MQTT session read, whatever happens to the broker.
 *
 *     waiting      --window has room, back-off over-->   connecting
 *     connecting   --CONNACK-->                          subscribing     (version refused: once more with MQTT 3.1.1)
 *     subscribing  --SUBACK grants every filter-->       ready
 *     any of these --connection lost or refused-->       waiting         (back-off doubles up to 10 s, with jitter)
 *     any of these --close()-->                          closing --held messages settled--> closed
 *
 * Each connection subscribes again, also when the broker says that it remembers the session: being connected proves
 * nothing, so readiness is the SUBACK. Messages may come before it, from the session; they are taken like any other.
 *
 * Reading stops while the window is full. If that lasts longer than the keep-alive, the connection is given up; a new
 * one is not opened before there is room, so that redelivery cannot make memory grow.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { union } from '#model/mqtt/topics.ts'
import { Arrivals } from './arrivals.ts'
import { Connection, type ProtocolVersion, VersionRefused } from './connection.ts'
import type { Publish } from './publish-reader.ts'
import { type Held, ReceiveWindow, type WindowLimits } from './receive-window.ts'

export type SubscriberState = 'waiting' | 'connecting' | 'subscribing' | 'ready' | 'closing' | 'closed'

/** A message in our hands until `settle` is called: it fills the window, and the broker remembers it. */
export type Received = Publish & {
  readonly receivedAt: Date
  /** Frees its place in the window and, above QoS 0, tells the broker that it is ours now. Only after COMMIT. */
  settle(): void
}

export type SubscriberOptions = {
  readonly url: string
  /** names the session: it must stay the same over restarts and differ between workers */
  readonly clientId: string
  readonly filters: readonly string[]
  /** share the load with other workers, where the broker can (default: no) */
  readonly shared?: boolean
  readonly window: WindowLimits
  /** bytes of a payload that are kept */
  readonly payloadLimit: number
  readonly onMessage: (message: Received) => void
  /** nothing more is read until something is settled */
  readonly onWindowFull: () => void
  readonly onState: (state: SubscriberState, error?: Error) => void
}

/**
 * Workers that share the load carry the same group name: `$share/citywell/<filter>` (MQTT 5, 4.8.2). A worker that is
 * alone subscribes without it: Mosquitto (2.0.11, tried) keeps plain subscriptions of a persistent session over its own
 * restart, shared ones not, and drops what is published until they are made again.
 */
const GROUP = 'citywell'
const LEAVE_MS = { quiet: 1_000, most: 15_000 }
const BACKOFF_MS = { first: 100, most: 10_000 }

export class Subscriber {
  readonly #options: SubscriberOptions
  readonly #window: ReceiveWindow
  readonly #arrivals = new Arrivals()
  readonly #stop = new AbortController()
  readonly #run: Promise<void>
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
    this.#run = this.#keepConnected()
  }

  get state(): SubscriberState {
    return this.#state
  }

  /** Messages and payload bytes that are held without being acknowledged, and for how long the oldest of them. */
  get held(): { messages: number; bytes: number; oldestMs: number } {
    return { messages: this.#window.packets, bytes: this.#window.bytes, oldestMs: this.#window.oldestMs }
  }

  /** Publishes at QoS 0; false when there is no connection. */
  publish(topic: string, payload: string | Buffer): boolean {
    return this.#connection?.publish(topic, payload) ?? false
  }

  /** Shares the load from now on, or takes all of it. Whatever is delivered twice meanwhile is stored once. */
  async setShared(shared: boolean): Promise<void> {
    if (this.#shared === shared) return
    this.#shared = shared
    const connection = this.#connection
    if (this.#state === 'ready' && connection)
      await this.#subscribe(connection).catch((error: Error) => connection.destroy(error))
  }

  /** Stops taking messages; what is held stays held until it is settled. */
  async stopReading({ leave = false }: { leave?: boolean } = {}): Promise<void> {
    if (this.#stop.signal.aborted) return
    if (leave) await this.#leave()
    this.#enter('closing')
    this.#stop.abort()
    this.#connection?.ignoreIncoming()
  }

  /** Sends the acknowledgements of what was settled and ends the connection. */
  async close(): Promise<void> {
    await this.stopReading()
    await this.#connection?.close()
    await this.#run
    this.#enter('closed')
  }

  /** Unsubscribes and takes what is on its way, or the broker goes on queueing for a worker that never returns. */
  async #leave(): Promise<void> {
    const plain = union(this.#options.filters)
    await this.#connection
      ?.unsubscribe([...plain, ...plain.map((filter) => `$share/${GROUP}/${filter}`)])
      .catch(() => {})
    const giveUpMs = performance.now() + LEAVE_MS.most
    do await sleep(LEAVE_MS.quiet)
    while (performance.now() - this.#receivedMs < LEAVE_MS.quiet && performance.now() < giveUpMs)
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
      await sleep(backoffMs(failures), undefined, { signal }).catch(() => {})
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

  /** The wanted form first, then the other one goes: the session may remember it, and would deliver twice. */
  async #subscribe(connection: Connection): Promise<void> {
    const plain = union(this.#options.filters)
    const shared = plain.map((filter) => `$share/${GROUP}/${filter}`)
    if (!connection.sharedSubscriptions) return connection.subscribe(plain)
    const share = this.#shared
    await connection.subscribe(share ? shared : plain)
    await connection.unsubscribe(share ? plain : shared)
  }

  async #open(): Promise<Connection> {
    const { url, clientId, payloadLimit, window } = this.#options
    const connect = (version: ProtocolVersion): Promise<Connection> =>
      Connection.connect({
        ...{ url, clientId, version, payloadLimit, window: this.#window },
        receiveMaximum: Math.min(window.packets, 65_535),
        onPublish: (publish, held, connection) => this.#receive(publish, held, connection),
      })
    try {
      return await connect(this.#version)
    } catch (error) {
      if (!(error instanceof VersionRefused) || this.#version === 4) throw error
      this.#version = 4
      return connect(4)
    }
  }

  #receive(publish: Publish, held: Held, connection: Connection): void {
    this.#receivedMs = held.sinceMs
    let settled = false
    this.#options.onMessage({
      ...publish,
      receivedAt: this.#arrivals.of(publish),
      settle: () => {
        if (settled) return
        settled = true
        connection.acknowledge(publish)
        this.#window.release(held)
      },
    })
    if (this.#window.full) this.#options.onWindowFull()
  }

  #enter(state: SubscriberState, error?: Error): void {
    if (this.#state === 'closed' || (this.#stop.signal.aborted && state !== 'closed')) return
    this.#state = state
    this.#options.onState(state, error)
  }
}

/** Full jitter: workers that lost the same broker do not come back at the same instant. */
const backoffMs = (failures: number): number =>
  (0.5 + Math.random() / 2) * Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** failures)

function roomIn(window: ReceiveWindow, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    window.whenRoom(resolve)
  })
}
