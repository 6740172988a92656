/** Whether the city does its work meanwhile: an ordinary message every few seconds, /ready, memory, disk. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'

export type City = {
  readonly mqttUrl: string
  readonly apiUrl: string
  /** known when the city was started here */
  readonly pid?: number | undefined
  readonly dataDir?: string | undefined
}
export type Limits = {
  readonly everyMs: number
  /** an ordinary message is visible through the API within this time */
  readonly visibleMs: number
  readonly memoryMb: number
  readonly diskMb: number
}
export type Watched = {
  readonly visibleAfterMs: number[]
  readonly problems: string[]
  memoryMb: number
  diskMb: number
}

const THING = 'hostile-watch'
/** Later than this it is not asked for any longer. */
const GIVE_UP_MS = 60_000
const ASK_MS = 50

export async function watchCity(city: City, limits: Limits, stop: AbortSignal): Promise<Watched> {
  const watched: Watched = { visibleAfterMs: [], problems: [], memoryMb: 0, diskMb: 0 }
  for (let n = 1; ; n += 1) {
    await look(city, limits, n, watched).catch((error: Error) => watched.problems.push(`look ${n}: ${error.message}`))
    if (stop.aborted) return watched
    await sleep(limits.everyMs, undefined, { signal: stop }).catch(() => {})
  }
}

async function look(city: City, limits: Limits, n: number, watched: Watched): Promise<void> {
  const value = (Date.now() % 900_000) / 1000
  const afterMs = await visibleAfter(city, value)
  if (afterMs !== undefined) watched.visibleAfterMs.push(Math.round(afterMs))
  const ready = await readyOf(city)
  if (afterMs === undefined || afterMs > limits.visibleMs) {
    const after = afterMs === undefined ? `not within ${GIVE_UP_MS} ms` : `after ${Math.round(afterMs)} ms`
    watched.problems.push(
      `look ${n}: an ordinary message was visible ${after}; /ready said ${ready.status} ${ready.missing}`,
    )
  }
  // It was stored and shown: whoever says that something is missing is wrong, unless older messages are late.
  else if (ready.status !== 200 && ready.missing !== 'in_flight')
    watched.problems.push(
      `look ${n}: an ordinary message was visible, and /ready said ${ready.status} ${ready.missing}`,
    )
  watched.memoryMb = Math.max(watched.memoryMb, await memoryMb(city.pid))
  watched.diskMb = Math.max(watched.diskMb, city.dataDir === undefined ? 0 : await folderMb(city.dataDir))
  if (watched.memoryMb > limits.memoryMb) watched.problems.push(`look ${n}: ${watched.memoryMb} MB of memory`)
  if (watched.diskMb > limits.diskMb) watched.problems.push(`look ${n}: ${watched.diskMb} MB in the data folder`)
}

/** From its PUBACK until the API shows it. */
export async function visibleAfter(
  { mqttUrl, apiUrl }: Pick<City, 'mqttUrl' | 'apiUrl'>,
  value: number,
): Promise<number | undefined> {
  type Things = { features?: { properties: { datastreams: { latest: { result: number } | null }[] } }[] }
  const client = await connectAsync(mqttUrl, { reconnectPeriod: 0, connectTimeout: GIVE_UP_MS })
  await client.publishAsync(`city/air/${THING}`, JSON.stringify({ pm2_5: value }), { qos: 1 })
  const start = performance.now()
  client.end(true)
  while (performance.now() - start < GIVE_UP_MS) {
    const answer = await fetch(`${apiUrl}/api/v1/things?thing=${THING}`).catch(() => undefined)
    if (answer?.ok) {
      const { features } = (await answer.json()) as Things
      if (features?.[0]?.properties.datastreams[0]?.latest?.result === value) return performance.now() - start
    }
    await sleep(ASK_MS)
  }
  return undefined
}

export async function readyOf({ apiUrl }: Pick<City, 'apiUrl'>): Promise<{ status: number; missing: string }> {
  const answer = await fetch(`${apiUrl}/ready`).catch(() => undefined)
  if (!answer) return { status: 0, missing: 'no answer' }
  const { missing = [] } = (await answer.json()) as { missing?: string[] }
  return { status: answer.status, missing: missing.join(', ') }
}

/** Resident memory (proc(5): VmRSS); 0 where it cannot be read. */
async function memoryMb(pid: number | undefined): Promise<number> {
  const status = pid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)
}

async function folderMb(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries)
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size
  return Math.round(bytes / 1e6)
}
