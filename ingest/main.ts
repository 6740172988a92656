/**
 * `npm run ingest`: one ingest worker; start as many as the load needs. Waits for the database and the broker.
 * SIGTERM, SIGINT: commits and acknowledges what is in flight, and ends; the broker queues what follows for the worker that
 * takes over the session. SIGUSR2: the same, for a worker that will not return (fewer workers from now on).
 */
import { collectDefaultMetrics, Registry } from 'prom-client'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { createPool, IDLE_IN_TRANSACTION_MS } from '#infra/db/pool.ts'
import { whileUnreachable } from '#infra/db/until-reachable.ts'
import { brokerSettings } from '#infra/runtime/broker-settings.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { openHealthServer } from '#infra/runtime/health-server.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/basics/errors.ts'
import { FORMAT_NAMES } from './decode/index.ts'
import { startPollers } from './feeds/start.ts'
import { ingestPartsOf, ingestWaiting } from './monitor/readiness.ts'
import { acquireSlot } from './receive/worker-slot.ts'
import { type IngestWorker, startIngest } from './worker.ts'

const CONNECTIONS = 6
/** Time within which a worker notices that other workers have joined or left. */
const CENSUS_MS = 2_000

const HELP = `Runs one ingest worker: from the broker to the database, acknowledged after the commit.

  npm run ingest

Environment: DATABASE_URL and MQTT_URL, the servers; CITY, the folder of the city pack (default: the demo city);
HEALTH_PORT, where /health, /ready and /metrics answer (default: nowhere); WORKER_NAME (ingest), the stable name of
the workers of one city; LOG_LEVEL (info).
SIGTERM or SIGINT commits and acknowledges what was received, then ends. SIGUSR2 does the same and gives up the
worker's share of the subscription for good.
`

await runMain(async (scope) => {
  if (!readCommandLine(HELP, {})) return 'done'
  const config = loadConfig()
  const log = createLog('ingest')
  const { databaseUrl, mqttUrl } = config
  if (!databaseUrl || !mqttUrl)
    throw new AppError(
      'CONFIG_INVALID',
      `${databaseUrl ? 'MQTT_URL' : 'DATABASE_URL'} is not set: a separate ingest worker needs DATABASE_URL and MQTT_URL; npm start includes a worker`,
    )
  const { city } = await readCityPack(config.city, { formats: FORMAT_NAMES })
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  let worker: IngestWorker | undefined
  // First, so that /ready shows what the worker is waiting for.
  if (config.healthPort !== undefined) {
    const health = await openHealthServer(config.healthPort, config.host, {
      parts: () => (worker ? ingestPartsOf(worker.states()) : ingestWaiting('waiting for the database')),
      metrics: () => metrics.metrics(),
    })
    scope.defer(() => health.close())
  }
  const pool = createPool(
    { url: databaseUrl },
    {
      max: CONNECTIONS,
      applicationName: 'citywell-ingest',
      idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
      onIdleError: (error) => log.warn({ detail: error.message }, 'idle database connection lost'),
    },
  )
  scope.defer(() => pool.end())
  const onLost = (number: number): void => {
    log.error({ slot: number }, 'worker slot taken by another worker; shutting down')
    process.kill(process.pid, 'SIGTERM')
  }
  const slot = await whileUnreachable(() => acquireSlot(databaseUrl, onLost), { url: databaseUrl, log })
  scope.defer(() => slot.release())
  const clientId = `citywell-${config.workerName}-${slot.number}`
  const isShared = async (): Promise<boolean | undefined> => {
    const workers = await slot.workers()
    return workers === undefined ? undefined : workers > 1
  }
  const started = await startIngest({
    ...{ pool, mqttUrl, mqttTls: config.mqttClientTls, pack: city, log, metrics, clientId, overloadBypass: true },
    shared: (await isShared()) ?? false,
    brokers: brokerSettings(city.brokers),
  })
  worker = started
  const census = setInterval(async () => {
    const shared = await isShared()
    if (shared !== undefined) await started.setShared(shared)
  }, CENSUS_MS)
  scope.defer(() => clearInterval(census))
  // Only the worker with the first slot polls feeds; the slot is taken over when that worker ends.
  if (slot.number === 1) {
    const pollers = startPollers({ pack: city, mqttUrl, mqttTls: config.mqttClientTls, log, metrics })
    scope.defer(() => pollers.close())
  }
  let leave = false
  scope.defer(() => started.close({ leave }))
  process.once('SIGUSR2', () => {
    leave = true
    process.kill(process.pid, 'SIGTERM')
  })
  log.info({ clientId }, 'waiting for the broker')
  started.ready.then(() => log.info({ clientId, city: city.name }, 'ready; every source subscribed'))
  return 'runs'
})
