/** Workers as processes of their own, watched from outside: what they settled, what they hold, how much memory they take. */
import type { Pool } from '#infra/db/pool.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { startWorkerProcess, type WorkerProcess, writePack } from '../delivery/worker-process.ts'

export type Workers = {
  /** messages that all of them have stored; what the broker delivers twice counts once */
  settled(): Promise<number>
  /** highest so far */
  readonly peak: { rssMb: number; oldestS: number }
  readonly processes: readonly WorkerProcess[]
}

const WATCH_MS = 500

export async function openWorkers(
  scope: Scope,
  count: number,
  database: { url: string; pool: Pool },
  mqttUrl: string,
): Promise<Workers> {
  const folder = await writePack()
  const processes: WorkerProcess[] = []
  for (let i = 0; i < count; i += 1) {
    const worker = await startWorkerProcess(database.url, mqttUrl, folder)
    processes.push(worker)
    scope.defer(async () => {
      await worker.kill('SIGKILL')
    })
  }
  const peak = { rssMb: 0, oldestS: 0 }
  const watch = setInterval(async () => {
    for (const worker of processes) {
      const text = await worker.metrics()
      peak.rssMb = Math.max(peak.rssMb, read(text, 'process_resident_memory_bytes') / 1e6)
      peak.oldestS = Math.max(peak.oldestS, read(text, 'citywell_ingest_oldest_in_flight_seconds'))
    }
  }, WATCH_MS)
  scope.defer(async () => clearInterval(watch))
  return { processes, peak, settled: () => settledIn(database.pool) }
}

function read(text: string, name: string): number {
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1] ?? 0)
}

async function settledIn(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number | null }>('select sum(stored) as n from ingest_ledger')
  return rows[0]?.n ?? 0
}

/** Empties the tables of observations; the registry stays, and so does the ledger: a worker writes what it has counted. */
export const clearObservations = (pool: Pool): Promise<unknown> =>
  pool.query('truncate observation_packed, latest_observation')
