import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { Counter, type Registry } from 'prom-client'
import { createAddressRule, createHttpSender } from '#domain/notifications/channels/guarded-http.ts'
import { createSender } from '#domain/notifications/channels/index.ts'
import { startDispatcher } from '#domain/notifications/dispatcher.ts'
import { createSecretBox } from '#domain/notifications/secrets/secret-box.ts'
import { vapidKeys } from '#domain/notifications/secrets/vapid.ts'
import { createPool, type DatabaseAddress } from '#infra/db/pool.ts'
import type { NotifyConfig } from '#infra/runtime/config.ts'
import type { Logger } from '#infra/runtime/log.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { MINUTE_MS } from '#model/basics/durations.ts'
import { memo } from '../http/memo.ts'
import type { LiveSource } from '../live/source.ts'
import { selectCity } from '../queries/city.ts'
import type { Notify } from './receivers.ts'

const MAX_CONNECTIONS = 2
const STATEMENT_TIMEOUT_MS = 30_000
const IDLE_IN_TRANSACTION_MS = 10_000

type Options = {
  readonly address: DatabaseAddress
  readonly key: string
  readonly notify: NotifyConfig
  readonly live: LiveSource
  readonly log: Logger
  readonly scope: Scope
  readonly clock: () => Date
  readonly registry?: Registry
}

/**
 * Starts the dispatcher of notifications; the scope stops it. Without receivers it calls nobody.
 * @returns what the API needs to test receivers
 */
export function openNotifications(options: Options): Notify {
  const { address, key, notify, live, log, scope, clock } = options
  const pool = createPool(address, {
    max: MAX_CONNECTIONS,
    applicationName: 'citywell-notify',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
    onIdleError: (error) => log.warn(error),
  })
  scope.defer(() => pool.end())
  const secrets = createSecretBox(key)
  const send = createSender({
    ...{ clock, secrets, mail: notify.mail, contact: contactOf(notify) },
    http: createHttpSender(createAddressRule(notify.privateAddresses)),
    publish: (topic, payload) => live.publish(topic, Buffer.from(payload)),
    vapidKeys: () => vapidKeys(pool, secrets),
  })
  const attempts = countAttempts(options.registry)
  const dispatcher = startDispatcher({
    ...{ pool, clock, log, send, publicUrl: notify.publicUrl, heartbeat: heartbeatOf(notify) },
    worker: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
    city: memo(MINUTE_MS, clock, async () => {
      const { name, timeZone, simulated } = (await selectCity(pool)).pack
      return { name, timeZone, simulated }
    }),
    onOutcome: (channel, outcome) => attempts?.inc({ channel, outcome }),
  })
  scope.defer(() => dispatcher.close())
  const publicKey = async () => (await vapidKeys(pool, secrets)).publicKey
  return { send, secrets, publicUrl: notify.publicUrl, publicKey }
}

/** By which a push service reaches the city (RFC 8292, 2.1). */
function contactOf({ mail, publicUrl }: NotifyConfig): string {
  const address = mail && /([^\s<]+@[^\s>]+)>?$/.exec(mail.from)?.[1]
  if (address) return `mailto:${address}`
  return publicUrl?.startsWith('https:') ? publicUrl : 'https://citywell.invalid'
}

/** The URL is the operator's own: it may be private. It may hold a token, so it is never logged. */
function heartbeatOf({ heartbeat }: NotifyConfig) {
  if (!heartbeat) return undefined
  const send = createHttpSender(() => true)
  return {
    everyMs: heartbeat.everyMinutes * MINUTE_MS,
    call: () => send({ url: heartbeat.url, method: 'GET', headers: {}, signal: new AbortController().signal }),
  }
}

const countAttempts = (registry: Registry | undefined) =>
  registry &&
  new Counter({
    name: 'citywell_notification_attempts_total',
    help: 'Attempts to send a message to a receiver: sent, retry or undeliverable',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  })
