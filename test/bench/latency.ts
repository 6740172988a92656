/** From publish to queryable at half load: the time in the payload is that of publishing, the end is the COMMIT. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { startIngest } from '#ingest/worker.ts'
import { type IngestBenchOptions, pack, perSecond, quantilesOf } from './ingest.ts'
import { openBroker, openDatabase, startPublisher } from './servers.ts'

/** @param rate messages a second that the worker sustains; half of it is published */
export async function benchLatency({ things, seconds, rate }: IngestBenchOptions & { rate: number }): Promise<void> {
  const scope = createScope()
  try {
    const broker = await openBroker(scope)
    const database = await openDatabase(scope)
    const latencies: number[] = []
    let settled = 0
    let measuring = false
    const worker = await startIngest({
      ...{ pool: database.pool, pack, mqttUrl: broker.url, clientId: 'bench-latency', log: createLog('bench', 'warn') },
      onCommitted: (batch) => {
        settled += batch.length
        if (!measuring) return
        const now = Date.now()
        for (const { message } of batch) latencies.push(now - (message.samples[0]?.phenomenonTime.getTime() ?? now))
      },
    })
    scope.defer(() => worker.close({ leave: true }))
    await worker.ready
    const publisher = await startPublisher(broker.url, things, 'bench-latency-load')
    scope.defer(async () => publisher.stop())
    publisher.keepPace(rate / 2)
    // The first batches register Things and make chunks.
    await sleep(4_000)
    const from = settled
    measuring = true
    await sleep(seconds * 1000)
    measuring = false
    const actual = (settled - from) / seconds
    publisher.keepPace(0)
    while (settled < publisher.published()) await sleep(20)
    const quantile = quantilesOf(latencies)
    console.log(`\nlatency: database ${database.kind}, half of ${perSecond(rate).trim()} messages/s`)
    console.log(`  committed                                    ${perSecond(actual)} messages/s`)
    console.log(
      `  publish to queryable                         p50 ${quantile(0.5)} ms, p95 ${quantile(0.95)} ms, p99 ${quantile(0.99)} ms, most ${quantile(1)} ms (${latencies.length} messages)`,
    )
  } finally {
    await scope.close()
  }
}
