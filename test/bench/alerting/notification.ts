/** From publish to notification: while many messages a second arrive, Things cross a threshold; a webhook receives what is sent. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createScope } from '#infra/runtime/scope.ts'
import { until } from '../../delivery/until.ts'
import { perSecond, quantilesOf } from '../ingest.ts'
import { startPublisher } from '../servers.ts'
import { ALARM_RULE, openAlarms, openWebhook, receiverAt, selectNotified } from './alarms.ts'
import { openCity } from './processes.ts'

const THINGS = 1_000
const ALARMS_PER_SECOND = 5
const SETTLE_MS = 10_000
/** A machine that is busy otherwise is slow; what has not arrived by then is lost. */
const ARRIVAL_LIMIT_MS = 600_000
const STEPS = [
  ['all', 'publish to webhook'],
  ['wait', '  until the pass that finds it begins'],
  ['group', '  pass, and grouping time of the receiver (2 s)'],
  ['send', '  until the webhook has it'],
] as const

export async function benchNotification({
  seconds,
  rate: wanted,
}: {
  readonly seconds: number
  readonly rate: number
}): Promise<void> {
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
    publisher.keepPace(wanted)
    await sleep(SETTLE_MS)
    const [from, fromMs] = [publisher.owned(), performance.now()]
    for (let thing = 0; thing < count; thing += 1) {
      await alarms.set(thing, true)
      await sleep(Math.max(0, fromMs + ((thing + 1) * 1_000) / ALARMS_PER_SECOND - performance.now()))
    }
    const rate = (publisher.owned() - from) / ((performance.now() - fromMs) / 1_000)
    const arrivedAt = () => new Map(webhook.arrivals.map(({ messageId, at }) => [messageId, at]))
    const paths = await until(
      async () => {
        const arrivals = arrivedAt()
        return (await selectNotified(city.pool)).flatMap(({ messageId, startedAt, openedAt, composedAt }) => {
          const at = messageId === null ? undefined : arrivals.get(messageId)
          if (at === undefined || composedAt === null) return []
          const [published, evaluated, composed] = [startedAt.getTime(), openedAt.getTime(), composedAt.getTime()]
          return [
            { all: at - published, wait: evaluated - published, group: composed - evaluated, send: at - composed },
          ]
        })
      },
      (found) => found.length >= count,
      ARRIVAL_LIMIT_MS,
    )
    console.log(`\nalerting, publish to notification: database ${city.kind}, ${perSecond(rate).trim()} messages/s`)
    const incidents = `(${paths.length} incidents in ${webhook.arrivals.length - 1} messages)`
    for (const [step, name] of STEPS) {
      const quantile = quantilesOf(paths.map((path) => path[step] / 1_000))
      const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(share).toFixed(1))
      console.log(
        `  ${name.padEnd(44)} p50 ${p50} s, p99 ${p99} s, most ${most} s ${step === 'all' ? incidents : ''}`.trimEnd(),
      )
    }
    const passes = (await api.metric('citywell_alerting_pass_duration_seconds_count')) ?? Number.NaN
    const spent = (await api.metric('citywell_alerting_pass_duration_seconds_sum')) ?? Number.NaN
    console.log(`  ${'mean duration of a pass'.padEnd(44)} ${(spent / passes).toFixed(2)} s (${passes} passes)`)
    await worker.kill('SIGTERM')
  } finally {
    await scope.close()
  }
}
