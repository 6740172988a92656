/**
 * Ten times the sustained rate for a minute, from a few Things that flood, while a hundred others go on as ever: once with
 * the database as it is, where the broker itself cannot take that much and holds the publisher back ("offered" says how
 * much it was), and once with a database behind a slow line, so that a full ten times is offered.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '#infra/db/pool.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { openProxy } from '../delivery/proxy.ts'
import { perSecond, quantilesOf } from './ingest.ts'
import { VALUES } from './limits.ts'
import { openBroker, openDatabase, type Publisher, startPublisher } from './servers.ts'
import { clearObservations, openWorkers, type Workers } from './workers.ts'

const FLOODING = 10
const POLITE = 100
const SUSTAINED_S = 6
const DRAIN_S = 300
/** Of the slow line: about 2,000 messages of four values a second. */
const SLOW_BYTES_PER_SECOND = 600_000

export async function benchOverload({ seconds }: { seconds: number }): Promise<void> {
  await overload('as it is', seconds)
  await overload('behind a slow line until the flood ends', seconds, SLOW_BYTES_PER_SECOND)
}

async function overload(name: string, seconds: number, bytesPerSecond?: number): Promise<void> {
  const scope = createScope()
  try {
    const broker = await openBroker(scope)
    const database = await openDatabase(scope)
    if (database.url === undefined) {
      console.log('\noverload: skipped, a worker of its own needs a server in DATABASE_URL')
      return
    }
    const { pool } = database
    const url = new URL(database.url)
    const line = await openProxy(url.hostname, Number(url.port || 5432))
    scope.defer(() => line.close())
    if (bytesPerSecond !== undefined) url.host = `127.0.0.1:${line.port}`
    const workers = await openWorkers(scope, 1, { url: url.toString(), pool }, broker.url)
    line.limitTo(bytesPerSecond)
    const sustained = await measureSustained(broker.url, workers)
    await clearObservations(pool)
    console.log(
      `\noverload: database ${database.kind}, ${name}; sustained ${perSecond(sustained).trim()} messages/s, ten times as much for ${seconds} s`,
    )
    const flood = await startPublisher(broker.url, FLOODING, 'bench-flood', 'flood')
    const polite = await startPublisher(broker.url, POLITE, 'bench-polite', 'polite')
    scope.defer(async () => {
      flood.stop()
      polite.stop()
    })
    const result = await run({ flood, polite, workers, pool, sustained, seconds, line })
    const sent = flood.owned() + polite.owned()
    const { rows } = await pool.query<{ n: number; distinct: number }>('select count(*) as n from observation')
    const unbalanced = await pool.query(
      'select from ingest_ledger where received <> stored + duplicate + rejected + in_flight',
    )
    const freshness = quantilesOf(result.ages)
    console.log(
      `  offered, and taken by the broker             ${perSecond(result.offered)} messages/s = ${(result.offered / sustained).toFixed(1)} times the sustained rate`,
    )
    console.log(
      `  committed meanwhile                          ${perSecond(result.committed)} messages/s; the rest within ${Math.round(result.drainS)} s after`,
    )
    console.log(
      `  stored                                       ${rows[0]?.n} of ${sent * VALUES} values of ${sent} messages; ${unbalanced.rowCount === 0 ? 'ledger balanced' : 'LEDGER NOT BALANCED'}`,
    )
    console.log(
      `  memory of the worker                         ${Math.round(workers.peak.rssMb)} MB at most; oldest in flight ${workers.peak.oldestS.toFixed(1)} s`,
    )
    console.log(
      `  age of the latest value of the others        p50 ${freshness(0.5).toFixed(1)} s, most ${freshness(1).toFixed(1)} s`,
    )
  } finally {
    await scope.close()
  }
}

/** Messages a second of one worker with a full pipe. */
async function measureSustained(url: string, workers: Workers): Promise<number> {
  const publisher = await startPublisher(url, 1_000, 'bench-sustained')
  let settled = 0
  const until = async (seconds: number): Promise<void> => {
    const endMs = performance.now() + seconds * 1000
    while (performance.now() < endMs) {
      settled = await workers.settled()
      publisher.allow(settled + 12_000)
      await sleep(20)
    }
  }
  await until(3)
  const [from, fromMs] = [settled, performance.now()]
  await until(SUSTAINED_S)
  const rate = (settled - from) / ((performance.now() - fromMs) / 1000)
  await sleep(300)
  while ((await workers.settled()) < publisher.published()) await sleep(100)
  publisher.stop()
  return rate
}

type Run = {
  flood: Publisher
  polite: Publisher
  workers: Workers
  pool: Pool
  sustained: number
  seconds: number
  line: { limitTo(bytesPerSecond: number | undefined): void }
}

async function run({ flood, polite, workers, pool, sustained, seconds, line }: Run) {
  const base = await workers.settled()
  const startMs = performance.now()
  const elapsedS = (): number => (performance.now() - startMs) / 1000
  const ages: number[] = []
  let flooding = true
  let watching = true
  const feed = setInterval(() => {
    if (flooding) flood.allow(Math.floor(elapsedS() * sustained * 10))
    polite.allow(Math.floor(elapsedS() * POLITE))
  }, 10)
  const watch = (async () => {
    for (; watching; await sleep(1_000)) if (elapsedS() > 5) ages.push(await ageOfPolite(pool))
  })()
  await sleep(seconds * 1000)
  const offered = flood.owned() / elapsedS()
  const committed = ((await workers.settled()) - base) / elapsedS()
  flooding = false
  flood.allow(0)
  line.limitTo(undefined)
  const floodEndMs = performance.now()
  while (performance.now() - floodEndMs < DRAIN_S * 1000) {
    // the others go on until what was flooded is stored
    if ((await workers.settled()) - base >= flood.published() + polite.published() - POLITE) break
    await sleep(200)
  }
  const drainS = (performance.now() - floodEndMs) / 1000
  watching = false
  clearInterval(feed)
  await watch
  await sleep(500)
  const giveUpMs = performance.now() + 30_000
  while ((await workers.settled()) - base < flood.published() + polite.published() && performance.now() < giveUpMs)
    await sleep(100)
  return { offered, committed, drainS, ages }
}

/** Seconds since the oldest of the latest values of the Things that do not flood; each sends one a second. */
async function ageOfPolite(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ age: number | null }>(`
    select extract(epoch from clock_timestamp() - min(l.phenomenon_time))::float8 as age
    from latest_observation l join datastream d on d.id = l.datastream_id join thing t on t.id = d.thing_id
    where t.key like 'polite-%'`)
  return rows[0]?.age ?? 0
}
