/** An ingest worker as a process of its own, so that it can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './mosquitto.ts'
import { until } from './until.ts'

export type WorkerProcess = {
  readonly pid: number
  kill(signal: NodeJS.Signals): Promise<number | null>
  metrics(): Promise<string>
  /** one value of them; 0 when it is not there */
  metric(name: string): Promise<number>
  isReady(): Promise<boolean>
  hasEnded(): boolean
}

const ROOT = join(import.meta.dirname, '../..')
/** As `npm run ingest` starts it, with its limit of memory. */
const [, , ...ARGUMENTS] = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { ingest: string } }
).scripts.ingest.split(' ')

/** The smallest city pack: everything below `city/`, one zone around the origin of the test's coordinates. */
export async function writePack(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'citywell-pack-'))
  const city = {
    name: 'Testville',
    timeZone: 'Europe/Berlin',
    centre: [10, 50],
    population: 1000,
    sources: [{ name: 'native', topic: 'city/+/+', format: 'native' }],
    ...more,
  }
  const ring = [9, 49, 11, 49, 11, 51, 9, 51, 9, 49].reduce<number[][]>((points, value, i, all) => {
    if (i % 2 === 0) points.push([value, all[i + 1] ?? 0])
    return points
  }, [])
  const zones = {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        geometry: { type: 'Polygon', coordinates: [ring] },
        properties: { key: 'all', name: 'All', population: 1000 },
      },
    ],
  }
  await writeFile(join(folder, 'city.json'), JSON.stringify(city))
  await writeFile(join(folder, 'zones.geojson'), JSON.stringify(zones))
  return folder
}

/** A busy machine may take most of a minute; what matters is that it comes. */
const START_LIMIT_MS = 180_000

/**
 * @param env further variables of its environment
 * @param heapMb limit of its old space, instead of the one that it has
 */
export async function startWorkerProcess(
  databaseUrl: string,
  mqttUrl: string,
  pack: string,
  env: Readonly<Record<string, string>> = {},
  heapMb?: number,
): Promise<WorkerProcess> {
  const healthPort = await freePort()
  // the last flag of a name counts
  const flags = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`]
  const child: ChildProcess = spawn(process.execPath, [...ARGUMENTS.slice(0, -1), ...flags, ...ARGUMENTS.slice(-1)], {
    cwd: ROOT,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      MQTT_URL: mqttUrl,
      CITY: pack,
      HEALTH_PORT: String(healthPort),
      LOG_LEVEL: 'fatal',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const ask = async (path: string): Promise<Response | undefined> =>
    fetch(`http://127.0.0.1:${healthPort}${path}`).catch(() => undefined)
  const isReady = async (): Promise<boolean> => (await ask('/ready'))?.status === 200
  const metrics = async (): Promise<string> => (await (await ask('/metrics'))?.text()) ?? ''
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  if (!(await until(async () => hasEnded() || (await isReady()), Boolean, START_LIMIT_MS)) || hasEnded())
    throw new Error('the worker ended while it started')
  return {
    pid: child.pid ?? 0,
    kill: (signal) => {
      child.kill(signal)
      return ended
    },
    metrics,
    metric: async (name) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(await metrics())?.[1] ?? 0),
    isReady,
    hasEnded,
  }
}
