import { join } from 'node:path'
import prometheus from 'prom-client'
import { openApi } from '#api/open.ts'
import { backUp } from '#domain/backup/back-up.ts'
import { settleRestored } from '#domain/backup/settle-restored.ts'
import { type BaseMap, openBaseMap } from '#domain/base-map/base-map.ts'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { problemText } from '#domain/city-pack/problems/pack-problems.ts'
import { type LoadedPack, readCityPack } from '#domain/city-pack/read-pack.ts'
import { followLogins } from '#domain/devices/follow-logins.ts'
import { migrate } from '#infra/db/migrate.ts'
import { createPool, type DatabaseAddress, IDLE_IN_TRANSACTION_MS } from '#infra/db/pool.ts'
import { whileUnreachable } from '#infra/db/until-reachable.ts'
import { DeviceLogins } from '#infra/devices/device-logins.ts'
import { openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { type DeferredDatabase, deferDatabase } from '#infra/embedded/database/deferred-database.ts'
import { startPolicies } from '#infra/embedded/database/policies.ts'
import { brokerSettings } from '#infra/runtime/broker-settings.ts'
import type { Config } from '#infra/runtime/config.ts'
import { createLog, type Logger, withoutSecret } from '#infra/runtime/log.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { FORMAT_NAMES } from '#ingest/decode/index.ts'
import { startPollers } from '#ingest/feeds/start.ts'
import { filtersOf } from '#ingest/interpret/built-in-sources.ts'
import { ingestParts, ingestPartsOf, ingestWaiting } from '#ingest/monitor/readiness.ts'
import { type IngestWorker, startIngest } from '#ingest/worker.ts'
import { basePathOf } from '#model/basics/base-path.ts'
import { union } from '#model/mqtt/topic-filters.ts'
import { type SimulatorThread, startSimulatorThread } from '#simulators/thread.ts'
import { DASHBOARD, ensureDashboard } from './dashboard.ts'
import { readOrMakeKey } from './key.ts'
import { assertPortFree } from './ports.ts'
import type { Screen } from './screen.ts'

const LATE_MS = 5_000

type Part = { readonly config: Config; readonly screen: Screen; readonly scope: Scope; readonly log: Logger }

/** Brings up every part, in the order in which they need one another; the scope takes them down again. */
export async function runCity(
  config: Config,
  screen: Screen,
  scope: Scope,
  build: { readonly dashboard: boolean } = { dashboard: true },
): Promise<void> {
  const log = createLog('citywell', process.env['LOG_LEVEL'] ?? 'warn')
  const part = { config, screen, scope, log }
  screen.title('Citywell')
  const pack = await readCityPack(config.city, { formats: FORMAT_NAMES })
  screen.line('city', describe(pack))
  const baseMap = await openPackBaseMap(part, pack)
  await assertPortFree(config.port, config.host, 'PORT', 'the dashboard')
  if (!config.mqttUrl) await assertPortFree(config.mqttPort, config.mqttHost, 'MQTT_PORT', 'the MQTT broker')
  const dashboard = timed(build.dashboard ? buildDashboard(part) : Promise.resolve('current' as const))
  // Failing here must not go unheard while the database is still being opened.
  dashboard.catch(() => {})
  const key = await openKey(part)
  const registry = new prometheus.Registry()
  const logins = new DeviceLogins()
  const { mqttUrl, publisherOf, copyJournal } = await openBroker(part, pack, { metrics: registry, logins })
  const deferred = deferDatabase()
  // Opened last and closed last: everything that is opened from here on needs it until it ends.
  scope.defer(() => deferred.close())
  let simulator: SimulatorThread | undefined
  let ingest: IngestWorker | undefined
  // Before anything that may have to wait: /ready says what is missing.
  const { port, stopAnswering } = await openApi({
    address: config.databaseUrl ? { url: config.databaseUrl } : deferred.address,
    mqttUrl,
    mqttTls: config.mqttClientTls,
    key,
    publicAccess: config.publicAccess,
    oidc: config.oidc,
    log,
    registry,
    host: config.host,
    port: config.port,
    trustProxy: config.trustProxy,
    requestLimits: config.requestLimits,
    allowedHosts: config.allowedHosts,
    dataDir: config.dataDir,
    certificates: config.certificates,
    dashboard: DASHBOARD,
    notify: config.notify,
    baseMap,
    scope,
    backUp: config.databaseUrl
      ? undefined
      : () => backUp({ dataDir: config.dataDir, database: deferred.address, copyJournal, clock: () => new Date() }),
    backfill: () => simulator?.progress() ?? null,
    parts: () => (ingest ? ingestPartsOf(ingest.states()) : ingestWaiting('waiting for the database')),
  })
  screen.line('http', `port ${port} answers; /ready says what is still missing`)
  const database = await openDatabase(part, pack, deferred)
  if (!config.mqttUrl) followDeviceLogins(part, database, logins)
  ingest = await openIngest(part, { pack, database, mqttUrl, publisherOf, registry })
  const { result: outcome, seconds } = await dashboard
  if (outcome === 'built') screen.line('dashboard', `built in ${seconds} s`)
  if (outcome === 'missing')
    screen.line('dashboard', 'not built, and the build tools are not installed: npm ci && npm run build')
  await untilSubscribed(part, pack, ingest)
  const basePath = basePathOf(config.notify.publicUrl)
  screen.line('open', `http://localhost:${port}${basePath && `${basePath}/`}`)
  if (config.simulate && pack.city.simulated) simulator = await openSimulator(part, pack, mqttUrl)
  // First of all: requests would keep the database from what the ingest still has to store.
  scope.defer(stopAnswering)
}

const COUNT = new Intl.NumberFormat('en')

function describe({ city, zones, things }: LoadedPack): string {
  const kind = city.simulated ? ' (fictional, simulated)' : ''
  return `${city.name}${kind}: ${COUNT.format(city.population)} people, ${zones.length} zones, ${COUNT.format(things.length)} Things`
}

function buildDashboard({ screen, scope }: Part): Promise<'built' | 'current' | 'missing'> {
  const stopped = new AbortController()
  scope.defer(() => stopped.abort())
  return ensureDashboard({
    signal: stopped.signal,
    onWaiting: (seconds) => screen.line('dashboard', `being built for ${seconds} s; the rest starts meanwhile`),
  })
}

/** What is wrong with it is shown; the city starts without it. */
async function openPackBaseMap({ screen, scope }: Part, { folder, city }: LoadedPack): Promise<BaseMap | undefined> {
  const { baseMap, problems } = await openBaseMap(folder, city)
  for (const problem of problems.list) screen.line('base map', `not shown: ${problemText(problem)}`)
  if (baseMap) scope.defer(() => baseMap.close())
  return baseMap
}

async function openDatabase(part: Part, pack: LoadedPack, deferred: DeferredDatabase): Promise<DatabaseAddress> {
  const { config, screen, scope, log } = part
  const opened = await timed(
    config.databaseUrl ? Promise.resolve({ url: config.databaseUrl }) : openEmbedded(part, deferred),
  )
  const address = opened.result
  const pool = createPool(address, {
    max: 2,
    applicationName: 'citywell-start',
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => pool.end())
  const { surveysLeft } = await whileUnreachable(
    async () => {
      await migrate(pool)
      return loadCityPack(pool, pack, (stored, total) => {
        screen.bar('things', stored / total, `${COUNT.format(stored)} of ${COUNT.format(total)} stored`)
      })
    },
    { url: 'url' in address ? address.url : 'embedded:', log },
  )
  if (surveysLeft.length > 0)
    screen.line('surveys', `not taken from the pack, because a person changed them: ${surveysLeft.join(', ')}`)
  if ('embedded' in address) {
    const policies = startPolicies({ pool, log })
    scope.defer(() => policies.stop())
  }
  screen.line(
    'database',
    'url' in address
      ? withoutSecret(address.url)
      : `embedded TimescaleDB in ${config.dataDir}, ready in ${opened.seconds} s`,
  )
  return address
}

async function openEmbedded({ config, screen, log }: Part, deferred: DeferredDatabase): Promise<DatabaseAddress> {
  const database = await openEmbeddedDatabase({
    dataDir: join(config.dataDir, 'database'),
    log,
    onWaiting: (seconds) =>
      screen.line('database', `being opened for ${seconds} s; after a crash it first repeats what was committed last`),
    onFailure: (error) => {
      log.fatal(error)
      process.kill(process.pid, 'SIGTERM')
    },
  })
  deferred.hold(database)
  const restored = await settleRestored({ embedded: database.poolConfig }, config.dataDir)
  if (restored)
    screen.line('restored', `from the backup of ${restored.at}; notifications that waited in it are not sent`)
  deferred.open()
  return deferred.address
}

/** Names the ingest's session at the broker: the same over restarts. */
const ingestClientId = ({ workerName }: Config) => `citywell-${workerName}`

/** The URL is for the city's own clients. */
type Broker = {
  readonly mqttUrl: string
  readonly publisherOf?: ((topic: string) => string | undefined) | undefined
  readonly copyJournal?: ((path: string) => Promise<void>) | undefined
}
type BrokerParts = { readonly metrics: prometheus.Registry; readonly logins: DeviceLogins }

async function openBroker(
  { config, screen, scope, log }: Part,
  { city }: LoadedPack,
  { metrics, logins }: BrokerParts,
): Promise<Broker> {
  if (config.mqttUrl) {
    screen.line('broker', withoutSecret(config.mqttUrl))
    return { mqttUrl: config.mqttUrl }
  }
  const broker = await openEmbeddedBroker({
    port: config.mqttPort,
    host: config.mqttHost,
    credentials: config.mqttCredentials,
    anonymous: config.mqttAnonymous,
    devices: logins,
    tls: config.mqttTls,
    metrics,
    journal: join(config.dataDir, 'broker', 'journal'),
    // What is published before the ingest has subscribed is kept for it.
    sessions: [{ clientId: ingestClientId(config), filters: union(filtersOf(city)) }],
    log,
  })
  scope.defer(() => broker.close())
  const login = config.mqttCredentials ? ' -u "$MQTT_USERNAME" -P "$MQTT_PASSWORD"' : ''
  screen.line(
    'broker',
    `embedded MQTT on port ${broker.port}; try: mosquitto_pub -p ${broker.port}${login} -q 1 -t city/air/my-sensor -m '{"pm2_5": 9.3}'`,
  )
  if (broker.tlsPort !== undefined) screen.line('', `with TLS on port ${broker.tlsPort}`)
  return { mqttUrl: broker.url, publisherOf: broker.publisherOf, copyJournal: broker.copyJournal }
}

/** Credentials that are issued or revoked in the registry are in force at the broker within a second or two. */
function followDeviceLogins({ scope, log }: Part, database: DatabaseAddress, logins: DeviceLogins): void {
  const pool = createPool(database, {
    max: 1,
    applicationName: 'citywell-device-logins',
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => pool.end())
  scope.defer(followLogins({ pool, logins, log }))
}

type IngestParts = Broker & {
  readonly pack: LoadedPack
  readonly database: DatabaseAddress
  readonly registry: prometheus.Registry
}

async function openIngest(
  { config, screen, scope, log }: Part,
  { pack, database, mqttUrl, publisherOf, registry }: IngestParts,
): Promise<IngestWorker> {
  const pool = createPool(database, {
    max: 3,
    applicationName: 'citywell-ingest',
    idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => pool.end())
  const worker = await startIngest({
    pool,
    mqttUrl,
    mqttTls: config.mqttClientTls,
    pack: pack.city,
    clientId: ingestClientId(config),
    log,
    metrics: registry,
    brokers: brokerSettings(pack.city.brokers),
    ...(publisherOf && { publisherOf }),
  })
  scope.defer(() => worker.close())
  const pollers = startPollers({ pack: pack.city, mqttUrl, mqttTls: config.mqttClientTls, log, metrics: registry })
  scope.defer(() => pollers.close())
  if (pack.city.brokers?.length) screen.line('brokers', pack.city.brokers.map(({ name }) => name).join(', '))
  if (pollers.states.length > 0) screen.line('feeds', pollers.states.map(({ feed }) => feed).join(', '))
  return worker
}

/** Shows on the screen that the broker does not answer; HTTP answers meanwhile. */
async function untilSubscribed({ screen }: Part, { city }: LoadedPack, worker: IngestWorker): Promise<void> {
  const late = setTimeout(() => {
    const { detail } = ingestParts(worker.state()).broker
    screen.line('ingest', `waiting for the broker: ${detail}`)
  }, LATE_MS)
  await worker.ready
  clearTimeout(late)
  screen.line('ingest', `${city.sources.length} sources subscribed`)
}

async function openKey({ config, screen }: Part): Promise<string> {
  const { key, made, file } = await readOrMakeKey(config.key, config.dataDir)
  if (made) screen.line('key', `${key}   (changes need it; kept in ${file})`)
  else screen.line('key', file ? `in ${file}` : 'from CITYWELL_KEY')
  return key
}

async function openSimulator(
  { config, screen, scope, log }: Part,
  pack: LoadedPack,
  mqttUrl: string,
): Promise<SimulatorThread> {
  const simulator = await startSimulatorThread({
    packFolder: pack.folder,
    mqttUrl,
    stateFolder: config.dataDir,
    backfillDays: config.backfillDays,
    log,
    onProgress: (share) => screen.bar('history', share, share < 1 ? `of ${config.backfillDays} days` : 'complete'),
  })
  scope.defer(() => simulator.close())
  screen.line('simulator', 'live; history follows, most recent day first')
  return simulator
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; seconds: string }> {
  const start = performance.now()
  const result = await work
  return { result, seconds: ((performance.now() - start) / 1000).toFixed(1) }
}
