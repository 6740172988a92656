/** `npm run api`: the HTTP side alone, against the database and the broker of DATABASE_URL and MQTT_URL. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { loadConfig } from '#infra/runtime/config.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/errors.ts'
import { openApi } from './open.ts'

const DASHBOARD = resolve(import.meta.dirname, '../dashboard/dist')

await runMain(async (scope) => {
  const config = loadConfig()
  if (!config.databaseUrl || !config.mqttUrl || !config.key) {
    const missing = { DATABASE_URL: config.databaseUrl, MQTT_URL: config.mqttUrl, CITYWELL_KEY: config.key }
    const names = Object.entries(missing).flatMap(([name, value]) => (value ? [] : [name]))
    throw new AppError('CONFIG_INVALID', `npm run api needs ${names.join(' and ')}; npm start brings its own`)
  }
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { port } = await openApi({
    address: { url: config.databaseUrl },
    ...(config.estimatorUrl && { estimator: { url: config.estimatorUrl } }),
    mqttUrl: config.mqttUrl,
    key: config.key,
    log: createLog('api'),
    host: config.host,
    port: config.port,
    trustProxy: config.trustProxy,
    registry,
    scope,
    ...(existsSync(DASHBOARD) && { dashboard: DASHBOARD }),
  })
  process.stdout.write(`the API answers at http://${config.host}:${port}, its documentation at /docs\n`)
  return 'runs'
})
