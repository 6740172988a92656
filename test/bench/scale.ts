/** One, two and four workers that share the load, next to what the broker and the database alone can take in the same run. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createScope } from '#infra/runtime/scope.ts'
import type { IngestBenchOptions } from './ingest.ts'
import { measureInsert, measureReceive, VALUES } from './limits.ts'
import { type BenchDatabase, openBroker, openDatabase, type Publisher, startPublisher } from './servers.ts'
import { clearObservations, openWorkers } from './workers.ts'

const WORKERS = [1, 2, 4]
const BACKLOG = 12_000
/** Workers notice each other within this time. */
const CENSUS_MS = 3_000

export async function benchScale({ things, seconds }: IngestBenchOptions): Promise<void> {
  const scope = createScope()
  try {
    const database = await openDatabase(scope)
    const { url, pool } = database
    if (url === undefined) {
      console.log('\nscale: skipped, workers of their own need a server in DATABASE_URL')
      return
    }
    const raw = createScope()
    const broker = await openBroker(raw)
    const receive = await measureReceive(broker.url, things, seconds / 2)
    await raw.close()
    const insert = (await measureInsert(pool, things, seconds / 2)) / VALUES
    const limit = Math.min(receive, insert)
    console.log(`\nscale: database ${database.kind}, messages of ${VALUES} values a second`)
    const table: Record<string, unknown>[] = [
      { what: 'broker and client alone', 'messages/s': Math.round(receive) },
      { what: 'database alone', 'messages/s': Math.round(insert) },
    ]
    for (const count of WORKERS) {
      const { rate, rssMb, stored, sent } = await measure(count, { ...database, url, pool }, things, seconds)
      table.push({
        what: `${count} ${count === 1 ? 'worker' : 'workers'}`,
        'messages/s': Math.round(rate),
        ratio: (rate / limit).toFixed(2),
        'RSS of the largest, MB': Math.round(rssMb),
        'values stored': `${stored} of ${sent}`,
      })
    }
    console.table(table)
  } finally {
    await scope.close()
  }
}

async function measure(count: number, database: BenchDatabase & { url: string }, things: number, seconds: number) {
  const scope = createScope()
  try {
    await clearObservations(database.pool)
    await database.pool.query('truncate ingest_ledger')
    const broker = await openBroker(scope)
    const workers = await openWorkers(scope, count, database, broker.url)
    if (count > 1) await sleep(CENSUS_MS)
    const publisher = await startPublisher(broker.url, things, 'bench-scale')
    scope.defer(async () => publisher.stop())
    let settled = 0
    let feeding = true
    const feed = (async () => {
      while (feeding) {
        settled = await workers.settled()
        publisher.allow(settled + BACKLOG * count)
        await sleep(20)
      }
    })()
    await sleep(4_000)
    const [from, fromMs] = [settled, performance.now()]
    await sleep(seconds * 1000)
    const rate = (settled - from) / ((performance.now() - fromMs) / 1000)
    feeding = false
    await feed
    const sent = await publishedInAll(publisher)
    const giveUpMs = performance.now() + 60_000
    while ((await workers.settled()) < sent && performance.now() < giveUpMs) await sleep(100)
    const { rows } = await database.pool.query<{ n: number }>('select count(*) as n from observation')
    return { rate, rssMb: workers.peak.rssMb, stored: rows[0]?.n ?? 0, sent: sent * VALUES }
  } finally {
    await scope.close()
  }
}

/** What it may still publish takes a while: the broker holds it back. */
async function publishedInAll(publisher: Publisher): Promise<number> {
  for (let before = -1; ; await sleep(500)) {
    const now = publisher.published()
    if (now === before) return now
    before = now
  }
}
