/**
 * How many messages a second are committed before they are acknowledged, against the two limits measured in the same
 * run, before and after: what the MQTT client alone can receive and acknowledge, and what the database alone can insert;
 * and against both at once (limits.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { startIngest } from '#ingest/worker.ts'
import { measureBare, measureInsert, measureReceive, rateOf, VALUES } from './limits.ts'
import { openBroker, openDatabase, startPublisher } from './servers.ts'

export type IngestBenchOptions = { readonly things: number; readonly seconds: number }

export async function benchIngest({ things, seconds }: IngestBenchOptions): Promise<number> {
  const scope = createScope()
  try {
    const broker = await openBroker(scope)
    const database = await openDatabase(scope)
    console.log(
      `\ningest: broker ${broker.kind}, database ${database.kind}, ${things} Things, ${VALUES} values a message`,
    )
    // On a machine that others use, the limits of one moment are not those of the next.
    const limits = async () => ({
      receive: await measureReceive(broker.url, things, seconds / 4),
      insert: await measureInsert(database.pool, things, seconds / 4),
    })
    const before = await limits()
    const bare = await measureBare(broker.url, database.pool, things, seconds / 2)
    const result = await measureEndToEnd(broker.url, database.pool, things, seconds)
    const after = await limits()
    const receive = (before.receive + after.receive) / 2
    const insert = (before.insert + after.insert) / 2
    console.log(`  MQTT client alone, receive and acknowledge   ${perSecond(receive)} messages/s`)
    console.log(
      `  database alone, batched insert               ${perSecond(insert)} rows/s = ${perSecond(insert / VALUES)} messages/s`,
    )
    console.log(`  both at once: received, inserted, acknowledged ${perSecond(bare)} messages/s, nothing understood`)
    const limit = Math.min(receive, insert / VALUES)
    console.log(
      `  end to end, committed before acknowledged    ${perSecond(result.rate)} messages/s = ${perSecond(result.rate * VALUES)} rows/s`,
    )
    console.log(
      `  ratio to the slower limit                    ${(result.rate / limit).toFixed(2)}   (to the insert limit ${((result.rate * VALUES) / insert).toFixed(2)})`,
    )
    console.log(`  ratio to both at once                        ${(result.rate / bare).toFixed(2)}`)
    console.log(`  read to acknowledged                         p50 ${result.p50} ms, p99 ${result.p99} ms`)
    console.log(
      `  rows stored                                  ${result.rows} of ${result.messages} messages; ledger ${result.balanced ? 'balanced' : 'NOT BALANCED'}`,
    )
    console.log(`  CPU time of this process                     ${result.cpuUs.toFixed(1)} us a message`)
    console.log(`  memory of this process                       ${Math.round(result.rssMb)} MB at most`)
    return result.rate
  } finally {
    await scope.close()
  }
}

export const perSecond = (rate: number): string => Math.round(rate).toLocaleString('en').padStart(9)

export const pack = {
  simulated: true,
  timeZone: 'UTC',
  sources: [{ name: 'native', topic: 'city/+/+', format: 'native' }],
}

async function measureEndToEnd(url: string, pool: Pool, things: number, seconds: number) {
  const latencies: number[] = []
  let settled = 0
  const worker = await startIngest({
    ...{ pool, pack, mqttUrl: url, clientId: 'bench-ingest', log: createLog('bench', 'warn') },
    onCommitted: (batch) => {
      settled += batch.length
      const now = Date.now()
      for (const { message } of batch) latencies.push(now - message.receivedAt.getTime())
    },
  })
  await worker.ready
  let rssMb = 0
  const watch = setInterval(() => {
    rssMb = Math.max(rssMb, process.memoryUsage().rss / 1e6)
  }, 100)
  const publisher = await startPublisher(url, things, 'bench-c')
  const cpu = process.cpuUsage()
  const rate = await rateOf(publisher, () => settled, seconds)
  clearInterval(watch)
  const drainLimitMs = performance.now() + 20_000
  await sleep(300)
  while (settled < publisher.published() && performance.now() < drainLimitMs) await sleep(50)
  const { user, system } = process.cpuUsage(cpu)
  const cpuUs = (user + system) / settled
  const { balanced } = worker.state()
  publisher.stop()
  await worker.close({ leave: true })
  const { rows } = await pool.query<{ n: number }>('select count(*) as n from observation')
  const quantile = quantilesOf(latencies)
  return {
    rate,
    p50: quantile(0.5),
    p99: quantile(0.99),
    rows: rows[0]?.n ?? 0,
    messages: settled,
    balanced,
    rssMb,
    cpuUs,
  }
}

export function quantilesOf(values: readonly number[]): (q: number) => number {
  const sorted = Float64Array.from(values).sort()
  return (q) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0
}
