import mqtt, { type MqttClient } from 'mqtt'
import { type Logger, withoutSecret } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { createSampler } from '#infra/runtime/sampled-log.ts'
import { AppError } from '#model/basics/errors.ts'
import { type ClientTls, separateLogin } from '#model/mqtt/broker-url.ts'
import { type LiveMessage, liveMessageSchema, liveTopic } from '#model/mqtt/live-feed.ts'
import type { LiveSource } from './source.ts'

const TOPIC = liveTopic('#')
const PUBLISH_TIMEOUT_MS = 10_000

/**
 * The live feed from the broker. States: connecting -> subscribed (SUBACK) -> connecting (connection lost) -> ...
 * until `close`. The client reconnects by itself; each new connection subscribes again, because a restarted
 * broker has lost the subscription.
 */
export function openMqttSource({
  url,
  tls,
  log,
}: {
  url: string
  tls?: ClientTls
  log: Logger
}): LiveSource & { close(): Promise<void> } {
  const listeners = new Set<(message: LiveMessage) => void>()
  const shown = withoutSecret(url)
  let subscribed = false
  const outage = new Outage()
  const unreadable = createSampler(60_000)
  const { address, login } = separateLogin(url)
  const client = mqtt.connect(address, {
    ...tls,
    ...login,
    clean: true,
    reconnectPeriod: 1_000,
    resubscribe: false,
    queueQoSZero: false,
  })

  client.on('connect', () => {
    client.subscribe(TOPIC, { qos: 0 }, (error, granted) => {
      subscribed = !error && granted !== undefined && granted.every((grant) => grant.qos < 128)
      if (subscribed) log.info({ broker: shown, topic: TOPIC, outageSeconds: outage.end() }, 'live feed subscribed')
      else log.warn({ broker: shown, reason: error?.message ?? 'refused' }, 'live feed not subscribed')
    })
  })
  client.on('close', () => {
    subscribed = false
  })
  client.on('error', ({ message }) => {
    if (outage.note(message))
      log.warn({ broker: shown, reason: message }, 'live feed disconnected from the broker; reconnecting every second')
  })
  client.on('message', (_topic, payload) => {
    const message = readMessage(payload)
    if (!message) {
      const messages = unreadable.note()
      if (messages !== undefined) log.warn({ bytes: payload.length, messages }, 'live feed message not readable')
      return
    }
    for (const listener of listeners) listener(message)
  })

  return {
    subscribed: () => subscribed,
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    publish: (topic, payload) => publish(client, shown, topic, payload),
    close: () => client.endAsync(true),
  }
}

function readMessage(payload: Buffer): LiveMessage | undefined {
  try {
    return liveMessageSchema.parse(JSON.parse(payload.toString('utf8')))
  } catch {
    return undefined
  }
}

async function publish(client: MqttClient, url: string, topic: string, payload: Buffer): Promise<void> {
  // Queueing while offline would leave the request without an answer.
  if (!client.connected) throw new AppError('BROKER_UNAVAILABLE', url)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('BROKER_UNAVAILABLE', url)), PUBLISH_TIMEOUT_MS)
  })
  try {
    await Promise.race([client.publishAsync(topic, payload, { qos: 1 }), late])
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('BROKER_UNAVAILABLE', url, { cause })
  } finally {
    clearTimeout(timer)
  }
}
