/** `npm run import -- FILE...`: publishes files to the broker, like devices. docs/import.md */
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { createPool } from '#infra/db/pool.ts'
import { reachableAddress } from '#infra/embedded/broker/access.ts'
import { type Config, loadConfig } from '#infra/runtime/config.ts'
import { runMain } from '#infra/runtime/main.ts'
import { FORMAT_NAMES } from '../decode/index.ts'
import { boundsOf } from './city-bounds.ts'
import { ledgerFromApi, ledgerFromDatabase } from './ledger-watch.ts'
import { HELP, readOptions } from './options.ts'
import { createProgress } from './progress.ts'
import { openPublisher } from './publisher.ts'
import { reportText } from './report.ts'
import { runImport } from './run.ts'

await runMain(async (scope) => {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(HELP)
    return 'done'
  }
  const config = loadConfig()
  const pack = await readCityPack(config.city, { formats: FORMAT_NAMES })
  const pool = config.databaseUrl
    ? createPool({ url: config.databaseUrl }, { max: 1, applicationName: 'citywell-import', onIdleError: () => {} })
    : undefined
  scope.defer(() => pool?.end())
  const progress = createProgress(process.stderr)
  const { files, outcome } = await runImport({
    options,
    pack: pack.city,
    bounds: boundsOf(pack),
    openPublisher: () =>
      config.mqttUrl ? openPublisher(config.mqttUrl, config.mqttClientTls) : openPublisher(embeddedBroker(config)),
    ledger: (source) =>
      pool ? ledgerFromDatabase(pool, source) : ledgerFromApi(`http://127.0.0.1:${config.port}`, source),
    onNote: (line) => process.stdout.write(`  ${line}\n`),
    onProgress: progress.show,
  })
  progress.end()
  process.stdout.write(`\n${reportText(files, outcome, options.history)}\n`)
  return 'done'
})

/** Address of the broker of `npm start` on this machine. */
function embeddedBroker({ mqttHost, mqttPort, mqttTls, mqttCredentials }: Config): string {
  // with a listener for TLS, the one without is on loopback
  const url = new URL(`mqtt://${reachableAddress(mqttTls ? '127.0.0.1' : mqttHost, mqttPort)}`)
  url.username = encodeURIComponent(mqttCredentials?.username ?? '')
  url.password = encodeURIComponent(mqttCredentials?.password ?? '')
  return url.toString()
}
