/** `npm run migrate`: brings the schema of DATABASE_URL up to date and loads the city pack. Safe to run twice, or in two places. */
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { migrate } from '#infra/db/migrate.ts'
import { createPool } from '#infra/db/pool.ts'
import { COMMAND_LIMIT_MS, untilReachable } from '#infra/db/until-reachable.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import { FORMAT_NAMES } from '#ingest/decode/index.ts'
import { AppError } from '#model/basics/errors.ts'

const HELP = `Brings the schema up to date and loads the city pack. Safe to repeat, and to run in two places at once.

  npm run migrate

Environment: DATABASE_URL, the server to migrate; CITY, the folder of the city pack (default: the demo city).
An embedded city migrates its own database when it starts.
`

await runMain(async (scope) => {
  if (!readCommandLine(HELP, {})) return 'done'
  const config = loadConfig()
  const log = createLog('migrate')
  if (!config.databaseUrl) {
    throw new AppError(
      'CONFIG_INVALID',
      'DATABASE_URL is not set: it names the server to migrate. An embedded city migrates when it starts',
    )
  }
  const pack = await readCityPack(config.city, { formats: FORMAT_NAMES })
  const pool = createPool(
    { url: config.databaseUrl },
    { max: 2, applicationName: 'citywell-migrate', onIdleError: (error) => log.warn(error) },
  )
  scope.defer(() => pool.end())
  await untilReachable(pool, { url: config.databaseUrl, log, limitMs: COMMAND_LIMIT_MS })
  log.info({ applied: await migrate(pool) }, 'schema is up to date')
  const { surveysLeft } = await loadCityPack(pool, pack)
  log.info(
    { city: pack.city.name, zones: pack.zones.length, things: pack.things.length, surveysLeft },
    'city pack is loaded',
  )
  return 'done'
})
