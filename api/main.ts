/** `npm run api`: the HTTP side alone, against the database and the broker of DATABASE_URL and MQTT_URL. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import { basePathOf } from '#model/basics/base-path.ts'
import { AppError } from '#model/basics/errors.ts'
import { openApi } from './open.ts'
import { openBaseMapOf } from './open-base-map.ts'

const DASHBOARD = resolve(import.meta.dirname, '../dashboard/dist')

const HELP = `Serves the API and the built dashboard.

  npm run api

Environment: DATABASE_URL and MQTT_URL, the servers; CITYWELL_KEY (at least 16 characters), the key that changes need;
PUBLIC_ACCESS (on), whether reading needs no credentials;
PORT (8080), HOST (127.0.0.1); ESTIMATOR_URL, the login that may read survey answers (docs/surveys.md);
CITY, the folder of the city pack, for its base map; TRUST_PROXY, addresses of reverse proxies; CLIENT_REQUESTS (2000) and
HEAVY_REQUESTS (4), requests of one client in 10 s and long reads at a time; ALLOWED_HOSTS, names by which browsers reach the server; LOG_LEVEL (info).
npm run build makes the dashboard.
`

await runMain(async (scope) => {
  if (!readCommandLine(HELP, {})) return 'done'
  const config = loadConfig()
  if (!config.databaseUrl || !config.mqttUrl || !config.key) {
    const missing = { DATABASE_URL: config.databaseUrl, MQTT_URL: config.mqttUrl, CITYWELL_KEY: config.key }
    const names = Object.entries(missing).flatMap(([name, value]) => (value ? [] : [name]))
    throw new AppError('CONFIG_INVALID', `npm run api needs ${names.join(' and ')}; npm start brings its own`)
  }
  const log = createLog('api')
  const baseMap = await openBaseMapOf(config.city, log, scope)
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { port } = await openApi({
    address: { url: config.databaseUrl },
    ...(config.estimatorUrl && { estimator: { url: config.estimatorUrl } }),
    mqttUrl: config.mqttUrl,
    mqttTls: config.mqttClientTls,
    key: config.key,
    publicAccess: config.publicAccess,
    oidc: config.oidc,
    log,
    baseMap,
    host: config.host,
    port: config.port,
    trustProxy: config.trustProxy,
    requestLimits: config.requestLimits,
    allowedHosts: config.allowedHosts,
    dataDir: config.dataDir,
    certificates: config.certificates,
    registry,
    notify: config.notify,
    scope,
    ...(existsSync(DASHBOARD) && { dashboard: DASHBOARD }),
  })
  process.stdout.write(
    `the API answers at http://${config.host}:${port}${basePathOf(config.notify.publicUrl)}, its documentation at /docs\n`,
  )
  return 'runs'
})
