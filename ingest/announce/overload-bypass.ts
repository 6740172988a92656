/**
 * Keeps the latest values fresh while the worker is behind. The broker's queue is first in, first out: behind a flood,
 * everybody's messages wait. So a worker that has been behind for a while listens a second time, at QoS 0 and without a
 * session, keeps only the newest message of each topic, and writes what these say to `latest_observation` and the live
 * feed, once a second. Nothing is promised here and nothing is counted: every message still comes the durable way, which
 * stores it, judges it and settles what is the latest by its time.
 *
 *     closed  --behind for OPEN_MS-->         open
 *     open    --not behind for CLOSE_MS-->    closed
 *
 * Messages without a time of their own are left out: their time would be another one than that of the durable way.
 */
import { connect, type MqttClient } from 'mqtt'
import type { Logger } from '#infra/runtime/log.ts'
import { union } from '#model/mqtt/topics.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { Understood } from '../interpret/interpret.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { Received } from '../receive/subscriber.ts'

export type FreshLaneOptions = {
  readonly url: string
  readonly clientId: string
  readonly filters: readonly string[]
  /** more is held than is committed soon, and not because the database is away */
  readonly isBehind: () => boolean
  readonly understand: (received: Received) => Understood
  readonly write: (messages: readonly IngestMessage[]) => Promise<void>
  readonly log: Pick<Logger, 'info' | 'debug'>
}
export type FreshLane = {
  readonly open: boolean
  close(): void
}

const CHECK_MS = 250
const OPEN_MS = 2_000
const CLOSE_MS = 5_000
const WRITE_MS = 1_000
const MOST_TOPICS = 20_000
const MOST_BYTES = 64 * 1024

type News = { readonly payload: Buffer; readonly receivedAt: Date }

export function watchFreshLane(options: FreshLaneOptions): FreshLane {
  const { url, clientId, filters, isBehind, log } = options
  const news = new Map<string, News>()
  let client: MqttClient | undefined
  let sinceMs = performance.now()
  let writing = false

  const open = (): void => {
    log.info({}, 'more arrives than is committed: the latest values are kept fresh apart')
    client = connect(url, { clientId: `${clientId}-fresh`, clean: true, queueQoSZero: false })
    client.on('error', (error) => log.debug({ detail: error.message }, 'fresh lane'))
    client.on('connect', () => client?.subscribe(union(filters), { qos: 0 }))
    client.on('message', (topic, payload, { retain }) => {
      if (retain || payload.length > MOST_BYTES || (news.size >= MOST_TOPICS && !news.has(topic))) return
      // a copy: the payload is a part of a large buffer of the network
      news.set(topic, { payload: Buffer.from(payload), receivedAt: new Date() })
    })
  }
  const close = (): void => {
    client?.end(true)
    client = undefined
    news.clear()
  }
  const check = setInterval(() => {
    if (isBehind() === (client !== undefined)) sinceMs = performance.now()
    else if (performance.now() - sinceMs < (client ? CLOSE_MS : OPEN_MS)) return
    else if (client) close()
    else open()
  }, CHECK_MS)
  const write = setInterval(async () => {
    if (news.size === 0 || writing) return
    writing = true
    const messages = [...news].flatMap(([topic, each]) => read(topic, each, options.understand))
    news.clear()
    await options.write(messages).catch((error: Error) => log.debug({ detail: error.message }, 'fresh lane'))
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

function read(
  topic: string,
  { payload, receivedAt }: News,
  understand: FreshLaneOptions['understand'],
): IngestMessage[] {
  const understood = understand({
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
    settle: () => {},
  })
  if (understood === 'our own') return []
  const samples = understood.samples.filter(({ reasons }) => !(reasons & REASONS.time_of_arrival))
  return samples.length > 0 ? [{ ...understood, samples }] : []
}
