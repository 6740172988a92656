/** What a user runs: Mosquitto, one ingest worker and one or more API processes, which evaluate the rules and notify. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import type { Pool } from '#infra/db/pool.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { freePort } from '../../delivery/mosquitto.ts'
import { until } from '../../delivery/until.ts'
import { startWorkerProcess, type WorkerProcess, writePack } from '../../delivery/worker-process.ts'
import { openBroker, openDatabase } from '../servers.ts'

const ROOT = join(import.meta.dirname, '../../..')
const START_LIMIT_MS = 300_000
const KEY = 'a-key-for-the-benches-0123456789'
/** As `npm run api` starts it. */
const [, , ...ARGUMENTS] = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { api: string } }
).scripts.api.split(' ')

export type ApiProcess = {
  readonly pid: number
  readonly port: number
  /** one value of its metrics; undefined when it is not there, or the process is not */
  metric(name: string): Promise<number | undefined>
  post(path: string, body: unknown): Promise<void>
  /** the most that it has taken so far; from the kernel */
  peakRssMb(): Promise<number>
  kill(signal: NodeJS.Signals): Promise<unknown>
}

export type City = {
  readonly kind: string
  readonly pool: Pool
  readonly mqttUrl: string
  readonly startWorker: () => Promise<WorkerProcess>
  readonly startApi: () => Promise<ApiProcess>
}

/** A database and a broker of its own; undefined without a server, which processes of their own need. */
export async function openCity(scope: Scope): Promise<City | undefined> {
  const { kind, pool, url } = await openDatabase(scope)
  if (url === undefined) return undefined
  const broker = await openBroker(scope)
  // all Things of a bench are registered by one client within seconds
  const pack = await writePack({ registration: { initial: 100_000, perHour: 100_000 } })
  await loadCityPack(pool, await readCityPack(pack))
  return {
    ...{ kind: `${kind}, broker ${broker.kind}`, pool, mqttUrl: broker.url },
    startWorker: async () => {
      const worker = await startWorkerProcess(url, broker.url, pack)
      scope.defer(() => worker.kill('SIGKILL'))
      return worker
    },
    startApi: async () => {
      const api = await startApiProcess(url, broker.url)
      scope.defer(() => api.kill('SIGKILL'))
      return api
    },
  }
}

async function startApiProcess(databaseUrl: string, mqttUrl: string): Promise<ApiProcess> {
  const port = await freePort()
  const child: ChildProcess = spawn(process.execPath, ARGUMENTS, {
    cwd: ROOT,
    env: {
      ...process.env,
      ...{ DATABASE_URL: databaseUrl, MQTT_URL: mqttUrl, CITYWELL_KEY: KEY, PORT: String(port) },
      ...{ NOTIFY_PRIVATE_ADDRESSES: '127.0.0.1', LOG_LEVEL: 'warn' },
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const base = `http://127.0.0.1:${port}`
  const ask = async (path: string): Promise<Response | undefined> => fetch(`${base}${path}`).catch(() => undefined)
  await until(async () => (await ask('/health'))?.status === 200, Boolean, START_LIMIT_MS)
  return {
    ...{ pid: child.pid ?? 0, port },
    metric: async (name) => {
      const value = new RegExp(`^${name} (.+)$`, 'm').exec((await (await ask('/metrics'))?.text()) ?? '')?.[1]
      return value === undefined ? undefined : Number(value)
    },
    post: async (path, body) => {
      const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
      const answer = await fetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    },
    peakRssMb: async () =>
      (1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0)) / 1e6,
    kill: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}
