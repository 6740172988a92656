/** A database server is backed up while messages arrive, and restored, with the commands of docs/operations.md as they are written. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool, type Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { type IngestWorker, startIngest } from '#ingest/worker.ts'
import { commandsUnder, ROOT } from '#test/documents.ts'
import { openTestBroker, openTestDatabase, type TestBroker, type TestDatabase } from '#test/environment.ts'
import { until } from '../delivery/until.ts'

const commands = await commandsUnder('docs/operations.md', '### A database server')
const FIRST_MS = Date.now() - 3 * 86_400_000

/** Client tools, also where Debian puts those of a server. */
const PROGRAMS = '/usr/lib/postgresql'
const PATH = [
  ...(existsSync(PROGRAMS)
    ? readdirSync(PROGRAMS)
        .toSorted()
        .map((version) => join(PROGRAMS, version, 'bin'))
    : []),
  process.env['PATH'],
].join(':')
const hasTools = ['psql', 'pg_dump', 'pg_restore'].every(
  (program) => spawnSync(program, ['--version'], { env: { PATH } }).status === 0,
)

let scope: Scope
let folder: string
let database: TestDatabase
let broker: TestBroker
beforeAll(async () => {
  scope = createScope()
  folder = await mkdtemp(join(tmpdir(), 'citywell-backup-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  database = await openTestDatabase()
  scope.defer(() => database.close())
  broker = await openTestBroker()
  scope.defer(() => broker.close())
})
afterAll(() => scope?.close())

const startWorker = async (pool: Pool): Promise<IngestWorker> => {
  const worker = await startIngest({
    pool,
    mqttUrl: broker.url,
    pack: { timeZone: 'UTC', sources: [{ name: 'native', topic: `city/+/${broker.prefix}`, format: 'native' }] },
    log: createLog('test', 'silent'),
    clientId: `backup-${broker.prefix}`,
  })
  await worker.ready
  return worker
}

/** A command of the page; only the folder and the name of the new database are replaced. */
async function run(command: string, env: Record<string, string>) {
  const name = new URL(env['RESTORED_URL'] ?? '').pathname.slice(1)
  const text = command.replaceAll('city-backup', join(folder, 'city-backup')).replaceAll('city_restored', name)
  const child = spawn('bash', ['-c', `set -o pipefail; ${text}`], {
    cwd: ROOT,
    env: { PATH, HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const [code] = await once(child, 'close')
  return { command, code, output }
}

type Stored = Map<number, number[]>
async function storedIn(pool: Pool): Promise<Stored> {
  const { rows } = await pool.query<{ at: Date; values: number[] }>(
    'select phenomenon_time as at, array_agg(result order by result) as values from observation group by 1',
  )
  return new Map(rows.map(({ at, values }) => [Math.round((at.getTime() - FIRST_MS) / 1000), values]))
}
/** Both values of each message, and nothing else. */
function expectWhole(stored: Stored): void {
  for (const [n, values] of stored) expect(values).toEqual([n % 40, (n % 40) + 1])
}

test('what was committed at the moment of the backup is in it, what was not is delivered to the restored city', async ({
  skip,
}) => {
  const { url } = database
  if (!url) return skip('the commands are for a database server: DATABASE_URL is not set')
  if (!hasTools) return skip('psql, pg_dump and pg_restore are not installed')
  const restoredUrl = new URL(url)
  restoredUrl.pathname = `${restoredUrl.pathname}_restored`
  const env = { DATABASE_URL: url, RESTORED_URL: restoredUrl.toString() }
  scope.defer(() => database.pool.query(`drop database if exists ${restoredUrl.pathname.slice(1)} with (force)`))
  const at = commands.findIndex((text) => text.includes('create database'))
  expect(at).toBeGreaterThan(0)

  const client = await connectAsync(broker.url)
  scope.defer(() => client.endAsync())
  let next = 0
  const publish = async (): Promise<void> => {
    const n = next++
    const message = { time: new Date(FIRST_MS + n * 1000).toISOString(), pm2_5: n % 40, pm10: (n % 40) + 1 }
    await client.publishAsync(`city/air/${broker.prefix}`, JSON.stringify(message), { qos: 1 })
  }
  const worker = await startWorker(database.poolFor({ max: 6 }))
  let isPublishing = true
  const publishing = (async () => {
    while (isPublishing) {
      await publish()
      await sleep(2)
    }
  })()
  await until(
    async () => (await storedIn(database.pool)).size,
    (n) => n > 200,
  )
  for (const command of commands.slice(0, at)) expect(await run(command, env)).toMatchObject({ command, code: 0 })
  isPublishing = false
  await publishing
  await until(
    async () => (await storedIn(database.pool)).size,
    (n) => n === next,
  )
  await worker.close()
  const original = next
  // these wait at the broker
  for (let i = 0; i < 50; i += 1) await publish()

  for (const command of commands.slice(at)) expect(await run(command, env)).toMatchObject({ command, code: 0 })
  const pool = createPool({ url: env.RESTORED_URL }, { max: 6, applicationName: 'test', onIdleError: () => {} })
  scope.defer(() => pool.end())
  const restored = await storedIn(pool)
  expectWhole(restored)
  expect(restored.size).toBeGreaterThan(200)
  // messages arrived while it was being made, and the counts are those of its moment all the same
  expect(restored.size).toBeLessThan(original)
  const counts = await readFile(join(folder, 'city-backup', 'counts.txt'), 'utf8')
  expect(counts).toContain(`observations ${restored.size * 2} `)

  const second = await startWorker(pool)
  scope.defer(() => second.close())
  await until(
    async () => (await storedIn(pool)).size,
    (n) => n === restored.size + 50,
  )
  const stored = await storedIn(pool)
  expectWhole(stored)
  expect([...stored.keys()].filter((n) => n >= original)).toHaveLength(50)
  // a difference is found
  const tampered = commands.find((text) => text.includes('diff')) ?? ''
  expect(await run(tampered, env)).toMatchObject({ code: 1 })
}, 300_000)
