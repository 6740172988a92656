import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startSimulator } from './run.ts'

/** `npm run simulate`: a simulated city against any broker. docs/simulator.md */
const HELP = `Simulates the devices of a fictional city and publishes to a broker.

  npm run simulate

Environment: MQTT_URL (mqtt://localhost:1883); CITY, the folder of a simulated city pack (default: the demo city);
DATA_DIR (.data), where the simulator keeps its state; BACKFILL_DAYS (30), days of history published first.
`
readOptions()

function readOptions(): void {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } })
    if (!values.help) return
    process.stdout.write(HELP)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`)
    process.exit(1)
  }
}

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
