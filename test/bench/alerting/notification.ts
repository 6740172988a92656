/** From publish to notification: while 2,000 messages a second arrive, Things cross a threshold; a webhook receives what is sent. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createScope } from '#infra/runtime/scope.ts'
import { until } from '../../delivery/until.ts'
import { perSecond, quantilesOf } from '../ingest.ts'
import { startPublisher } from '../servers.ts'
import { ALARM_RULE, openAlarms, openWebhook, receiverAt, selectNotified } from './alarms.ts'
import { openCity } from './processes.ts'

const RATE = 2_000
const THINGS = 1_000
const ALARMS_PER_SECOND = 5
const SETTLE_MS = 10_000
/** A machine that is busy otherwise is slow; what has not arrived by then is lost. */
const ARRIVAL_LIMIT_MS = 600_000

export async function benchNotification({ seconds }: { readonly seconds: number }): Promise<void> {
  const scope = createScope()
  try {
    const city = await openCity(scope)
    if (!city) return
    const worker = await city.startWorker()
    const webhook = await openWebhook(scope)
    const count = seconds * ALARMS_PER_SECOND
    const alarms = await openAlarms(scope, city, count)
    const api = await city.startApi()
    await api.post('/api/v1/receivers', receiverAt(webhook.url))
    await api.post('/api/v1/alert-rules', ALARM_RULE)
    const publisher = await startPublisher(city.mqttUrl, THINGS, 'bench-notification')
    scope.defer(async () => publisher.stop())
    publisher.keepPace(RATE)
    await sleep(SETTLE_MS)
    const [from, fromMs] = [publisher.owned(), performance.now()]
    for (let thing = 0; thing < count; thing += 1) {
      await alarms.set(thing, true)
      await sleep(Math.max(0, fromMs + ((thing + 1) * 1_000) / ALARMS_PER_SECOND - performance.now()))
    }
    const rate = (publisher.owned() - from) / ((performance.now() - fromMs) / 1_000)
    const arrivedAt = () => new Map(webhook.arrivals.map(({ messageId, at }) => [messageId, at]))
    const latencies = await until(
      async () => {
        const arrivals = arrivedAt()
        return (await selectNotified(city.pool)).flatMap(({ messageId, startedAt }) => {
          const at = messageId === null ? undefined : arrivals.get(messageId)
          return at === undefined ? [] : [at - startedAt.getTime()]
        })
      },
      (found) => found.length >= count,
      ARRIVAL_LIMIT_MS,
    )
    const quantile = quantilesOf(latencies.map((ms) => ms / 1_000))
    console.log(`\nalerting, publish to notification: database ${city.kind}, ${perSecond(rate).trim()} messages/s`)
    console.log(
      `  publish to webhook                           p50 ${quantile(0.5).toFixed(1)} s, p99 ${quantile(0.99).toFixed(1)} s, most ${quantile(1).toFixed(1)} s (${latencies.length} incidents in ${webhook.arrivals.length - 1} messages)`,
    )
    await worker.kill('SIGTERM')
  } finally {
    await scope.close()
  }
}
