/** An embedded city is backed up while messages arrive, and restored, with the commands of docs/operations.md as they are written. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import type { backupResponse } from '#model/api/backup.ts'
import type { LedgerResponse } from '#model/api/ingest.ts'
import { commandsUnder, ROOT } from '#test/documents.ts'
import { dataDirWithDatabase } from './shared.ts'
import { freePort, newDataDir, removeDataDir, type System, startSystem, until } from './system.ts'

type Backup = (typeof backupResponse)['_output']
/** Acknowledged messages: number, and when the broker had acknowledged it. */
type Acknowledged = Map<number, number>

const FIRST_MS = Date.now() - 86_400_000
const THINGS = 5
const commands = await commandsUnder('docs/operations.md', '### The embedded city')

let system: System
let folder: string
let restored: string
const children: ChildProcess[] = []
beforeAll(async () => {
  folder = await newDataDir()
  restored = join(folder, 'city-restored')
  system = await startSystem({ dataDir: await dataDirWithDatabase(), env: { SIMULATE: 'off' } })
})
afterAll(async () => {
  for (const { pid } of children) if (pid) killGroup(pid)
  await system?.stop()
  if (system) await removeDataDir(system.dataDir)
  await removeDataDir(folder)
})

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}

/** A command of the page; only ports and folders are replaced. */
function start(command: string, env: Record<string, string> = {}) {
  const text = command
    .replaceAll('localhost:8080', `localhost:${system.port}`)
    .replaceAll('.data/', `${system.dataDir}/`)
    .replaceAll('city-restored', restored)
  const child = spawn('bash', ['-c', text], {
    cwd: ROOT,
    detached: true,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], CITYWELL_KEY: system.key(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const ended = once(child, 'close').then(([code]) => ({ command, code: code as number, output, errors }))
  return { child, ended, output: () => output + errors }
}

/** Publishes one message after the other, a few at once, until it is stopped. */
function publishAll(client: MqttClient, acknowledged: Acknowledged) {
  let stopped = false
  let next = 0
  const publish = async (): Promise<void> => {
    while (!stopped) {
      const n = next++
      const time = new Date(FIRST_MS + n * 1000).toISOString()
      const message = JSON.stringify({ time, pm2_5: n % 40, pm10: (n % 40) + 1 })
      await client.publishAsync(`city/air/backup-${n % THINGS}`, message, { qos: 1 })
      acknowledged.set(n, Date.now())
      await sleep(2)
    }
  }
  const running = Promise.all(Array.from({ length: 4 }, publish))
  return {
    stop: async () => {
      stopped = true
      await running
    },
  }
}

test('the page has four commands: back up, copy, check, start', () => {
  expect(commands.map((text) => text.split(' ').find((word) => /^(curl|cp|check|start)$/.test(word)))).toEqual([
    'curl',
    'cp',
    'check',
    'start',
  ])
})

test('what the broker has acknowledged before the backup is in it, or is delivered again; nothing is half', async () => {
  const [backUp = '', copy = '', check = '', startCity = ''] = commands
  const client = await connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`)
  const acknowledged: Acknowledged = new Map()
  const publisher = publishAll(client, acknowledged)
  await until(
    () => acknowledged.size > 500,
    60_000,
    () => `${acknowledged.size} messages are acknowledged`,
  )
  const answer = await start(backUp.replace('curl', 'curl -sS --fail-with-body')).ended
  expect(answer).toMatchObject({ code: 0 })
  const backup = JSON.parse(answer.output) as Backup
  const before = [...acknowledged].flatMap(([n, at]) => (at < Date.parse(backup.at) ? [n] : []))
  const during = [...acknowledged].filter(([, at]) => Math.abs(at - Date.parse(backup.at)) < backup.heldMs)
  expect(during.length).toBeGreaterThan(0)
  await sleep(500)
  await publisher.stop()
  await client.endAsync()

  expect(await start(copy).ended).toMatchObject({ code: 0 })
  const checked = await start(check).ended
  expect(checked).toMatchObject({ code: 0, output: expect.not.stringContaining('FAILS') })
  expect(checked.output).toContain(`holds  backup: messages, observations and their sum are those of ${backup.at}`)
  expect(checked.output).toContain(
    `${backup.messages} messages, ${backup.observations} observations, the sum of their results is ${backup.sum}`,
  )

  const [port, mqttPort] = [await freePort(), await freePort()]
  const city = start(startCity, { PORT: `${port}`, MQTT_PORT: `${mqttPort}`, SIMULATE: 'off' })
  await until(() => city.output().includes('http://localhost'), 240_000, city.output)
  expect(city.output()).toContain(`from the backup of ${backup.at}`)
  let [last, since] = [-1, Date.now()]
  await until(
    async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/ingest/ledger`)
      const { total } = (await response.json()) as LedgerResponse
      if (total.stored !== last) [last, since] = [total.stored, Date.now()]
      return Date.now() - since > 5_000
    },
    60_000,
    () => 'messages are still being stored',
  )
  process.kill(-(city.child.pid ?? 0), 'SIGTERM')
  await city.ended

  const stored = await storedIn(restored)
  expect([...stored].filter(([, values]) => values.length !== 2)).toEqual([])
  for (const [n, values] of stored) expect(values).toEqual([n % 40, (n % 40) + 1])
  expect(before.filter((n) => !stored.has(n))).toEqual([])
  // some were in the journal only
  expect(2 * stored.size).toBeGreaterThan(backup.observations)
  const again = await start(check).ended
  expect(again).toMatchObject({ code: 0, output: expect.not.stringContaining('FAILS') })
}, 600_000)

/** The values of every message in a stopped city, by its number. */
async function storedIn(dataDir: string): Promise<Map<number, number[]>> {
  const database = await openEmbeddedDatabase({ dataDir: join(dataDir, 'database') })
  const pool = createPool({ embedded: database.poolConfig }, { max: 1, applicationName: 'test', onIdleError: () => {} })
  try {
    const { rows } = await pool.query<{ at: Date; values: number[] }>(
      'select phenomenon_time as at, array_agg(result order by result) as values from observation group by 1',
    )
    return new Map(rows.map(({ at, values }) => [Math.round((at.getTime() - FIRST_MS) / 1000), values]))
  } finally {
    await pool.end()
    await database.close()
  }
}
