/**
 * A place for each worker. An MQTT session belongs to a client id, and what the broker holds for it can only be had
 * under the same id. Workers are started, replaced and scaled under whatever host name they get, so each takes the
 * lowest free number: a lock in the database that ends with the connection, also when the process is killed.
 *
 *     acquire  --lock of the lowest free number-->  held
 *     held     --connection lost-->                 wanted   --the same number is free-->   held
 *     wanted   --somebody has it for 30 s-->         lost     (onLost: two clients with one id would evict each other)
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** First half of the advisory lock; the second is the number. Any constant of our own will do. */
const LOCK = 7_203_913
const MOST = 256
const RETRY_MS = 500
const CONTESTED_MS = 30_000

export type Slot = {
  readonly number: number
  /** how many workers hold a place now, this one included; undefined while the database is away */
  workers(): Promise<number | undefined>
  release(): Promise<void>
}

/** @throws what keeps the database from being reached */
export async function acquireSlot(databaseUrl: string, onLost: (number: number) => void): Promise<Slot> {
  let released = false
  let client = await connect(databaseUrl)
  const number = await lowestFree(client)
  const watch = (held: pg.Client): void => {
    held.once('end', () => {
      if (!released) void takeAgain()
    })
  }
  const takeAgain = async (): Promise<void> => {
    let giveUpMs = Number.POSITIVE_INFINITY
    while (!released) {
      await sleep(RETRY_MS)
      const next = await connect(databaseUrl).catch(() => undefined)
      if (!next) continue
      // The server may take a while to notice that our own old connection is gone.
      giveUpMs = Math.min(giveUpMs, performance.now() + CONTESTED_MS)
      if (!released && (await tryLock(next, number).catch(() => false))) {
        client = next
        watch(next)
        return
      }
      await next.end().catch(() => {})
      if (performance.now() > giveUpMs) return released ? undefined : onLost(number)
    }
  }
  watch(client)
  return {
    number,
    workers: () => countWorkers(client).catch(() => undefined),
    release: async () => {
      released = true
      await client.end().catch(() => {})
    },
  }
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: 'citywell ingest slot', keepAlive: true })
  client.on('error', () => {})
  await client.connect()
  return client
}

async function lowestFree(client: pg.Client): Promise<number> {
  for (let number = 1; number <= MOST; number += 1) if (await tryLock(client, number)) return number
  await client.end()
  throw new Error(`${MOST} ingest workers are running already`)
}

async function tryLock(client: pg.Client, number: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [
    LOCK,
    number,
  ])
  return rows[0]?.taken === true
}

async function countWorkers(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database
     where l.locktype = 'advisory' and l.classid::bigint = $1 and l.granted and d.datname = current_database()`,
    [LOCK],
  )
  return rows[0]?.n ?? 0
}
