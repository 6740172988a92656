/** `npm run export` and `npm run restore`: a whole city out of one database and into another. docs/operations.md */
import { join } from 'node:path'
import { createPool, type DatabaseAddress, type Pool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { AppError } from '#model/basics/errors.ts'
import { EXPORT_FORMATS, type ExportFormat, exportCity } from './export-city.ts'
import { restoreCity } from './restore-city.ts'

const HELP = `Writes a whole city to files, and brings it into another database: from the embedded database to a server and back.

  npm run export -- --to FOLDER      everything, as gzip files of JSON lines with a manifest; the folder must be empty
  npm run export -- --to FOLDER --format parquet
                                     the same as Parquet, for pandas, DuckDB, Arrow and others
  npm run restore -- --from FOLDER   all or nothing, into an empty database, by the same version of Citywell

The files hold the answers of surveys: they are readable by their owner only, and should stay so.
Environment: DATABASE_URL, the server, as its owner. Without it the embedded database in DATA_DIR (.data), which must not
be running.
`

await runMain(async (scope) => {
  const [command = '', ...rest] = process.argv.slice(2)
  const values = readCommandLine(
    HELP,
    { to: { type: 'string' }, from: { type: 'string' }, format: { type: 'string', default: 'ndjson' } },
    rest,
  )
  if (!values) return 'done'
  const folder = command === 'export' ? values.to : values.from
  if (folder === undefined)
    throw new AppError('CONFIG_INVALID', `${command === 'export' ? '--to' : '--from'} is missing\n\n${HELP}`)
  const { format } = values
  if (!isFormat(format))
    throw new AppError('CONFIG_INVALID', `--format "${format}" is none of ${EXPORT_FORMATS.join(', ')}`)
  const pool = await openPool(scope)
  const { city, files } =
    command === 'export' ? await exportCity(pool, folder, new Date(), format) : await restoreCity(pool, folder)
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  const done = command === 'export' ? `is exported to ${folder}` : `is restored from ${folder}`
  process.stdout.write(`${city ?? 'a city without a pack'} ${done}: ${files.length} files, ${rows} rows\n`)
  return 'done'
})

function isFormat(text: string | boolean | undefined): text is ExportFormat {
  return EXPORT_FORMATS.some((format) => format === text)
}

async function openPool(scope: Scope): Promise<Pool> {
  const config = loadConfig()
  const log = createLog('transfer', process.env['LOG_LEVEL'] ?? 'warn')
  const address = config.databaseUrl ? { url: config.databaseUrl } : await openEmbedded()
  const pool = createPool(address, {
    max: 1,
    applicationName: 'citywell-transfer',
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => pool.end())
  return pool

  async function openEmbedded(): Promise<DatabaseAddress> {
    const database = await openEmbeddedDatabase({ dataDir: join(config.dataDir, 'database'), log })
    scope.defer(() => database.close())
    return { embedded: database.poolConfig }
  }
}
