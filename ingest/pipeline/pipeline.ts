/**
 * What an ingest worker does with the messages of one broker, a pipeline of four stages:
 *
 *     broker --> receive --> interpret --> commit --> announce --> broker (acknowledgements, live feed)
 *
 * Each stage is given the next one and knows no other; its contract is at the head of its file. docs/delivery.md explains
 * the guarantees that depend on this order.
 */
import type { Registry as MetricsRegistry } from 'prom-client'
import type { Pool } from '#infra/db/pool.ts'
import type { Logger } from '#infra/runtime/log.ts'
import type { CityPack } from '#model/city/city-pack.ts'
import type { ClientTls } from '#model/mqtt/broker-url.ts'
import { AnnounceStage } from '../announce/announce-stage.ts'
import { watchOverloadBypass } from '../announce/overload-bypass.ts'
import { watchClockSteps } from '../commit/clock-steps.ts'
import { CommitStage } from '../commit/commit-stage.ts'
import { isBalanced, Ledger } from '../commit/ledger.ts'
import { StoreProbe } from '../commit/store-probe.ts'
import { CITY_BROKER, filtersOf } from '../interpret/built-in-sources.ts'
import { createInterpreter } from '../interpret/interpret.ts'
import { InterpretStage } from '../interpret/interpret-stage.ts'
import type { CommittedMessage } from '../message/ingest-message.ts'
import { ingestMetrics } from '../monitor/metrics.ts'
import type { IngestState } from '../monitor/state.ts'
import { ReceiveStage } from '../receive/receive-stage.ts'
import { admissionRules } from '../registry/admission.ts'
import { Registry } from '../registry/registry.ts'
import { watchRegistry } from '../registry/registry-rules.ts'
import { scheduleRequalification } from '../requalify/schedule.ts'

export type PipelineOptions = {
  readonly pool: Pool
  /** name of the broker in the pack; left out: that of the city */
  readonly broker?: string
  readonly mqttUrl: string
  readonly mqttTls?: ClientTls
  readonly pack: Pick<CityPack, 'sources' | 'timeZone'> & Partial<Pick<CityPack, 'centre' | 'registration'>>
  readonly log: Logger
  readonly metrics?: MetricsRegistry
  /** names the MQTT session: the same after every restart, another one for each worker */
  readonly clientId?: string
  /** there are other workers: share the load with them (MQTT 5 brokers) */
  readonly shared?: boolean
  readonly limits?: Partial<IngestLimits>
  /** update the latest values over a second connection while the worker is overloaded */
  readonly overloadBypass?: boolean
  /** where the live feed is published; left out: to this broker */
  readonly announceTo?: (topic: string, payload: string | Buffer) => boolean
  /** the client that last published to this topic, where the broker tells */
  readonly publisherOf?: (topic: string) => string | undefined
  /** called after each commit, when its messages have been acknowledged */
  readonly onCommitted?: (messages: readonly CommittedMessage[]) => void
}
export type IngestLimits = {
  /** messages and payload bytes in flight; no more is read beyond them */
  readonly windowMessages: number
  readonly windowBytes: number
  /** a longer payload is rejected; this many of its bytes are stored, with its length */
  readonly payloadBytes: number
  readonly batchRows: number
  readonly batchAgeMs: number
  readonly writers: number
  /** a message that stays in flight for longer raises the alarm */
  readonly inFlightAgeMs: number
}
export type Pipeline = {
  state(): IngestState
  /** publishes at QoS 0; false when there is no connection */
  publish(topic: string, payload: string | Buffer): boolean
  /** resolves when the first subscription is granted */
  readonly ready: Promise<void>
  /** call when other workers have joined or left */
  setShared(shared: boolean): Promise<void>
  /**
   * Commits and acknowledges what is in flight, then ends. What cannot be committed within `drainMs` stays with the
   * broker. `leave`: this worker will not return, so the broker must not queue messages for it.
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
const DRAIN_MS = 20_000

export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { pool, mqttUrl: url, mqttTls: tls = {}, pack, log, clientId = 'citywell-ingest', broker } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const filters = filtersOf(pack, broker)
  const own = pack.sources.filter((source) => source.broker === broker)
  const ledger = new Ledger(own.map((source) => source.name))
  const probe = new StoreProbe({ pool, ledger })
  const registry = new Registry(admissionRules(pack.registration, options.publisherOf))
  const rules = await watchRegistry({ pool, log, onChange: () => registry.clearCache() })
  const interpreter = createInterpreter(pack, limits.payloadBytes, () => rules.current, broker)

  const receive = new ReceiveStage({
    ...{ url, tls, clientId, filters, log },
    shared: options.shared ?? false,
    window: { packets: limits.windowMessages, bytes: limits.windowBytes },
    payloadLimit: limits.payloadBytes,
    maxInFlightAgeMs: limits.inFlightAgeMs,
  })
  const publish = (topic: string, payload: string | Buffer): boolean => receive.publish(topic, payload)
  const metrics = ingestMetrics(options.metrics, { ledger, receive, broker: broker ?? CITY_BROKER })
  const announce = new AnnounceStage({
    publish: options.announceTo ?? publish,
    metrics,
    onCommitted: options.onCommitted,
  })
  const commit = new CommitStage({
    ...{ pool, log, ledger, probe, registry, session: clientId },
    latitude: pack.centre?.[1],
    batch: { maxRows: limits.batchRows, maxAgeMs: limits.batchAgeMs, writers: limits.writers },
    onRetry: () => metrics.retried(),
    next: announce,
  })
  const interpret = new InterpretStage({
    ...{ pool, log, ledger, probe, interpreter, publish },
    admit: async (db, device, topic) =>
      rules.current.ignored.has(device) ? { refused: 'ignored' } : registry.admit(db, device, topic),
    next: commit,
  })
  receive.start(interpret)

  const bypass = watchOverloadBypass({
    ...{ url, tls, clientId, filters, log, interpreter },
    isBehind: () => options.overloadBypass === true && !commit.retrying && receive.isHalfFull,
    write: async (messages) => announce.publishLatest(await commit.writeLatest(messages)),
  })
  const requalification = scheduleRequalification({ pool, log })
  const clockSteps = watchClockSteps({ pool, log })

  return {
    ready: receive.ready,
    publish,
    setShared: (shared) => receive.setShared(shared),
    state: () => {
      const counts = ledger.read()
      const { messages, bytes, oldestMs } = receive.inFlight
      return {
        run: ledger.run,
        connected: receive.state === 'ready',
        subscriber: receive.state,
        inFlight: messages,
        inFlightBytes: bytes,
        oldestInFlightMs: oldestMs,
        late: receive.late,
        retrying: commit.retrying,
        outage: commit.outage,
        ledger: counts,
        balanced: [...counts.values()].every(isBalanced),
      }
    },
    close: async ({ leave = false, drainMs = DRAIN_MS } = {}) => {
      bypass.close()
      rules.close()
      clockSteps.close()
      await receive.stop({ leave })
      const drainLimit = setTimeout(() => {
        interpret.abort()
        commit.abort()
      }, drainMs)
      await interpret.drain()
      await commit.drain()
      await receive.close()
      clearTimeout(drainLimit)
      await requalification.close()
      await commit.close()
    },
  }
}
