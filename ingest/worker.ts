/** The ingest worker: reads messages, understands them, commits them, acknowledges them. docs/delivery.md says why in this order. */
import type { Registry as MetricsRegistry } from 'prom-client'
import type { Pool } from '#infra/db/pool.ts'
import { type Logger, withoutSecret } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { type CityPack, REGISTRATION_QUOTA } from '#model/city/city-pack.ts'
import { liveMessages } from './announce/live-messages.ts'
import { watchFreshLane } from './announce/overload-bypass.ts'
import { Batch } from './commit/batch.ts'
import { watchClockSteps } from './commit/clock-steps.ts'
import { isBalanced, Ledger, type Settled } from './commit/ledger.ts'
import { StoreProbe } from './commit/store-probe.ts'
import { Writer } from './commit/writer.ts'
import { filtersOf } from './interpret/built-in-sources.ts'
import { Recall } from './interpret/deferred-interpretation.ts'
import { type Understood, understandWith } from './interpret/interpret.ts'
import type { IngestMessage } from './message/ingest-message.ts'
import { ingestMetrics } from './monitor/metrics.ts'
import type { IngestState } from './monitor/state.ts'
import { watchAge } from './receive/in-flight-age.ts'
import { type Received, Subscriber, type SubscriberState } from './receive/subscriber.ts'
import { Registry } from './registry/registry.ts'
import { watchRegistry } from './registry/registry-rules.ts'
import { scheduleRequalification } from './requalify/schedule.ts'

export type IngestOptions = {
  readonly pool: Pool
  readonly mqttUrl: string
  readonly pack: Pick<CityPack, 'sources' | 'timeZone' | 'simulated'> &
    Partial<Pick<CityPack, 'centre' | 'registration'>>
  readonly log: Logger
  readonly metrics?: MetricsRegistry
  /** names the MQTT session: it must survive restarts and differ between workers */
  readonly clientId?: string
  /** there are other workers: share the load with them (MQTT 5 brokers) */
  readonly shared?: boolean
  readonly limits?: Partial<IngestLimits>
  /** keep the latest values fresh under overload, by a second connection to the broker */
  readonly freshLane?: boolean
  /** told of every commit, after its messages were acknowledged */
  readonly onSettled?: (settled: Settled) => void
}
export type IngestLimits = {
  /** messages and payload bytes held without being acknowledged; more is not read */
  readonly windowMessages: number
  readonly windowBytes: number
  /** bytes of a longer payload that are kept, with its true length, when it is rejected */
  readonly payloadBytes: number
  readonly batchRows: number
  readonly batchAgeMs: number
  readonly writers: number
  /** a message that is held for longer raises the alarm */
  readonly inFlightAgeMs: number
}
export type IngestWorker = {
  state(): IngestState
  /** resolves when the first subscription is granted */
  readonly ready: Promise<void>
  /** other workers came, or are gone */
  setShared(shared: boolean): Promise<void>
  /**
   * Commits and acknowledges what is held, then ends. What cannot be committed within `drainMs` stays with the broker.
   * `leave`: this worker will not come back, so the broker is told not to keep messages for it.
   */
  close(options?: { leave?: boolean; drainMs?: number }): Promise<void>
}

const DEFAULT_LIMITS: IngestLimits = {
  windowMessages: 16_384,
  windowBytes: 64 * 1024 * 1024,
  payloadBytes: 1024 * 1024,
  batchRows: 16_384,
  batchAgeMs: 50,
  writers: 2,
  inFlightAgeMs: 30_000,
}
const QUIET_MS = 10
/** The ledger is written at least so often: it is also the worker's sign of life. */
const HEARTBEAT_MS = 5_000
const DRAIN_MS = 20_000

export async function startIngest(options: IngestOptions): Promise<IngestWorker> {
  const { pool, mqttUrl, pack, log, clientId = 'citywell-ingest' } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const ledger = new Ledger(pack.sources.map((source) => source.name))
  let retrying = false
  let lastWriteMs = performance.now()

  const registry = new Registry({ simulated: pack.simulated, quota: pack.registration ?? REGISTRATION_QUOTA })
  const rules = await watchRegistry({ pool, log, onChange: () => registry.forget() })
  const understand = understandWith(pack, limits.payloadBytes, () => rules.current)
  const probe = new StoreProbe({ pool, ledger })
  const writer = new Writer({
    ...{ pool, ledger, log, probe, session: clientId },
    latitude: pack.centre?.[1],
    registry,
    onCommitted: (latest, settled) => {
      retrying = false
      lastWriteMs = performance.now()
      for (const { message } of settled) message.settle()
      for (const { topic, payload } of liveMessages(latest)) subscriber.publish(topic, payload)
      metrics.committed(settled)
      options.onSettled?.(settled)
    },
    onRetry: () => {
      retrying = true
      metrics.retried()
    },
  })
  const batch = new Batch<IngestMessage>({
    maxRows: limits.batchRows,
    maxAgeMs: limits.batchAgeMs,
    quietMs: QUIET_MS,
    writers: limits.writers,
    rowsOf: (message) => message.samples.length,
    ownerOf: (message) => message.samples[0]?.device ?? message.topic,
    write: (messages) => writer.write(messages),
  })
  const take = (received: Received): void => {
    const understood: Understood = understand(received)
    if (understood === 'our own') {
      received.settle()
      return
    }
    ledger.receive(understood.source)
    ledger.hold(understood)
    if (Recall.concerns(understood)) recall.add(received, understood)
    else batch.add(understood)
  }
  const recall = new Recall({
    ...{ pool, log, probe, simulated: pack.simulated },
    understand: (received, memory) => understand(received, memory) as IngestMessage,
    onRead: (message) => batch.add(message),
    publish: (topic, payload) => subscriber.publish(topic, payload),
  })
  const brokerOutage = new Outage()
  const tellOfBroker = (state: SubscriberState, error?: Error): void => {
    const broker = withoutSecret(mqttUrl)
    const outageSeconds = state === 'ready' ? brokerOutage.end() : undefined
    if (outageSeconds !== undefined)
      log.info({ broker }, `broker outage ended after ${outageSeconds} s: every subscription is granted`)
    else if (error && brokerOutage.note(error.message))
      log.warn({ broker, detail: error.message }, 'broker outage started: connecting is tried until it ends')
    else log.debug({ state, detail: error?.message }, 'subscriber')
  }
  let becomeReady = (): void => {}
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve
  })
  const subscriber = new Subscriber({
    ...{ url: mqttUrl, clientId, payloadLimit: limits.payloadBytes },
    filters: filtersOf(pack),
    shared: options.shared ?? false,
    window: { packets: limits.windowMessages, bytes: limits.windowBytes },
    onMessage: take,
    onWindowFull: () => batch.flush(),
    onState: (state, error) => {
      if (state === 'ready') becomeReady()
      tellOfBroker(state, error)
    },
  })
  const metrics = ingestMetrics(options.metrics, ledger, subscriber)
  const age = watchAge({ limitMs: limits.inFlightAgeMs, read: () => subscriber.held, log })
  const requalification = scheduleRequalification({ pool, log })
  const clockSteps = watchClockSteps({ pool, log })
  const lane = watchFreshLane({
    ...{ url: mqttUrl, clientId, filters: filtersOf(pack), log, understand },
    isBehind: () => options.freshLane === true && !retrying && isHalfFull(subscriber, limits),
    write: async (messages) => {
      for (const { topic, payload } of liveMessages(await writer.writeLatest(messages)))
        subscriber.publish(topic, payload)
    },
  })
  let beating = false
  // Also while batches fail: what is received and not settled is to be seen in the ledger, above all then.
  const heartbeat = setInterval(() => {
    if (beating || performance.now() - lastWriteMs < HEARTBEAT_MS) return
    beating = true
    writer
      .writeLedger()
      .then(() => {
        lastWriteMs = performance.now()
      })
      .catch((error: Error) => log.debug({ detail: error.message }, 'no heartbeat'))
      .finally(() => {
        beating = false
      })
  }, HEARTBEAT_MS)

  return {
    ready,
    setShared: (shared) => subscriber.setShared(shared),
    state: () => {
      const counts = ledger.read()
      return {
        run: ledger.run,
        connected: subscriber.state === 'ready',
        subscriber: subscriber.state,
        inFlight: subscriber.held.messages,
        inFlightBytes: subscriber.held.bytes,
        oldestInFlightMs: subscriber.held.oldestMs,
        late: age.late,
        retrying,
        outage: writer.outage,
        ledger: counts,
        balanced: [...counts.values()].every(isBalanced),
      }
    },
    close: async ({ leave = false, drainMs = DRAIN_MS } = {}) => {
      clearInterval(heartbeat)
      lane.close()
      rules.close()
      clockSteps.close()
      await subscriber.stopReading({ leave })
      const limit = setTimeout(() => {
        recall.giveUp()
        writer.giveUp()
      }, drainMs)
      await recall.drain()
      await batch.drain()
      await subscriber.close()
      age.stop()
      clearTimeout(limit)
      await requalification.close()
      await writer.writeLedger(true).catch((error: Error) => log.warn({ detail: error.message }, 'the books stay open'))
    },
  }
}

const isHalfFull = ({ held }: Subscriber, { windowMessages, windowBytes }: IngestLimits): boolean =>
  held.messages > windowMessages / 2 || held.bytes > windowBytes / 2
