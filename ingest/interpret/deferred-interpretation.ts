/**
 * Messages that cannot be read without what earlier ones said: Sparkplug data needs births, a state topic needs its
 * discovery. Both are kept in the database, where every worker finds them; a message waits here until it was asked.
 *
 *     add      --the database answers-->              read, handed on
 *     add      --an outage (store-probe.ts)-->        waits, as the writer does; its place in the window stays taken
 *     add      --anything else goes wrong-->          asked for one by one; the one at fault is read without memory
 *     read     --something it needs is not there-->   asked again a little later: another worker may just be storing it
 *     drain()  --> whatever is here is asked once more and handed on
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '#infra/db/pool.ts'
import { isDataError } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { isConfigTopic } from '../decode/formats/home-automation/home-assistant-config.ts'
import { isDatastreamTopic } from '../decode/formats/standards/sensorthings-entity.ts'
import { NAMESPACE } from '../decode/formats/standards/sparkplug.ts'
import type { Memory } from '../decode/helpers/memory.ts'
import type { FieldProblem, RejectReason } from '../decode/helpers/types.ts'
import { describeError } from '../message/describe-error.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { Received } from '../receive/subscriber.ts'
import { DiscoveryState } from './discovery/state.ts'
import { askForRebirths, REBIRTH_LIMITS, type RebirthLimits } from './sparkplug/rebirth.ts'
import { SparkplugState } from './sparkplug/state.ts'

export type RecallOptions = {
  readonly pool: Pool
  readonly log: Logger
  /** reads a message with what was found */
  readonly understand: (received: Received, memory: Memory) => IngestMessage
  readonly onRead: (message: IngestMessage) => void
  readonly publish: (topic: string, payload: Buffer) => boolean
  /** the city's readings come from a simulator */
  readonly simulated: boolean
  readonly rebirth?: RebirthLimits
  /** tells an outage of the database from a fault of one message */
  readonly probe: { isOutage(error: unknown, sinceMs: number): Promise<boolean> }
}

type Item = { readonly received: Received; readonly first: IngestMessage; tries: number; counted: boolean }
type Answer = {
  readonly memory: Memory
  readonly missing: boolean
  /** it is kept as what it is, a description of others, with what of it cannot be used */
  readonly kept?: readonly FieldProblem[]
}

/** Whatever is remembered, these say nothing; a topic of 64 KB cannot even be looked up. */
const UNREADABLE: ReadonlySet<RejectReason> = new Set(['too_large', 'malformed_packet'])
const AT_ONCE = 500
/** A message that fails by itself may have met a cancelled statement or a lock; its data is at fault at once. */
const ALONE_TRIES = 3
/** How often, and after what time, something that is missing is asked for. */
const TRIES = 4
const AGAIN_MS = 250
const SWEEP_MS = 1_000
const BACKOFF_MS = { first: 50, most: 5_000 }

export class Recall {
  readonly #options: RecallOptions
  readonly #sparkplug = new SparkplugState()
  readonly #discovery: DiscoveryState
  readonly #stop = new AbortController()
  readonly #later = new Map<Item, NodeJS.Timeout>()
  readonly #outage = new Outage()
  #waiting: Item[] = []
  #running: Promise<void> | undefined
  #draining = false
  #sweep: NodeJS.Timeout | undefined

  constructor(options: RecallOptions) {
    this.#options = options
    this.#discovery = new DiscoveryState(options)
  }

  /** True when a message says nothing, or not all, without what is remembered. */
  static concerns({ topic, failure }: IngestMessage): boolean {
    if (failure && UNREADABLE.has(failure.reason)) return false
    const unread = failure?.reason === 'unknown_format' || failure?.reason === 'not_discovered'
    const unnamed = failure?.reason === 'unknown_property' && topic.endsWith(')/Observations')
    if (unread || unnamed || topic.startsWith(`${NAMESPACE}/`) || isDatastreamTopic(topic)) return true
    return topic.endsWith('/config') && isConfigTopic(topic.split('/'))
  }

  /** @param first what the message says by itself */
  add(received: Received, first: IngestMessage): void {
    this.#waiting.push({ received, first, tries: 0, counted: false })
    if (first.topic.startsWith(`${NAMESPACE}/`))
      this.#sweep ??= setInterval(() => void this.#askForRebirths(), SWEEP_MS).unref()
    this.#start()
  }

  async drain(): Promise<void> {
    this.#draining = true
    clearInterval(this.#sweep)
    for (const [item, timer] of this.#later) {
      clearTimeout(timer)
      this.#waiting.push(item)
    }
    this.#later.clear()
    this.#start()
    await this.#running
  }

  /** Nothing waits for the database any longer. */
  giveUp(): void {
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
      const items = this.#waiting.splice(0, AT_ONCE)
      const answers = await this.#ask(items)
      for (const [i, item] of items.entries()) this.#hand(item, answers?.[i])
    }
  }

  #hand(item: Item, answer: Answer | undefined): void {
    if (this.#stop.signal.aborted && !answer) return
    item.tries += 1
    if (answer?.missing && !this.#isLast(item.tries)) {
      this.#later.set(
        item,
        setTimeout(() => this.#again(item), AGAIN_MS),
      )
      return
    }
    const { understand, onRead } = this.#options
    if (!answer) onRead(item.first)
    else if (answer.kept) onRead({ ...item.first, failure: undefined, problems: answer.kept, kept: true })
    else onRead(understand(item.received, answer.memory))
  }

  #again(item: Item): void {
    this.#later.delete(item)
    this.#waiting.push(item)
    this.#start()
  }

  #isLast(tries: number): boolean {
    return this.#draining || tries >= TRIES
  }

  /** Until the database answers; undefined where there is nothing to ask, and when it is given up. */
  async #ask(items: readonly Item[], firstMs = performance.now()): Promise<(Answer | undefined)[] | undefined> {
    for (let failures = 0, atFault = 0; !this.#stop.signal.aborted; failures += 1) {
      try {
        const answers = await this.#askOnce(items)
        this.#outage.end()
        return answers
      } catch (error) {
        const isOutage = await this.#isOutage(error, firstMs)
        if (!isOutage && items.length > 1) return this.#askApart(items, firstMs)
        if (!isOutage) atFault += 1
        if (atFault > 0 && (isDataError(error) || atFault >= ALONE_TRIES)) return [this.#leaveOut(items[0], error)]
        const waitMs = (0.5 + Math.random() / 2) * Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** failures)
        await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => {})
      }
    }
    return undefined
  }

  async #isOutage(error: unknown, firstMs: number): Promise<boolean> {
    const { log, probe } = this.#options
    if (!(await probe.isOutage(error, firstMs))) return false
    const detail = describeError(error)
    if (this.#outage.note(detail)) log.warn({ detail }, 'outage started: what earlier messages said cannot be read')
    return true
  }

  #leaveOut(item: Item | undefined, error: unknown): undefined {
    const detail = describeError(error)
    this.#options.log.warn({ topic: item?.first.topic, detail }, 'a message is read without what earlier ones said')
    return undefined
  }

  /** One message the database cannot take does not cost its neighbours. */
  async #askApart(items: readonly Item[], firstMs: number): Promise<(Answer | undefined)[]> {
    const answers: (Answer | undefined)[] = []
    for (const item of items) answers.push((await this.#ask([item], firstMs))?.[0])
    return answers
  }

  async #askOnce(items: readonly Item[]): Promise<(Answer | undefined)[]> {
    const { pool } = this.#options
    const isSparkplug = ({ first }: Item): boolean => first.topic.startsWith(`${NAMESPACE}/`)
    const answers = new Map<Item, Answer>()
    const certificates = items.filter(isSparkplug)
    const born = await this.#sparkplug.recall(
      pool,
      certificates.map(({ first, tries, counted }) => ({
        ...{ topic: first.topic, payload: first.payload, receivedAt: first.receivedAt },
        ...{ counted, last: this.#isLast(tries + 1) },
      })),
    )
    for (const [i, item] of certificates.entries()) {
      const found = born[i]
      if (!found) continue
      item.counted = found.counted
      answers.set(item, { memory: { sparkplug: found.memory }, missing: found.unresolved })
    }
    const others = items.filter((item) => !isSparkplug(item))
    const told = await this.#discovery.recall(
      pool,
      others.map(({ first }) => first),
    )
    for (const [i, item] of others.entries()) {
      const found = told[i]
      if (found?.kind === 'config') answers.set(item, { memory: {}, missing: false, kept: found.problems })
      else if (found) answers.set(item, { memory: { entities: found.entities }, missing: false })
    }
    return items.map((item) => answers.get(item))
  }

  async #askForRebirths(): Promise<void> {
    const { pool, log, publish, rebirth = REBIRTH_LIMITS } = this.#options
    try {
      const asked = await askForRebirths(pool, publish, rebirth)
      if (asked.length > 0) log.info({ nodes: asked }, 'messages of Sparkplug nodes were lost: a rebirth was asked for')
    } catch (error) {
      // The next turn is a second away, and the writer tells about a database that is gone.
      log.debug({ detail: (error as Error).message }, 'no rebirth was asked for')
    }
  }
}
