/**
 * Keeps the latest values current under overload. The broker's queue is first in, first out, so behind a flood the
 * messages of all devices wait. A worker that has been behind for a while therefore subscribes a second time, at QoS 0 and
 * without a session, keeps only the last message of each topic, and writes its values to `latest_observation` and the live
 * feed once a second. The bypass guarantees and counts nothing: every message also passes through the pipeline, which
 * stores and evaluates it and decides by its time what is the latest.
 *
 *     closed  --behind for OPEN_MS-->         open
 *     open    --not behind for CLOSE_MS-->    closed
 *
 * Messages without a time of their own are excluded: they would get another time than in the pipeline.
 */
import { connect, type MqttClient } from 'mqtt'
import type { Logger } from '#infra/runtime/log.ts'
import { type ClientTls, separateLogin } from '#model/mqtt/broker-url.ts'
import { union } from '#model/mqtt/topic-filters.ts'
import { REASONS } from '#model/observation/quality.ts'
import { type Interpreter, OWN_MESSAGE } from '../interpret/interpret.ts'
import type { IngestMessage } from '../message/ingest-message.ts'

export type OverloadBypassOptions = {
  readonly url: string
  readonly tls?: ClientTls
  readonly clientId: string
  readonly filters: readonly string[]
  /** more is in flight than is committed soon, and not because of a database outage */
  readonly isBehind: () => boolean
  readonly interpreter: Interpreter
  readonly write: (messages: readonly IngestMessage[]) => Promise<void>
  readonly log: Pick<Logger, 'info' | 'debug'>
}
export type OverloadBypass = {
  readonly open: boolean
  close(): void
}

const CHECK_MS = 250
const OPEN_MS = 2_000
const CLOSE_MS = 5_000
const WRITE_MS = 1_000
const MAX_TOPICS = 20_000
const MAX_PAYLOAD_BYTES = 64 * 1024

type LastMessage = { readonly payload: Buffer; readonly receivedAt: Date }

export function watchOverloadBypass(options: OverloadBypassOptions): OverloadBypass {
  const { tls, clientId, filters, isBehind, log } = options
  const { address, login } = separateLogin(options.url)
  const lastByTopic = new Map<string, LastMessage>()
  let client: MqttClient | undefined
  let sinceMs = performance.now()
  let writing = false

  const open = (): void => {
    log.info({}, 'overload started; latest values updated over the bypass')
    client = connect(address, { ...tls, ...login, clientId: `${clientId}-fresh`, clean: true, queueQoSZero: false })
    client.on('error', (error) =>
      log.debug({ detail: error.message }, 'overload bypass connection failed; reconnecting'),
    )
    client.on('connect', () => client?.subscribe(union(filters), { qos: 0 }))
    client.on('message', (topic, payload, { retain }) => {
      if (retain || payload.length > MAX_PAYLOAD_BYTES || (lastByTopic.size >= MAX_TOPICS && !lastByTopic.has(topic)))
        return
      // A copy, because the payload is a slice of a large network buffer.
      lastByTopic.set(topic, { payload: Buffer.from(payload), receivedAt: new Date() })
    })
  }
  const close = (): void => {
    client?.end(true)
    client = undefined
    lastByTopic.clear()
  }
  const check = setInterval(() => {
    if (isBehind() === (client !== undefined)) sinceMs = performance.now()
    else if (performance.now() - sinceMs < (client ? CLOSE_MS : OPEN_MS)) return
    else if (client) close()
    else open()
  }, CHECK_MS)
  const write = setInterval(async () => {
    if (lastByTopic.size === 0 || writing) return
    writing = true
    const messages = [...lastByTopic].flatMap(([topic, each]) => interpret(topic, each, options.interpreter))
    lastByTopic.clear()
    await options
      .write(messages)
      .catch((error: Error) =>
        log.debug({ detail: error.message }, 'overload bypass write failed; retrying in a second'),
      )
    writing = false
  }, WRITE_MS)
  return {
    get open() {
      return client !== undefined
    },
    close: () => {
      clearInterval(check)
      clearInterval(write)
      close()
    },
  }
}

function interpret(topic: string, { payload, receivedAt }: LastMessage, interpreter: Interpreter): IngestMessage[] {
  const message = interpreter({
    ...{
      topic,
      payload,
      receivedAt,
      fullBytes: payload.length,
      messageId: undefined,
      qos: 0,
      dup: false,
      retain: false,
    },
    acknowledge: () => {},
  })
  if (message === OWN_MESSAGE) return []
  const samples = message.samples.filter(({ reasons }) => !(reasons & REASONS.time_of_arrival))
  return samples.length > 0 ? [{ ...message, samples }] : []
}
