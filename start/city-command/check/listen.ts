import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { withoutSecret } from '#infra/runtime/log.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { createInterpreter } from '#ingest/interpret/interpret.ts'
import type { CityPack } from '#model/city/city-pack.ts'
import { separateLogin } from '#model/mqtt/broker-url.ts'
import { union } from '#model/mqtt/topic-filters.ts'

const CONNECT_MS = 5_000
const MAX_TOPICS = 1_000
const PAYLOAD_LIMIT = 1024 * 1024
const POLL_MS = 50

type Count = { messages: number; values: number; failure: string | undefined }
export type Heard = { readonly bySource: ReadonlyMap<string, Count>; readonly topics: readonly string[] }

/**
 * Listens until each source has had a message, or the time is over. Messages are read as the ingest reads them, and nothing
 * is stored. @returns what was heard, or why the broker cannot be used
 */
export async function listen(
  url: string,
  city: CityPack,
  { seconds, scope }: { seconds: number; scope: Scope },
): Promise<Heard | string> {
  const client = await connect(url)
  if (typeof client === 'string') return client
  scope.defer(async () => {
    await client.endAsync(true)
  })
  const bySource = new Map<string, Count>()
  const topics = new Set<string>()
  const interpret = createInterpreter(city, PAYLOAD_LIMIT)
  client.on('message', (topic, payload, { retain, qos }) => {
    if (topics.size < MAX_TOPICS) topics.add(topic)
    const read = interpret({
      ...{ topic, payload, receivedAt: new Date(), fullBytes: payload.length, dup: false, retain, qos },
      messageId: undefined,
      acknowledge: () => {},
    })
    if (read === 'own message') return
    const count = bySource.get(read.source) ?? { messages: 0, values: 0, failure: undefined }
    count.messages += 1
    count.values += read.samples.length
    const [problem] = read.problems
    count.failure ??= read.failure
      ? `${read.failure.reason}, ${read.failure.detail} (topic ${topic})`
      : problem && `${problem.field}: ${problem.reason}, ${problem.detail} (topic ${topic})`
    bySource.set(read.source, count)
  })
  const wrong = await subscribe(client, city)
  if (wrong) return wrong
  const end = Date.now() + seconds * 1_000
  const isComplete = (): boolean => ownSources(city).every(({ name }) => bySource.has(name))
  while (!isComplete() && Date.now() < end) await sleep(POLL_MS)
  return { bySource, topics: [...topics] }
}

/** The sources at the broker of the city; others are not listened to. */
const ownSources = ({ sources }: CityPack): CityPack['sources'] => sources.filter(({ broker }) => broker === undefined)

async function connect(url: string): Promise<MqttClient | string> {
  let target: ReturnType<typeof separateLogin>
  try {
    target = separateLogin(url)
  } catch {
    return `"${withoutSecret(url)}" is no address; valid: such as mqtt://broker.example:1883`
  }
  const { address, login } = target
  const options = {
    ...login,
    clientId: `check-${randomUUID()}`,
    clean: true,
    connectTimeout: CONNECT_MS,
    reconnectPeriod: 0,
  }
  const client = await connectAsync(address, options, false).catch((error: Error & { code?: unknown }) => {
    return `${withoutSecret(url)} cannot be reached: ${error.message || String(error.code ?? 'no answer')}`
  })
  if (typeof client !== 'string') client.on('error', () => {})
  return client
}

/** Everything, so that a mistyped topic can be told from a silent device; where the broker refuses that, the sources. */
async function subscribe(client: MqttClient, city: CityPack): Promise<string | undefined> {
  const refused = 128
  const [all] = await client.subscribeAsync('#', { qos: 0 }).catch(() => [undefined])
  if (all && all.qos < refused) return undefined
  for (const topic of union(ownSources(city).map((source) => source.topic))) {
    const [grant] = await client.subscribeAsync(topic, { qos: 0 }).catch(() => [undefined])
    if (!grant || grant.qos >= refused) return `the subscription to "${topic}" was refused`
  }
  return undefined
}
