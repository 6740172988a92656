/**
 * Starts what the files of this project share, when the first of them asks for it: one browser, and two cities. They live
 * in the process of the runner, because every test file has a process of its own.
 */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '#infra/db/migrate.ts'
import { createPool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { startBrowser } from './browser.ts'
import type { SharedCityName } from './shared.ts'
import { copyOfDemo, newDataDir, removeDataDir, startSystem } from './system.ts'

/** `simulated`: the demo city with a day of history and an archived source; `quiet`: nothing but what tests publish. */
const CITIES: Readonly<Record<SharedCityName, (scope: Scope) => Promise<Record<string, string>>>> = {
  simulated: async (scope) => ({ BACKFILL_DAYS: '1', CITY: await archivedPack(scope) }),
  quiet: async () => ({ SIMULATE: 'off' }),
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scope = createScope()
  const started = new Map<string, Promise<string>>()
  const start = async (name: string): Promise<string> => {
    if (name === 'browser') return openBrowser(scope)
    if (name === 'database') return createDatabase(scope)
    if (name === 'simulated' || name === 'quiet') return openCity(scope, name, await get('database'))
    throw new Error(`nothing shared is called ${name}`)
  }
  const get = (name: string): Promise<string> => {
    const running = started.get(name) ?? start(name)
    started.set(name, running)
    return running
  }
  const server = createServer((request, response) => {
    get(request.url?.slice(1) ?? '').then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  // A city may take minutes to start on a busy machine; node would give up on the request.
  server.requestTimeout = 0
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  scope.defer(() => new Promise((done) => server.close(done)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  project.provide('shared', `http://127.0.0.1:${address.port}`)
  return () => scope.close()
}

async function openBrowser(scope: Scope): Promise<string> {
  const browser = await startBrowser()
  scope.defer(() => browser.close())
  return browser.wsEndpoint()
}

/** What a first start creates before anything else, in seconds of computing: a data folder with an empty, migrated database. */
async function createDatabase(scope: Scope): Promise<string> {
  const dataDir = await newDataDir()
  scope.defer(() => removeDataDir(dataDir))
  const database = await openEmbeddedDatabase({ dataDir: join(dataDir, 'database'), syncToDisk: false })
  const pool = createPool({ embedded: database.poolConfig }, { max: 1, applicationName: 'e2e', onIdleError: () => {} })
  await migrate(pool)
  await pool.end()
  await database.close()
  return dataDir
}

async function openCity(scope: Scope, name: SharedCityName, database: string): Promise<string> {
  const env = await CITIES[name](scope)
  const dataDir = await newDataDir()
  scope.defer(() => removeDataDir(dataDir))
  await cp(database, dataDir, { recursive: true })
  const system = await startSystem({ dataDir, env })
  scope.defer(() => system.stop())
  return JSON.stringify({ url: system.url, mqttPort: system.mqttPort, key: system.key() })
}

/** The demo city with one more source, of which every message is archived. */
async function archivedPack(scope: Scope): Promise<string> {
  const folder = await copyOfDemo()
  scope.defer(() => removeDataDir(folder))
  const file = join(folder, 'city.json')
  const city = JSON.parse(await readFile(file, 'utf8')) as { sources: object[] }
  city.sources.push({ name: 'kept', topic: 'kept/+/+', format: 'records', archive: { days: 7 } })
  await writeFile(file, JSON.stringify(city))
  return folder
}
