import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publish } from './publish.ts'
import { freePort, newDataDir, ROOT, removeDataDir, type System, spawnStart, startSystem, until } from './system.ts'

type Ledger = { total: { received: number; stored: number; duplicate: number; balanced: boolean } }
type Things = {
  features?: { properties: { key: string; datastreams: { property: string; latest: { result: number } | null }[] } }[]
}

const latestOf = async (system: System, key: string): Promise<number | undefined> => {
  const things = await system.get<Things>(`/api/v1/things?thing=${key}`)
  // 404 until the message is stored that registers it
  return things.features?.[0]?.properties.datastreams[0]?.latest?.result
}

let dataDir: string
beforeAll(async () => {
  dataDir = await newDataDir()
})
afterAll(() => removeDataDir(dataDir))

test('a city starts, stops on Ctrl-C, and goes on with the same data; a killed one too', async () => {
  const first = await startSystem({ dataDir, env: { SIMULATE: 'off' } })
  await publish(first.mqttPort, 'city/air/start-test', '{"pm2_5": 11.5, "time": "2026-01-02T03:04:05Z"}')
  await until(
    async () => (await latestOf(first, 'start-test')) === 11.5,
    10_000,
    () => 'the value did not arrive',
  )
  expect(first.key()).toMatch(/^[\w-]{32}$/)
  expect(await first.stop('SIGINT')).toBe(0)

  const second = await startSystem({ dataDir, env: { SIMULATE: 'off' } })
  expect(await latestOf(second, 'start-test')).toBe(11.5)
  await publish(second.mqttPort, 'city/air/start-test', '{"pm2_5": 12.5, "time": "2026-01-02T03:05:05Z"}')
  await until(
    async () => (await latestOf(second, 'start-test')) === 12.5,
    10_000,
    () => 'the value did not arrive',
  )
  await second.stop('SIGKILL')

  const third = await startSystem({ dataDir, env: { SIMULATE: 'off' } })
  expect(await latestOf(third, 'start-test')).toBe(12.5)
  // Killed between commit and acknowledgement, a message comes again, and is a duplicate.
  const { received, duplicate, ...total } = (await third.get<Ledger>('/api/v1/ingest/ledger')).total
  expect({ ...total, received: received - duplicate }).toMatchObject({ received: 2, stored: 2, balanced: true })
  expect(await third.stop('SIGTERM')).toBe(0)
}, 240_000)

describe('npm start ends with its city, in order', () => {
  // A terminal sends Ctrl-C to all processes of the group, and npm passes it on once more.
  test.each([
    ['SIGTERM to npm', 1, 'SIGTERM'],
    ['Ctrl-C in a terminal', -1, 'SIGINT'],
  ] as const)(
    '%s',
    async (_, group, signal) => {
      const [port, mqttPort] = [await freePort(), await freePort()]
      const npm = spawn('npm', ['start'], {
        ...{ cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
        env: { ...process.env, DATA_DIR: dataDir, PORT: `${port}`, MQTT_PORT: `${mqttPort}`, SIMULATE: 'off' },
      })
      let output = ''
      npm.stdout.on('data', (chunk) => {
        output += chunk
      })
      const ended = once(npm, 'exit')
      await until(
        () => output.includes('http://localhost'),
        120_000,
        () => output,
      )
      process.kill(group * (npm.pid ?? 0), signal)
      expect(await ended).toEqual([0, null])
      await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow()
      // closed in order: nothing has to be repaired, nobody has the folder
      const again = await startSystem({ dataDir, env: { SIMULATE: 'off' } })
      expect(await again.stop()).toBe(0)
    },
    240_000,
  )
})

describe('a start that cannot work says what to do', () => {
  test('--help lists commands and variables', async () => {
    const run = spawnStart({ dataDir, args: ['--help'] })
    expect(await run.ended).toBe(0)
    for (const word of ['--city', 'PORT', 'MQTT_PORT', 'DATA_DIR', 'DATABASE_URL']) expect(run.output()).toContain(word)
  })

  test('an unknown option', async () => {
    const run = spawnStart({ dataDir, args: ['--sity', 'x'] })
    expect(await run.ended).toBe(1)
    expect(run.output()).toMatch(/--sity.*--help/s)
  })

  test('a port that is taken: which, by what variable it is changed, and nothing was created', async () => {
    const other = createServer()
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const fresh = await newDataDir()
    const run = spawnStart({ dataDir: fresh, env: { PORT: `${port}` } })
    expect(await run.ended).toBe(1)
    expect(run.output()).toMatch(new RegExp(`port ${port} .* is taken.*PORT=`, 's'))
    expect(await readdir(fresh)).toEqual([])
    other.close()
    await removeDataDir(fresh)
  })

  test('a data folder that another city uses: the process that has it', async () => {
    const fresh = await newDataDir()
    const running = await startSystem({ dataDir: fresh, env: { SIMULATE: 'off' } })
    const run = spawnStart({ dataDir: fresh, env: { PORT: '0', MQTT_PORT: '0', SIMULATE: 'off' } })
    expect(await run.ended).toBe(1)
    expect(run.output()).toContain(`${running.process.pid}`)
    expect(run.output()).toMatch(/DATA_DIR/)
    await running.stop()
    await removeDataDir(fresh)
  })

  test('a damaged data folder: it is named, left as it is, and what to do', async () => {
    const fresh = await newDataDir()
    const folder = join(fresh, 'database')
    await mkdir(join(folder, 'postgres'), { recursive: true })
    await writeFile(join(folder, 'created'), 'PostgreSQL 12\n')
    await writeFile(join(folder, 'postgres/PG_VERSION'), '12\n')
    await writeFile(join(folder, 'notes.txt'), 'keep me')
    const run = spawnStart({ dataDir: fresh, env: { PORT: '0', MQTT_PORT: '0', SIMULATE: 'off' } })
    expect(await run.ended).toBe(1)
    expect(run.output()).toContain(folder)
    expect(run.output()).toContain('12')
    expect(run.output()).toMatch(/mv |copy/)
    expect((await readdir(folder)).sort()).toEqual(['created', 'notes.txt', 'postgres'])
    await removeDataDir(fresh)
  })

  test('a broken city pack: which file, which line, what is wrong', async () => {
    const pack = await mkdtemp(join(tmpdir(), 'broken-pack-'))
    await writeFile(join(pack, 'city.json'), '{\n  "name": "Half",\n}')
    const run = spawnStart({ dataDir, args: ['--city', pack] })
    expect(await run.ended).toBe(1)
    expect(run.output()).toContain('city.json, line 3, column 1')
    expect(run.output()).toContain('zones.geojson: is missing')
    await rm(pack, { recursive: true })
  })
})
