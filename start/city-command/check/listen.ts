import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { withoutSecret } from '#infra/runtime/log.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { isConfigTopic } from '#ingest/decode/formats/home-automation/home-assistant-config.ts'
import { createInterpreter } from '#ingest/interpret/interpret.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import { isAboutDevice } from '#ingest/registry/about-device.ts'
import type { CityPack } from '#model/city/city-pack.ts'
import { separateLogin } from '#model/mqtt/broker-url.ts'
import { union } from '#model/mqtt/topic-filters.ts'
import type { Domain } from '#model/things/domain.ts'

const CONNECT_MS = 5_000
const MAX_TOPICS = 1_000
const MAX_DEVICES = 100_000
const PAYLOAD_LIMIT = 1024 * 1024
const POLL_MS = 50

type Count = { messages: number; values: number; failure: string | undefined }
export type Heard = {
  readonly bySource: ReadonlyMap<string, Count>
  readonly topics: readonly string[]
  /** devices with a value that could be stored, and what they would register themselves as */
  readonly devices: ReadonlyMap<string, Domain>
}
type Listening = {
  readonly seconds: number
  readonly scope: Scope
  /** devices that are waited for too; undefined: the time is used up, because nobody knows which there are */
  readonly devices: ReadonlySet<string> | undefined
}

/**
 * Listens until each source and each device has had a message, or the time is over. Messages are read as the ingest reads them, and nothing
 * is stored. @returns what was heard, or why the broker cannot be used
 */
export async function listen(
  url: string,
  city: CityPack,
  { seconds, scope, devices: expected }: Listening,
): Promise<Heard | string> {
  const client = await connect(url)
  if (typeof client === 'string') return client
  scope.defer(async () => {
    await client.endAsync(true)
  })
  const heard = { bySource: new Map<string, Count>(), topics: new Set<string>(), devices: new Map<string, Domain>() }
  const interpret = createInterpreter(city, PAYLOAD_LIMIT)
  client.on('message', (topic, payload, { retain, qos }) => {
    const { bySource, topics, devices } = heard
    if (topics.size < MAX_TOPICS) topics.add(topic)
    const received = {
      ...{ topic, payload, receivedAt: new Date(), fullBytes: payload.length, dup: false, retain, qos },
      messageId: undefined,
      acknowledge: () => {},
    }
    const read = interpret(received)
    if (read === 'own message') return
    bySource.set(read.source, counted(bySource.get(read.source), read))
    // whose message it is does not depend on how old it may be
    const fresh = retain && read.samples.length === 0 ? interpret({ ...received, retain: false }) : read
    const samples = fresh === 'own message' ? [] : fresh.samples
    for (const { device, property, domain } of samples)
      if (devices.size < MAX_DEVICES && (!devices.has(device) || !isAboutDevice(property))) devices.set(device, domain)
  })
  const wrong = await subscribe(client, city)
  if (wrong) return wrong
  const end = Date.now() + seconds * 1_000
  const isComplete = (): boolean =>
    expected?.isSubsetOf(heard.devices) === true && ownSources(city).every(({ name }) => heard.bySource.has(name))
  while (!isComplete() && Date.now() < end) await sleep(POLL_MS)
  return { ...heard, topics: [...heard.topics] }
}

/** A description of what other messages mean is understood, though it measures nothing. */
function counted(before: Count | undefined, read: IngestMessage): Count {
  const { topic } = read
  const isDescription = isConfigTopic(topic.split('/'))
  const [problem] = isDescription ? [] : read.problems
  const failure = isDescription ? undefined : read.failure
  const told = failure
    ? `${failure.reason}, ${failure.detail} (topic ${topic})`
    : problem && `${problem.field}: ${problem.reason}, ${problem.detail} (topic ${topic})`
  return {
    messages: (before?.messages ?? 0) + 1,
    values: (before?.values ?? 0) + read.samples.length,
    failure: before?.failure ?? told,
  }
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
