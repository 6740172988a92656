import { randomUUID } from 'node:crypto'
import { connect } from 'mqtt'
import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'
import type { Logger } from '#infra/runtime/log.ts'
import type { CityPack } from '#model/city/city-pack.ts'
import { type ClientTls, separateLogin } from '#model/mqtt/broker-url.ts'
import { type FeedState, type Poller, startPoller } from './poller.ts'

export type Pollers = { readonly states: readonly FeedState[]; close(): Promise<void> }

/**
 * Starts the pollers of a city pack; without feeds no connection is opened. They publish at QoS 1 under
 * `feeds/<format>/<name>`, so that their data takes the same path as that of devices.
 * @throws AppError CONFIG_INVALID when a variable that a feed names is not set
 */
export function startPollers({
  pack,
  mqttUrl,
  mqttTls = {},
  log,
  environment = process.env,
  metrics,
}: {
  readonly pack: Pick<CityPack, 'feeds'>
  readonly mqttUrl: string
  readonly mqttTls?: ClientTls
  readonly log: Logger
  readonly environment?: NodeJS.ProcessEnv
  readonly metrics?: Registry
}): Pollers {
  const feeds = pack.feeds ?? []
  if (feeds.length === 0) return { states: [], close: async () => {} }
  const { address, login } = separateLogin(mqttUrl)
  const client = connect(address, {
    ...mqttTls,
    ...login,
    clientId: `citywell-feeds-${randomUUID()}`,
    clean: true,
    reconnectPeriod: 1_000,
  })
  client.on('error', (error) =>
    log.debug({ detail: error.message }, 'feed publisher: broker connection failed; reconnecting'),
  )
  const pollers: Poller[] = []
  try {
    for (const feed of feeds)
      pollers.push(
        startPoller({
          ...{ feed, environment, log },
          // During a broker outage this waits, and with it the feed, so nothing queues up.
          publish: async (topic, payload) => {
            await client.publishAsync(topic, payload, { qos: 1 })
          },
        }),
      )
  } catch (error) {
    client.end(true)
    for (const poller of pollers) void poller.close()
    throw error
  }
  if (metrics) measure(metrics, pollers)
  return {
    states: pollers.map(({ state }) => state),
    close: async () => {
      // The client first: a publication that waits for the broker ends with it.
      await client.endAsync(true)
      await Promise.all(pollers.map((poller) => poller.close()))
    },
  }
}

function measure(registry: Registry, pollers: readonly Poller[]): void {
  new Gauge({
    name: 'citywell_feed_failures',
    help: 'Consecutive failures of a polled feed; 0 when the last poll succeeded',
    labelNames: ['feed'],
    registers: [registry],
    collect() {
      for (const { state } of pollers) this.set({ feed: state.feed }, state.failures)
    },
  })
}
