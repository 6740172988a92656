import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import { deleteEndedSessions } from '#domain/access/sessions.ts'
import { startAlerting } from '#domain/alerting/engine/run.ts'
import { expireNetworks } from '#domain/audit/audit.ts'
import type { Backup } from '#domain/backup/back-up.ts'
import type { BaseMap } from '#domain/base-map/base-map.ts'
import { deleteExpiredNotifications } from '#domain/notifications/delete-expired.ts'
import { createPool, type DatabaseAddress, IDLE_IN_TRANSACTION_MS, type Pool } from '#infra/db/pool.ts'
import type { NotifyConfig, OidcConfig } from '#infra/runtime/config.ts'
import type { Logger } from '#infra/runtime/log.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import type { Part } from '#model/api/ready.ts'
import { basePathOf } from '#model/basics/base-path.ts'
import { mapOriginsOf } from '#model/city/city-pack.ts'
import type { ClientTls } from '#model/mqtt/broker-url.ts'
import { alertFigures } from './alerting/figures.ts'
import { measurePasses } from './alerting/metrics.ts'
import { buildApp } from './app.ts'
import { openEngines } from './engines.ts'
import { hostRule } from './http/host-names.ts'
import type { RequestLimits } from './http/request-limits.ts'
import { openMqttSource } from './live/mqtt-source.ts'
import { scheduleNightlyJobs } from './nightly/nightly.ts'
import { openNotifications } from './notifications/open.ts'
import { selectCity } from './queries/city.ts'
import { scheduleRegistryWork } from './registry/schedule.ts'
import { releaseErasures } from './surveys/import-survey.ts'
import { openMicrodata } from './surveys/microdata.ts'
import { warmUpSurveys } from './surveys/warm-up.ts'
import { deleteExpiredVoices } from './voices/delete-expired.ts'

/** Few: a reader waits for a connection rather than slowing down the ingest. */
const MAX_CONNECTIONS = 4
/** Of the API, for reads that take long: the others do not wait for a connection behind them. */
const HEAVY_CONNECTIONS = 4
const ESTIMATOR_CONNECTIONS = 2
/** One of them renews the lease. */
const ALERTING_CONNECTIONS = 2
const STATEMENT_TIMEOUT_MS = 15_000
/** Another process takes over after it, when this one was stopped while it wrote. */
const ALERTING_IDLE_IN_TRANSACTION_MS = 10_000
const MAP_STYLE_RETRY_MS = 1_000

export type OpenApiOptions = {
  readonly address: DatabaseAddress
  /** the same database with the login of the estimator, which alone reads survey answers; absent: `address` is the owner's */
  readonly estimator?: DatabaseAddress | undefined
  readonly mqttUrl: string
  readonly mqttTls?: ClientTls
  readonly key: string
  /** whether everybody may read what the city publishes */
  readonly publicAccess: boolean
  readonly oidc?: OidcConfig | undefined
  readonly notify: NotifyConfig
  readonly log: Logger
  readonly host: string
  readonly port: number
  readonly scope: Scope
  readonly trustProxy?: string | undefined
  readonly requestLimits?: RequestLimits | undefined
  /** host names besides the machine's own; `*` for any */
  readonly allowedHosts?: readonly string[]
  /** folder with the built dashboard */
  readonly dashboard?: string
  /** folder whose disk alert rules look at */
  readonly dataDir?: string | undefined
  /** certificates (PEM) whose expiry alert rules look at */
  readonly certificates?: readonly string[]
  /** metrics of the same process, shown at /metrics with ours */
  readonly registry?: Registry
  readonly backUp?: (() => Promise<Backup>) | undefined
  readonly backfill?: () => number | null
  /** of the city pack; the caller closes it */
  readonly baseMap?: BaseMap | undefined
  /** other parts of the same process that /ready reports */
  readonly parts?: () => Readonly<Record<string, Part>>
}

/**
 * Opens the pool, the live feed and the port; the scope closes them in the reverse order. The database and the broker
 * may still be unreachable: /ready reports it.
 * @returns `stopAnswering` ends the port before the scope does, where other parts need the database for their own end
 */
export async function openApi(options: OpenApiOptions): Promise<{ port: number; stopAnswering(): Promise<void> }> {
  const { address, mqttUrl, key, log, host, scope } = options
  const clock = () => new Date()
  const pool = createPool('url' in address ? { url: withoutJit(address.url) } : address, {
    max: MAX_CONNECTIONS,
    applicationName: 'citywell-api',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => pool.end())
  const heavyPool = createPool('url' in address ? { url: withoutJit(address.url) } : address, {
    max: HEAVY_CONNECTIONS,
    applicationName: 'citywell-api-heavy',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => heavyPool.end())
  const healthPool = createPool(address, {
    max: 1,
    applicationName: 'citywell-health',
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => healthPool.end())
  const live = openMqttSource({ url: mqttUrl, tls: options.mqttTls ?? {}, log })
  scope.defer(() => live.close())
  const microdata = openMicrodata(options.estimator ? openEstimator(options.estimator, options) : heavyPool)
  const engines = openEngines({ pool: heavyPool, microdata, clock })
  scope.defer(
    scheduleNightlyJobs({
      ...{ pool, clock, log },
      warm: (period) => engines.indicators.scoreboard({ period }),
      deleteExpired: async () => {
        await deleteExpiredVoices({ pool, clock })
        await deleteExpiredNotifications(pool, clock())
        await releaseErasures({ pool, clock })
        await deleteEndedSessions(pool, clock())
        await expireNetworks(pool, clock())
      },
    }),
  )
  scope.defer(warmUpSurveys(engines.surveys, log).stop)
  const notify = openNotifications({ ...options, live, clock })
  // A pool of its own: evaluating rules takes no connection from those who read.
  const alertPool = createPool('url' in address ? { url: withoutJit(address.url) } : address, {
    max: ALERTING_CONNECTIONS,
    applicationName: 'citywell-alerting',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleInTransactionMs: ALERTING_IDLE_IN_TRANSACTION_MS,
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => alertPool.end())
  const alerting = startAlerting({
    ...{ pool: alertPool, log, clock, figures: alertFigures(engines) },
    system: { dataDir: options.dataDir, certificates: options.certificates },
    onCommitted: live.listen,
    onPass: measurePasses(options.registry),
  })
  scope.defer(() => alerting.close())
  scope.defer(scheduleRegistryWork({ pool, live, clock, log }))
  const { baseMap } = options
  const packOrigins = followMapOrigins(pool, scope)
  const app = await buildApp({
    pool,
    ...{ heavyPool, healthPool },
    ...(options.requestLimits && { requestLimits: options.requestLimits }),
    live,
    key,
    publicAccess: options.publicAccess,
    ...(options.oidc && { oidc: options.oidc }),
    log,
    clock,
    notify,
    basePath: basePathOf(options.notify.publicUrl),
    ...engines,
    mapOrigins: () => [...packOrigins(), ...(baseMap?.origins ?? [])],
    ...(baseMap && { baseMap }),
    acceptsHost: hostRule(host, [...(options.allowedHosts ?? []), ...namesOf(options.notify.publicUrl)]),
    ...(options.trustProxy !== undefined && { trustProxy: options.trustProxy }),
    ...(options.dashboard !== undefined && { dashboard: options.dashboard }),
    ...(options.registry && { registry: options.registry }),
    ...(options.backUp && { backUp: options.backUp }),
    ...(options.backfill && { backfill: options.backfill }),
    ...(options.parts && { parts: options.parts }),
  })
  let closed: Promise<void> | undefined
  const stopAnswering = (): Promise<void> => {
    closed ??= app.close()
    return closed
  }
  scope.defer(stopAnswering)
  await app.listen({ port: options.port, host })
  return { port: (app.server.address() as AddressInfo).port, stopAnswering }
}

/** Whoever publishes the city under a name means it to answer to that name. */
const namesOf = (publicUrl: string | undefined): string[] =>
  publicUrl === undefined ? [] : [new URL(publicUrl).hostname]

/** A separate pool, so that no other statement of the API can read what the estimator may read. */
function openEstimator(address: DatabaseAddress, { log, scope }: Pick<OpenApiOptions, 'log' | 'scope'>): Pool {
  const pool = createPool(address, {
    max: ESTIMATOR_CONNECTIONS,
    applicationName: 'citywell-estimator',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => pool.end())
  return pool
}

/**
 * Compiling a plan costs more than it saves here: for 10,000 Things with 20,000 Datastreams it was 0.6 s of 1.0 s.
 * `options` is what libpq calls the settings that a connection begins with.
 */
function withoutJit(url: string): string {
  const parsed = new URL(url)
  parsed.searchParams.set('options', `${parsed.searchParams.get('options') ?? ''} -c jit=off`.trim())
  return parsed.toString()
}

/** Origins of the map style of a real city; none until the database could be read, and none for a generated map. */
function followMapOrigins(pool: Pool, scope: Scope): () => readonly string[] {
  let origins: readonly string[] = []
  const stop = new AbortController()
  scope.defer(() => stop.abort())
  const read = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const city = await selectCity(pool).catch(() => undefined)
      if (city) {
        origins = mapOriginsOf(city.pack)
        return
      }
      await sleep(MAP_STYLE_RETRY_MS, undefined, { signal: stop.signal, ref: false }).catch(() => {})
    }
  }
  void read()
  return () => origins
}
