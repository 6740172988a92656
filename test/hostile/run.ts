/** One run: packets and requests at once, watched; then the ledger, and whether the city starts again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpCounts, sendRequests } from './http-requests.ts'
import { type MqttCounts, sendPackets } from './mqtt-clients.ts'
import { type City, type Limits, readyOf, visibleAfter, type Watched, watchCity } from './watch.ts'

export type HostileOptions = {
  readonly packets: number
  readonly requests: number
  readonly seed: number
  readonly limits: Limits
  readonly key?: string | undefined
  /** stops the city and starts it again; absent: it is somebody else's */
  readonly restart?: (() => Promise<City>) | undefined
  /** ends the sending early; what was sent is judged */
  readonly stop?: AbortSignal | undefined
}
export type Outcome = {
  readonly seconds: number
  readonly mqtt: MqttCounts
  readonly http: HttpCounts
  readonly watched: Watched
  readonly ledger: string
  /** empty: everything held */
  readonly problems: string[]
}

const SETTLE_MS = 300_000

export async function runHostile(city: City, options: HostileOptions): Promise<Outcome> {
  const start = performance.now()
  const { seed, packets, requests, limits } = options
  const stop = new AbortController()
  options.stop?.addEventListener('abort', () => stop.abort(), { once: true })
  const watching = watchCity(city, limits, stop.signal)
  const [mqtt, http] = await Promise.all([
    sendPackets(city.mqttUrl, { packets, seed, stop: stop.signal }),
    sendRequests(city.apiUrl, { requests, seed, stop: stop.signal }),
  ]).finally(() => stop.abort())
  const watched = await watching
  const seconds = Math.round((performance.now() - start) / 1000)
  const problems = [...watched.problems, ...http.failures.map((failure) => `answered ${failure}`)]
  const ledger = await settledLedger(city, problems)
  await check(city, options.key, problems)
  if (options.restart) await expectWorking(await options.restart(), problems)
  return { seconds, mqtt, http, watched, ledger, problems }
}

type Ledger = {
  total: { received: number; stored: number; duplicate: number; rejected: number; inFlight: number; balanced: boolean }
}

/** Once nothing is on its way any more. */
async function settledLedger({ apiUrl }: City, problems: string[]): Promise<string> {
  const read = async (): Promise<Ledger['total'] | undefined> =>
    ((await (await fetch(`${apiUrl}/api/v1/ingest/ledger`)).json()) as Partial<Ledger>).total
  const end = performance.now() + SETTLE_MS
  let before: Ledger['total'] | undefined
  while (performance.now() < end) {
    const total = await read().catch(() => undefined)
    if (total?.inFlight === 0 && total.received === before?.received) break
    before = total
    await sleep(6_000)
  }
  const total = await read().catch(() => undefined)
  if (total?.inFlight !== 0 || !total.balanced) problems.push('the ledger does not balance')
  const ready = await readyOf({ apiUrl })
  if (ready.status !== 200) problems.push(`at the end /ready said ${ready.status} ${ready.missing}`)
  return JSON.stringify(total)
}

async function check({ apiUrl }: City, key: string | undefined, problems: string[]): Promise<void> {
  if (key === undefined) return
  const answer = await fetch(`${apiUrl}/api/v1/ingest/check`, { headers: { authorization: `Bearer ${key}` } })
  const body = (await answer.json()) as { holds?: boolean; findings?: { name: string; holds: boolean; text: string }[] }
  for (const { name, holds, text } of body.findings ?? []) if (!holds) problems.push(`check: ${name}: ${text}`)
  if (body.holds !== true && !body.findings) problems.push(`check: answered ${answer.status}`)
}

async function expectWorking(city: City, problems: string[]): Promise<void> {
  const ready = await readyOf(city)
  if (ready.status !== 200) problems.push(`after a restart /ready said ${ready.status} ${ready.missing}`)
  const afterMs = await visibleAfter(city, (Date.now() % 900_000) / 1000).catch(() => undefined)
  if (afterMs === undefined) problems.push('after a restart an ordinary message was not visible')
}
