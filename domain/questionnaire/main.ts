/**
 * `npm run questionnaire -- open|export …`: fields the questionnaire and brings its answers home as a survey. Needs the
 * owner's DATABASE_URL, or the data folder of a city that is not running: answers have no way out over HTTP.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from '#infra/db/migrate.ts'
import { createPool, type DatabaseAddress, type Pool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { exportFieldwork, openFieldwork, quoted, zoneKeys } from './fieldwork.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { readSample } from './sample.ts'

/** Codes open a door: only their owner may read the file. */
const PRIVATE = 0o600

await runMain(async (scope) => {
  const options = readOptions(process.argv.slice(2))
  if (options.command === 'help') {
    process.stdout.write(HELP)
    return 'done'
  }
  const pool = await openPool(scope)
  process.stdout.write(`${options.command === 'open' ? await open(pool, options) : await bringHome(pool, options)}\n`)
  return 'done'
})

async function open(pool: Pool, options: Extract<Options, { command: 'open' }>): Promise<string> {
  const drawn = readSample(options.sample, await readFile(options.sample, 'utf8'), await zoneKeys(pool))
  const codes = await openFieldwork(pool, options.fieldwork, drawn)
  const lines = drawn.map(({ respondent }, i) => `${quoted(respondent)},${codes[i]}\n`)
  await writeFile(options.codes, `respondent,code\n${lines.join('')}`, { mode: PRIVATE, flag: 'wx' })
  return `${options.fieldwork.id} is open for ${drawn.length}; their codes are in ${options.codes} and nowhere else. Form and print: /questionnaire`
}

async function bringHome(pool: Pool, options: Extract<Options, { command: 'export' }>): Promise<string> {
  const { codebook, csv, answered } = await exportFieldwork(pool, options.id, options.language)
  const folder = join(options.to, options.id)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'codebook.json'), `${JSON.stringify(codebook, null, 2)}\n`)
  await writeFile(join(folder, 'responses.csv'), csv, { mode: PRIVATE })
  return `${answered} answers of ${options.id} are in ${folder}; put the folder into surveys/ of the city pack`
}

async function openPool(scope: Scope): Promise<Pool> {
  const config = loadConfig()
  const log = createLog('questionnaire', process.env['LOG_LEVEL'] ?? 'warn')
  const address = config.databaseUrl ? { url: config.databaseUrl } : await openEmbedded(config.dataDir)
  const pool = createPool(address, {
    max: 1,
    applicationName: 'citywell-questionnaire',
    onIdleError: (e) => log.warn(e),
  })
  scope.defer(() => pool.end())
  await migrate(pool)
  return pool

  async function openEmbedded(dataDir: string): Promise<DatabaseAddress> {
    const database = await openEmbeddedDatabase({ dataDir: join(dataDir, 'database'), log })
    scope.defer(() => database.close())
    return { embedded: database.poolConfig }
  }
}
