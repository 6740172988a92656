/** PostgreSQL with TimescaleDB, Mosquitto and one ingest worker, each a process of its own, connected through proxies. */
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '#infra/db/migrate.ts'
import { createPool, type Pool } from '#infra/db/pool.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { startMosquitto } from '../delivery/mosquitto.ts'
import { openProxy } from '../delivery/proxy.ts'
import { startWorkerProcess, type WorkerProcess, writePack } from '../delivery/worker-process.ts'
import { openClock } from './clock.ts'
import { openPostgres } from './postgres.ts'
import { countStored, countUnbalanced } from './publisher.ts'
import type { ChaosSystem, Fault } from './system.ts'

const START_LIMIT_MS = 180_000
/** V8 gives up while the worker starts, or soon after messages arrive; one of them may last until it is killed. */
const TIGHT_HEAPS_MB = [36, 39, 41] as const
const WORK_LIMIT_MS = 6_000

export async function openServers(folder: string, bin: string): Promise<ChaosSystem> {
  const scope = createScope()
  const postgres = await openPostgres(folder, bin)
  scope.defer(() => postgres.close())
  const broker = await startMosquitto()
  scope.defer(() => broker.close())
  const databaseLine = await openProxy('127.0.0.1', postgres.port)
  const brokerLine = await openProxy('127.0.0.1', broker.port)
  scope.defer(() => Promise.all([databaseLine.close(), brokerLine.close()]))
  const pool = createPool({ url: postgres.url }, { max: 2, applicationName: 'chaos', onIdleError: () => {} })
  scope.defer(() => pool.end())
  await migrate(pool)

  const clock = await openClock(folder)
  const pack = await writePack()
  const databaseUrl = `postgres://postgres@127.0.0.1:${databaseLine.port}/postgres`
  const startWorker = (heapMb?: number): Promise<WorkerProcess> =>
    startWorkerProcess(databaseUrl, `mqtt://127.0.0.1:${brokerLine.port}`, pack, clock.env, heapMb)
  let worker: WorkerProcess | undefined = await startWorker()
  scope.defer(() => worker?.kill('SIGKILL'))
  const stopWorker = async (signal: NodeJS.Signals): Promise<void> => {
    await worker?.kill(signal)
    worker = undefined
  }
  const signalWorker = (signal: NodeJS.Signals): void => {
    if (worker) process.kill(worker.pid, signal)
  }
  let isBrokerUp = true
  let starved = 0
  const faults: Fault[] = [
    { name: 'worker killed', weight: 4, run: () => stopWorker('SIGKILL') },
    { name: 'worker restarted', weight: 2, run: () => stopWorker('SIGTERM') },
    {
      name: 'worker frozen for 3 s',
      weight: 1,
      run: async () => {
        signalWorker('SIGSTOP')
        await sleep(3_000)
        signalWorker('SIGCONT')
      },
    },
    {
      name: 'worker out of memory',
      weight: 1,
      run: async () => {
        await stopWorker('SIGKILL')
        starved += 1
        const heapMb = TIGHT_HEAPS_MB[starved % TIGHT_HEAPS_MB.length]
        const tight = await startWorker(heapMb).catch(() => undefined)
        const end = performance.now() + WORK_LIMIT_MS
        while (tight && !tight.hasEnded() && performance.now() < end) await sleep(50)
        await tight?.kill('SIGKILL')
      },
    },
    { name: 'database restarted', weight: 2, run: async () => postgres.stop('fast') },
    { name: 'database shut down immediately', weight: 3, run: async () => postgres.stop('immediate') },
    { name: 'database killed', weight: 3, run: () => postgres.kill() },
    { name: 'database backend killed', weight: 2, run: () => postgres.killBackend() },
    {
      name: 'database frozen for 3 s',
      weight: 2,
      run: async () => {
        await postgres.freeze()
        await sleep(3_000)
        await postgres.thaw()
      },
    },
    {
      name: 'broker restarted',
      weight: 3,
      run: async () => {
        await broker.stop('term')
        isBrokerUp = false
      },
    },
    {
      name: 'network to the database cut',
      weight: 2,
      run: async () => {
        databaseLine.cut()
        await sleep(1_000)
      },
    },
    {
      name: 'network to the database swallows packets',
      weight: 2,
      run: async () => {
        databaseLine.swallowRequests()
        await sleep(2_000)
        databaseLine.cut()
      },
    },
    {
      name: 'network to the database slow',
      weight: 1,
      run: async () => {
        databaseLine.limitTo(20_000)
        await sleep(3_000)
        databaseLine.limitTo(undefined)
      },
    },
    {
      name: 'network to the broker cut',
      weight: 2,
      run: async () => {
        brokerLine.cut()
        await sleep(1_000)
      },
    },
    {
      name: 'worker and database killed together',
      weight: 2,
      run: async () => {
        await Promise.all([postgres.kill(), stopWorker('SIGKILL')])
      },
    },
    ...clock.faults,
  ]
  const skipped = ['broker killed: Mosquitto acknowledges before it saves, so a kill may lose what it acknowledged']
  if (postgres.hasOwnDisk)
    faults.push({
      name: 'disk of the database full for 4 s',
      weight: 2,
      run: async () => {
        await postgres.fillDisk()
        await sleep(4_000)
        await postgres.freeDisk()
      },
    })
  else skipped.push('disk full: the data needs a file system of its own, which only root can mount')
  if (clock.faults.length === 0) skipped.push('clock steps: libfaketime is not installed')

  const heal = async (): Promise<void> => {
    databaseLine.restore()
    brokerLine.restore()
    if (!isBrokerUp) {
      await broker.start()
      isBrokerUp = true
    }
    await startDatabase(postgres.start, pool)
    if (worker?.hasEnded()) worker = undefined
    worker ??= await startWorker()
    await untilReady(worker)
  }
  return {
    ...{ mqttUrl: broker.url, faults, skipped, heal },
    stored: async () =>
      (await pool.query<{ n: number }>('select coalesce(sum(stored), 0)::int as n from ingest_ledger')).rows[0]?.n ?? 0,
    count: async (baseMs) => ({ ...(await countStored(pool, baseMs)), unbalanced: await countUnbalanced(pool) }),
    close: () => scope.close(),
  }
}

/** Started where it does not run; answers within the limit, crash recovery included. */
async function startDatabase(start: () => void, pool: Pool): Promise<void> {
  const end = performance.now() + START_LIMIT_MS
  for (;;) {
    try {
      await pool.query('select 1')
      return
    } catch (error) {
      if (performance.now() > end) throw new Error('the database did not come back', { cause: error })
    }
    try {
      start()
    } catch {
      // it runs already, or is still recovering
    }
    await sleep(200)
  }
}

async function untilReady(worker: WorkerProcess): Promise<void> {
  const end = performance.now() + START_LIMIT_MS
  while (!(await worker.isReady())) {
    if (worker.hasEnded()) throw new Error('the worker ended instead of becoming ready')
    if (performance.now() > end) throw new Error('the worker did not become ready')
    await sleep(50)
  }
}
