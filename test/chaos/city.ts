/** `npm start` with embedded database and broker: one process, one folder. */
import { spawnSync } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { freePort } from '../delivery/mosquitto.ts'
import { spawnStart } from '../e2e/system.ts'
import { openClock } from './clock.ts'
import { countStored, countUnbalanced } from './publisher.ts'
import type { ChaosSystem, Fault } from './system.ts'

const DISK_MB = 1_500
const READY_LIMIT_MS = 180_000

type City = ReturnType<typeof spawnStart>

export async function openCity(folder: string): Promise<ChaosSystem> {
  const disk = join(folder, 'disk')
  await mkdir(disk, { recursive: true })
  const options = `size=${DISK_MB}m,mode=0700`
  const hasOwnDisk =
    process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0
  const [dataDir, filler] = [join(disk, 'data'), join(disk, 'filler')]
  const [port, mqttPort] = [await freePort(), await freePort()]
  const clock = await openClock(folder)
  const spawn = (env: Record<string, string> = {}): City => {
    const ports = { PORT: String(port), MQTT_PORT: String(mqttPort) }
    return spawnStart({ dataDir, env: { SIMULATE: 'off', BACKFILL_DAYS: '1', ...ports, ...clock.env, ...env } })
  }
  const isReady = async (): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined))?.status === 200
  let city = spawn()
  const hasEnded = (): boolean => city.process.exitCode !== null || city.process.signalCode !== null
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!hasEnded()) await city.stop(signal)
  }
  const heal = async (): Promise<void> => {
    if (hasEnded()) city = spawn()
    const limit = performance.now() + READY_LIMIT_MS
    while (!(await isReady())) {
      if (hasEnded()) throw new Error(`the city ended instead of becoming ready:\n${city.output()}`)
      if (performance.now() > limit) throw new Error(`the city did not become ready:\n${city.output()}`)
      await sleep(100)
    }
  }
  await heal()
  const faults: Fault[] = [
    { name: 'city killed', weight: 6, run: () => end('SIGKILL') },
    { name: 'city restarted', weight: 2, run: () => end('SIGTERM') },
    {
      name: 'city killed while it starts',
      weight: 3,
      run: async () => {
        await end('SIGKILL')
        city = spawn()
        await sleep(500 + Math.random() * 3_000)
        await end('SIGKILL')
      },
    },
    {
      name: 'city killed while it stops',
      weight: 2,
      run: async () => {
        city.process.kill('SIGTERM')
        await sleep(Math.random() * 500)
        await end('SIGKILL')
      },
    },
    {
      name: 'city frozen for 3 s',
      weight: 1,
      run: async () => {
        city.process.kill('SIGSTOP')
        await sleep(3_000)
        city.process.kill('SIGCONT')
      },
    },
    {
      name: 'city out of memory',
      weight: 1,
      run: async () => {
        await end('SIGKILL')
        city = spawn({ NODE_OPTIONS: '--max-old-space-size=60' })
        await sleep(6_000)
        await end('SIGKILL')
      },
    },
    ...clock.faults,
  ]
  const skipped = clock.faults.length > 0 ? [] : ['clock steps: libfaketime is not installed']
  if (hasOwnDisk)
    faults.push({
      name: 'disk full for 4 s',
      weight: 2,
      run: async () => {
        const { bavail, bsize } = await statfs(disk)
        await writeFile(filler, '')
        spawnSync('fallocate', ['-l', String(bavail * bsize), filler])
        await sleep(4_000)
        await rm(filler, { force: true })
      },
    })
  else skipped.push('disk full: needs a file system of its own, which only root can mount')

  /** Counted in the folder itself, while the city is stopped. */
  const inFolder = async <T>(read: (pool: ReturnType<typeof createPool>) => Promise<T>): Promise<T> => {
    await end('SIGTERM')
    const database = await openEmbeddedDatabase({ dataDir: join(dataDir, 'database') })
    const pool = createPool(
      { embedded: database.poolConfig },
      { max: 1, applicationName: 'chaos', onIdleError: () => {} },
    )
    try {
      return await read(pool)
    } finally {
      await pool.end()
      await database.close()
    }
  }
  return {
    ...{ mqttUrl: `mqtt://127.0.0.1:${mqttPort}`, faults, skipped, heal },
    stored: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/ingest/ledger`)
      return ((await answer.json()) as { total: { stored: number } }).total.stored
    },
    count: (baseMs) =>
      inFolder(async (pool) => ({
        ...(await countStored(pool, baseMs)),
        unbalanced: await countUnbalanced(pool),
      })),
    close: async () => {
      await end('SIGKILL')
      if (hasOwnDisk) spawnSync('umount', ['-l', disk])
    },
  }
}
