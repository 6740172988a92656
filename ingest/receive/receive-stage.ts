/**
 * First stage of the pipeline: the broker in, received messages out.
 *
 * Input: the messages that the broker delivers for the filters of the sources.
 * Output: each of them once, in order of arrival, to `add` of the next stage.
 * Contract: a message occupies the receive window, and the broker keeps it, until `acknowledge` is called. While the
 * window is full nothing is read, and the next stage is asked to `flush`.
 */
import { type Logger, withoutSecret } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import type { ClientTls } from '#model/mqtt/broker-url.ts'
import { watchInFlightAge } from './in-flight-age.ts'
import type { WindowLimits } from './receive-window.ts'
import { type InFlight, type Received, Subscriber, type SubscriberState } from './subscriber.ts'

export type ReceiveStageOptions = {
  readonly url: string
  readonly tls?: ClientTls
  readonly clientId: string
  readonly filters: readonly string[]
  readonly shared: boolean
  readonly window: WindowLimits
  readonly payloadLimit: number
  /** a message that stays in flight for longer raises the alarm */
  readonly maxInFlightAgeMs: number
  readonly log: Logger
}
export type ReceiveOutput = {
  add(message: Received): void
  /** the window is full: nothing more arrives before something is acknowledged */
  flush(): void
}

export class ReceiveStage {
  /** resolves when the first subscription is granted */
  readonly ready: Promise<void>
  readonly #options: ReceiveStageOptions
  readonly #subscriber: Subscriber
  readonly #age: ReturnType<typeof watchInFlightAge>
  readonly #outage = new Outage()
  readonly #becomeReady: () => void

  constructor(options: ReceiveStageOptions) {
    this.#options = options
    this.#subscriber = new Subscriber(options)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ready = promise
    this.#becomeReady = resolve
    const { maxInFlightAgeMs, log } = options
    this.#age = watchInFlightAge({ limitMs: maxInFlightAgeMs, read: () => this.#subscriber.inFlight, log })
  }

  /** Connects, and passes messages on from now on. */
  start(next: ReceiveOutput): void {
    this.#subscriber.start({
      onMessage: (message) => next.add(message),
      onWindowFull: () => next.flush(),
      onState: (state, error) => this.#onState(state, error),
    })
  }

  get state(): SubscriberState {
    return this.#subscriber.state
  }

  get inFlight(): InFlight {
    return this.#subscriber.inFlight
  }

  /** A message has been in flight for longer than the limit. */
  get late(): boolean {
    return this.#age.late
  }

  get isHalfFull(): boolean {
    const { packets, bytes } = this.#options.window
    const { inFlight } = this.#subscriber
    return inFlight.messages > packets / 2 || inFlight.bytes > bytes / 2
  }

  get reconnects(): number {
    return this.#subscriber.reconnects
  }

  /** Publishes at QoS 0; false when there is no connection. */
  publish(topic: string, payload: string | Buffer): boolean {
    return this.#subscriber.publish(topic, payload)
  }

  setShared(shared: boolean): Promise<void> {
    return this.#subscriber.setShared(shared)
  }

  /** Passes nothing on any more; acknowledgements are still sent. `leave`: unsubscribes first, for good. */
  async stop(options: { readonly leave: boolean }): Promise<void> {
    await this.#subscriber.stopReading(options)
  }

  /** Sends the remaining acknowledgements and disconnects. */
  async close(): Promise<void> {
    await this.#subscriber.close()
    this.#age.stop()
  }

  #onState(state: SubscriberState, error?: Error): void {
    const { url, log } = this.#options
    const broker = withoutSecret(url)
    if (state === 'ready') this.#becomeReady()
    const outageSeconds = state === 'ready' ? this.#outage.end() : undefined
    if (outageSeconds !== undefined)
      log.info({ broker }, `broker outage ended after ${outageSeconds} s; every subscription granted`)
    else if (error && this.#outage.note(error.message))
      log.warn({ broker, detail: error.message }, 'broker outage started; reconnecting with backoff')
    else log.debug({ state, detail: error?.message }, 'subscriber state changed')
  }
}
