import { join, resolve } from 'node:path'
import { startSimulator } from './run.ts'

/**
 * `npm run simulate`: a simulated city against any broker. Environment: MQTT_URL (mqtt://localhost:1883), CITY (folder of
 * a city pack), DATA_DIR (.data), BACKFILL_DAYS (30).
 */
const env = (name: string, otherwise: string): string => process.env[name] || otherwise
const say = (level: string) => (message: string) => console.error(JSON.stringify({ level, name: 'simulator', message }))
const log = { info: say('info'), warn: say('warn') }

const simulator = await startSimulator({
  packFolder: resolve(env('CITY', join(import.meta.dirname, 'cities/demo'))),
  mqttUrl: env('MQTT_URL', 'mqtt://localhost:1883'),
  stateFolder: resolve(env('DATA_DIR', '.data')),
  backfillDays: Number(env('BACKFILL_DAYS', '30')),
  log,
  onProgress: (share) => {
    if (Math.round(share * 200) % 10 === 0) log.info(`history ${Math.round(share * 100)} %`)
  },
})
log.info('live')
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)))
}
