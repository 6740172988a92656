/**
 * Interpretation of messages that need a decoding context from earlier messages: Sparkplug data needs births, a state
 * topic needs its discovery. The context is stored in the database, where every worker finds it; a message waits here
 * until it has been looked up.
 *
 *     add          --the database answers-->         interpreted, passed on
 *     add          --an outage (store-probe.ts)-->   waits and retries, as the writer does; it stays in flight
 *     add          --any other error-->              looked up one by one; the one at fault is passed on without context
 *     interpreted  --context incomplete-->           looked up again later: another worker may be storing it
 *     drain()      --> everything is looked up once more and passed on
 */
import type { Pool } from '#infra/db/pool.ts'
import { isDataError } from '#infra/db/retry.ts'
import { type Backoff, waitBackoff } from '#infra/runtime/backoff.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { isConfigTopic } from '../decode/formats/home-automation/home-assistant-config.ts'
import { isDatastreamTopic } from '../decode/formats/standards/sensorthings-entity.ts'
import { NAMESPACE } from '../decode/formats/standards/sparkplug.ts'
import type { DecodingContext } from '../decode/helpers/decoding-context.ts'
import type { FieldProblem, RejectReason } from '../decode/helpers/types.ts'
import { describeError } from '../message/describe-error.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { Received } from '../receive/subscriber.ts'
import { type Admit, DiscoveryState } from './discovery/state.ts'
import type { Interpreter } from './interpret.ts'
import { REBIRTH_LIMITS, type RebirthLimits, requestRebirths } from './sparkplug/rebirth.ts'
import { SparkplugState } from './sparkplug/state.ts'

export type DeferredInterpretationOptions = {
  readonly pool: Pool
  readonly log: Logger
  readonly interpreter: Interpreter
  readonly next: { add(message: IngestMessage): void }
  /** false when there is no connection */
  readonly publish: (topic: string, payload: Buffer) => boolean
  readonly admit: Admit
  readonly rebirth?: RebirthLimits
  /** distinguishes an outage of the database from a fault of one message */
  readonly probe: { isOutage(error: unknown, sinceMs: number): Promise<boolean> }
}

type Item = {
  readonly received: Received
  /** the message as interpreted without context */
  readonly message: IngestMessage
  tries: number
  counted: boolean
}
type Answer = {
  readonly context: DecodingContext
  /** another worker may still be storing a part of the context */
  readonly incomplete: boolean
  /** set when the message itself describes other messages and was stored: the parts of it that cannot be used */
  readonly descriptionProblems?: readonly FieldProblem[]
}

/** No context helps these, or it is not wanted; a topic of 64 KB cannot even be looked up. */
const UNREADABLE: ReadonlySet<RejectReason> = new Set(['too_large', 'malformed_packet', 'ignored'])
const MAX_ITEMS_PER_LOOKUP = 500
/** A single message may have failed for a cancelled statement or a lock. Not retried when its data is at fault. */
const ALONE_TRIES = 3
/** Lookups of an incomplete context, and the time between them. */
const MAX_LOOKUPS = 4
const LOOKUP_RETRY_MS = 250
const REBIRTH_CHECK_MS = 1_000
const BACKOFF: Backoff = { firstMs: 50, maxMs: 5_000 }

/** True when a message cannot be interpreted, or not completely, without context. */
export function needsContext({ topic, failure }: IngestMessage): boolean {
  if (failure && UNREADABLE.has(failure.reason)) return false
  const unread = failure?.reason === 'unknown_format' || failure?.reason === 'not_discovered'
  const unnamed = failure?.reason === 'unknown_property' && topic.endsWith(')/Observations')
  if (unread || unnamed || topic.startsWith(`${NAMESPACE}/`) || isDatastreamTopic(topic)) return true
  return topic.endsWith('/config') && isConfigTopic(topic.split('/'))
}

export class DeferredInterpretation {
  readonly #options: DeferredInterpretationOptions
  readonly #sparkplug = new SparkplugState()
  readonly #discovery: DiscoveryState
  readonly #stop = new AbortController()
  readonly #later = new Map<Item, NodeJS.Timeout>()
  readonly #outage = new Outage()
  #waiting: Item[] = []
  #running: Promise<void> | undefined
  #draining = false
  #rebirthTimer: NodeJS.Timeout | undefined

  constructor(options: DeferredInterpretationOptions) {
    this.#options = options
    this.#discovery = new DiscoveryState(options.admit)
  }

  /** @param message as interpreted without context */
  add(received: Received, message: IngestMessage): void {
    this.#waiting.push({ received, message, tries: 0, counted: false })
    if (message.topic.startsWith(`${NAMESPACE}/`))
      this.#rebirthTimer ??= setInterval(() => void this.#requestRebirths(), REBIRTH_CHECK_MS).unref()
    this.#start()
  }

  async drain(): Promise<void> {
    this.#draining = true
    clearInterval(this.#rebirthTimer)
    for (const [item, timer] of this.#later) {
      clearTimeout(timer)
      this.#waiting.push(item)
    }
    this.#later.clear()
    this.#start()
    await this.#running
  }

  /** Stops waiting for the database. */
  abort(): void {
    this.#stop.abort()
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#waiting.length > 0 && !this.#stop.signal.aborted) this.#start()
    })
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stop.signal.aborted) {
      const items = this.#waiting.splice(0, MAX_ITEMS_PER_LOOKUP)
      const answers = await this.#lookUp(items)
      for (const [i, item] of items.entries()) this.#pass(item, answers?.[i])
    }
  }

  #pass(item: Item, answer: Answer | undefined): void {
    if (this.#stop.signal.aborted && !answer) return
    item.tries += 1
    if (answer?.incomplete && !this.#isLast(item.tries)) {
      this.#later.set(
        item,
        setTimeout(() => this.#retry(item), LOOKUP_RETRY_MS),
      )
      return
    }
    const { interpreter, next } = this.#options
    const { message } = item
    if (!answer) next.add(message)
    else if (answer.descriptionProblems)
      next.add({ ...message, failure: undefined, problems: answer.descriptionProblems, isDescription: true })
    else next.add(interpreter(item.received, answer.context) as IngestMessage)
  }

  #retry(item: Item): void {
    this.#later.delete(item)
    this.#waiting.push(item)
    this.#start()
  }

  #isLast(tries: number): boolean {
    return this.#draining || tries >= MAX_LOOKUPS
  }

  /** Retries until the database answers. Undefined for items without a context, and for all after `abort`. */
  async #lookUp(items: readonly Item[], firstMs = performance.now()): Promise<(Answer | undefined)[] | undefined> {
    for (let failures = 0, atFault = 0; !this.#stop.signal.aborted; failures += 1) {
      try {
        const answers = await this.#lookUpOnce(items)
        this.#outage.end()
        return answers
      } catch (error) {
        const isOutage = await this.#isOutage(error, firstMs)
        if (!isOutage && items.length > 1) return this.#lookUpEach(items, firstMs)
        if (!isOutage) atFault += 1
        if (atFault > 0 && (isDataError(error) || atFault >= ALONE_TRIES)) return [this.#giveUp(items[0], error)]
        await waitBackoff(BACKOFF, failures, this.#stop.signal)
      }
    }
    return undefined
  }

  async #isOutage(error: unknown, firstMs: number): Promise<boolean> {
    const { log, probe } = this.#options
    if (!(await probe.isOutage(error, firstMs))) return false
    const detail = describeError(error)
    if (this.#outage.note(detail))
      log.warn({ detail }, 'database outage started; messages wait for their decoding context')
    return true
  }

  #giveUp(item: Item | undefined, error: unknown): undefined {
    const detail = describeError(error)
    this.#options.log.warn(
      { topic: item?.message.topic, detail },
      'decoding context of a message not readable; interpreting it without',
    )
    return undefined
  }

  /** One by one, so that a message at fault does not affect the others. */
  async #lookUpEach(items: readonly Item[], firstMs: number): Promise<(Answer | undefined)[]> {
    const answers: (Answer | undefined)[] = []
    for (const item of items) answers.push((await this.#lookUp([item], firstMs))?.[0])
    return answers
  }

  async #lookUpOnce(items: readonly Item[]): Promise<(Answer | undefined)[]> {
    const { pool } = this.#options
    const isSparkplug = ({ message }: Item): boolean => message.topic.startsWith(`${NAMESPACE}/`)
    const answers = new Map<Item, Answer>()
    const sparkplug = items.filter(isSparkplug)
    const sessions = await this.#sparkplug.lookUp(
      pool,
      sparkplug.map(({ message: { topic, payload, receivedAt }, tries, counted }) => ({
        ...{ topic, payload, receivedAt },
        ...{ counted, last: this.#isLast(tries + 1) },
      })),
    )
    for (const [i, item] of sparkplug.entries()) {
      const found = sessions[i]
      if (!found) continue
      item.counted = found.counted
      answers.set(item, { context: { sparkplug: found.context }, incomplete: found.unresolved })
    }
    const others = items.filter((item) => !isSparkplug(item))
    const discovered = await this.#discovery.lookUp(
      pool,
      others.map(({ message }) => message),
    )
    for (const [i, item] of others.entries()) {
      const found = discovered[i]
      if (found?.kind === 'config')
        answers.set(item, { context: {}, incomplete: false, descriptionProblems: found.problems })
      else if (found) answers.set(item, { context: { entities: found.entities }, incomplete: false })
    }
    return items.map((item) => answers.get(item))
  }

  async #requestRebirths(): Promise<void> {
    const { pool, log, publish, rebirth = REBIRTH_LIMITS } = this.#options
    try {
      const nodes = await requestRebirths(pool, publish, rebirth)
      if (nodes.length > 0) log.info({ nodes }, 'messages of Sparkplug nodes lost; rebirth requested')
    } catch (error) {
      // The next attempt is a second away, and the writer logs database outages.
      log.debug({ detail: (error as Error).message }, 'rebirth request failed; retrying')
    }
  }
}
