/**
 * The number of a worker. An MQTT session belongs to a client id, and only a client with the same id receives the messages
 * that the broker queued for it. Host names change when workers are replaced or scaled, so each worker takes the lowest
 * free number: an advisory lock in the database, which ends with the connection, also when the process is killed.
 *
 *     acquire      --lock of the lowest free number-->  locked
 *     locked       --connection lost-->                 reacquiring  --the same number is free-->   locked
 *     reacquiring  --another worker has it for 30 s-->   lost         (onLost: two clients with one id would evict each other)
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { ADVISORY_LOCKS } from '#infra/db/advisory-locks.ts'

const LOCK = ADVISORY_LOCKS.workerSlot
const MAX_WORKERS = 256
const RETRY_MS = 500
const CONTESTED_MS = 30_000

/**
 * The server looks whether a silent worker is there still, and gives its number back within 20 s when its host or network has gone;
 * by default that takes two hours, in which nobody may read the session with what the broker queued for it.
 */
const KEEP_ALIVE = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 2'

export type Slot = {
  readonly number: number
  /** number of workers, this one included; undefined while the database is unreachable */
  workers(): Promise<number | undefined>
  release(): Promise<void>
}

/** @throws the error of the database when it is unreachable */
export async function acquireSlot(databaseUrl: string, onLost: (number: number) => void): Promise<Slot> {
  let released = false
  let client = await connect(databaseUrl)
  const number = await lowestFree(client)
  const watch = (owner: pg.Client): void => {
    owner.once('end', () => {
      if (!released) void reacquire()
    })
  }
  const reacquire = async (): Promise<void> => {
    let deadlineMs = Number.POSITIVE_INFINITY
    while (!released) {
      await sleep(RETRY_MS)
      const next = await connect(databaseUrl).catch(() => undefined)
      if (!next) continue
      // The server may need a while to notice that the previous connection of this worker is closed.
      deadlineMs = Math.min(deadlineMs, performance.now() + CONTESTED_MS)
      if (!released && (await tryLock(next, number).catch(() => false))) {
        client = next
        watch(next)
        return
      }
      await next.end().catch(() => {})
      if (performance.now() > deadlineMs) return released ? undefined : onLost(number)
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
  await client.query(KEEP_ALIVE)
  return client
}

async function lowestFree(client: pg.Client): Promise<number> {
  for (let number = 1; number <= MAX_WORKERS; number += 1) if (await tryLock(client, number)) return number
  await client.end()
  throw new Error(`${MAX_WORKERS} ingest workers are already running; stop one first`)
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
