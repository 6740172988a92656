/** What broker, client and database can take by themselves, each alone and all at once: the limits of the ingest. */
import { setTimeout as sleep } from 'node:timers/promises'
import { float4Array, int2Array, int4Array, int8ArrayOfNumbers, timestamptzArray } from '#infra/db/binary-arrays.ts'
import type { Pool } from '#infra/db/pool.ts'
import { type Received, Subscriber } from '#ingest/receive/subscriber.ts'
import { type Publisher, startPublisher } from './servers.ts'

/** Values of a message. */
export const VALUES = 4
/** Messages published and not acknowledged yet: enough to keep everyone busy, few enough for a steady state. */
const BACKLOG = 12_000
const WARM_UP_S = 3

/** The client of the ingest with the window that a worker has, once it is subscribed. */
async function openSubscriber(
  url: string,
  clientId: string,
  onMessage: (message: Received) => void,
): Promise<Subscriber> {
  const subscriber = new Subscriber({
    ...{ url, clientId, filters: ['city/+/+'], payloadLimit: 1024 * 1024 },
    window: { packets: 16_384, bytes: 64 * 1024 * 1024 },
  })
  subscriber.start({ onMessage, onWindowFull: () => {}, onState: () => {} })
  while (subscriber.state !== 'ready') await sleep(10)
  return subscriber
}

export async function measureReceive(url: string, things: number, seconds: number): Promise<number> {
  let received = 0
  const subscriber = await openSubscriber(url, 'bench-receive', (message) => {
    received += 1
    message.acknowledge()
  })
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

/** Inserts so many rows that are new, of all Datastreams in turn; gives how many there were. */
function inserter(pool: Pool, things: number): (count: number) => Promise<number> {
  const streams = things * VALUES
  // apart from what the end-to-end part writes: other Datastreams, the same days
  const firstId = 1_000_000
  const startMs = Date.now() - 3_600_000
  let next = 0
  return async (count) => {
    const rows = Array.from({ length: count }, (_, i) => next + i)
    next += count
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
    return rowCount ?? 0
  }
}

/**
 * What no ingest of this kind can surpass here: messages are received and acknowledged once as many rows as they have
 * values are committed, by the same client and the same insert, on the same cores at once. Nothing is decoded, looked up,
 * judged or booked.
 */
export async function measureBare(url: string, pool: Pool, things: number, seconds: number): Promise<number> {
  const insert = inserter(pool, things)
  const waiting: Received[] = []
  const turn = BATCH / VALUES
  let [settled, writing] = [0, 0]
  const write = async (): Promise<void> => {
    const batch = waiting.splice(0, turn)
    writing += 1
    await insert(batch.length * VALUES)
    writing -= 1
    for (const message of batch) message.acknowledge()
    settled += batch.length
  }
  const subscriber = await openSubscriber(url, 'bench-bare', (message) => {
    waiting.push(message)
    if (waiting.length >= turn && writing < 2) void write()
  })
  const publisher = await startPublisher(url, things, 'bench-c')
  const rate = await rateOf(publisher, () => settled, seconds)
  publisher.stop()
  await sleep(200)
  while (waiting.length > 0 || writing > 0) await (writing < 2 && waiting.length > 0 ? write() : sleep(5))
  await subscriber.stopReading({ leave: true })
  await subscriber.close()
  await pool.query('truncate observation_packed')
  return rate
}

export async function measureInsert(pool: Pool, things: number, seconds: number): Promise<number> {
  let committed = 0
  const insert = inserter(pool, things)
  const write = async (): Promise<void> => {
    committed += await insert(BATCH)
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
