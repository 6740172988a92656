/**
 * How many messages a second are committed before they are acknowledged, against the two limits measured in the same
 * run, before and after: what the MQTT client alone can receive and acknowledge, and what the database alone can insert.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { float4Array, int2Array, int4Array, int8ArrayOfNumbers, timestamptzArray } from '#ingest/binary-arrays.ts'
import { Subscriber } from '#ingest/mqtt/subscriber.ts'
import { startIngest } from '#ingest/worker.ts'
import { openBroker, openDatabase, type Publisher, startPublisher } from './servers.ts'

export type IngestBenchOptions = { readonly things: number; readonly seconds: number }
export const VALUES = 4
/** Messages published and not settled yet: enough to keep everyone busy, few enough for a steady state. */
const BACKLOG = 12_000
const WARM_UP_S = 3

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
    const result = await measureEndToEnd(broker.url, database.pool, things, seconds)
    const after = await limits()
    const receive = (before.receive + after.receive) / 2
    const insert = (before.insert + after.insert) / 2
    console.log(`  MQTT client alone, receive and acknowledge   ${perSecond(receive)} messages/s`)
    console.log(
      `  database alone, batched insert               ${perSecond(insert)} rows/s = ${perSecond(insert / VALUES)} messages/s`,
    )
    const limit = Math.min(receive, insert / VALUES)
    console.log(
      `  end to end, committed before acknowledged    ${perSecond(result.rate)} messages/s = ${perSecond(result.rate * VALUES)} rows/s`,
    )
    console.log(
      `  ratio to the slower limit                    ${(result.rate / limit).toFixed(2)}   (to the insert limit ${((result.rate * VALUES) / insert).toFixed(2)})`,
    )
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

export async function measureReceive(url: string, things: number, seconds: number): Promise<number> {
  let received = 0
  const subscriber = new Subscriber({
    ...{ url, clientId: 'bench-receive', filters: ['city/+/+'], payloadLimit: 1024 * 1024 },
    window: { packets: 16_384, bytes: 64 * 1024 * 1024 },
    onMessage: (message) => {
      received += 1
      message.settle()
    },
    onWindowFull: () => {},
    onState: () => {},
  })
  while (subscriber.state !== 'ready') await sleep(10)
  const publisher = await startPublisher(url, things, 'bench-a')
  const rate = await rateOf(publisher, () => received, seconds)
  publisher.stop()
  await sleep(200)
  await subscriber.stopReading({ leave: true })
  await subscriber.close()
  return rate
}

/** Messages a second between the end of the warm-up and the end, while the publisher stays BACKLOG ahead. */
export async function rateOf(publisher: Publisher, done: () => number, seconds: number): Promise<number> {
  const feed = setInterval(() => publisher.allow(done() + BACKLOG), 20)
  await sleep(Math.min(WARM_UP_S, seconds / 3) * 1000)
  const [from, fromMs] = [done(), performance.now()]
  await sleep(seconds * 1000)
  const rate = (done() - from) / ((performance.now() - fromMs) / 1000)
  clearInterval(feed)
  return rate
}

const INSERT = `insert into observation_packed (datastream_id, phenomenon_time, scaled, divisor, quality, reasons)
  select * from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::real[], $5::smallint[], $6::int[])`
const BATCH = 16_384

export async function measureInsert(pool: Pool, things: number, seconds: number): Promise<number> {
  const streams = things * VALUES
  // apart from what the end-to-end part writes: other Datastreams, the same days
  const firstId = 1_000_000
  const startMs = Date.now() - 3_600_000
  let next = 0
  let committed = 0
  const write = async (): Promise<void> => {
    const from = next
    next += BATCH
    const rows = Array.from({ length: BATCH }, (_, i) => from + i)
    const { rowCount } = await pool.query({
      name: 'bench-insert',
      text: INSERT,
      values: [
        int4Array(rows.map((i) => firstId + (i % streams))),
        timestamptzArray(rows.map((i) => startMs + Math.floor(i / streams))),
        int8ArrayOfNumbers(rows.map((i) => i % 977)),
        float4Array(rows.map(() => 10)),
        int2Array(rows.map(() => 2)),
        int4Array(rows.map(() => 0)),
      ],
    })
    committed += rowCount ?? 0
  }
  const endMs = performance.now() + seconds * 1000
  const writer = async (): Promise<void> => {
    while (performance.now() < endMs) await write()
  }
  const fromMs = performance.now()
  await Promise.all([writer(), writer()])
  const rate = committed / ((performance.now() - fromMs) / 1000)
  await pool.query('truncate observation_packed')
  return rate
}

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
    onSettled: (batch) => {
      settled += batch.length
      const now = Date.now()
      for (const [message] of batch) latencies.push(now - message.receivedAt.getTime())
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
