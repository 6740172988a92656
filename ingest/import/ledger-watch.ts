import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '#infra/db/pool.ts'
import { type LedgerResponse, ledgerResponse } from '#model/api/ingest.ts'

/** Counts of the ingest ledger for one source, over all runs. */
export type LedgerCounts = {
  /** messages with an outcome: stored, duplicate or rejected */
  processed: number
  rejected: number
  observationsStored: number
  observationsDuplicate: number
  observationsConflict: number
  observationsRejected: number
}
/** Reads the ledger; undefined when it is not available. */
export type ReadLedger = () => Promise<LedgerCounts | undefined>

const EMPTY: LedgerCounts = {
  processed: 0,
  rejected: 0,
  observationsStored: 0,
  observationsDuplicate: 0,
  observationsConflict: 0,
  observationsRejected: 0,
}

export function ledgerFromDatabase(db: Queryable, source: string): ReadLedger {
  return async () => {
    const read = db.query<LedgerCounts>({
      name: 'import-ledger',
      text: `
        select coalesce(sum(stored + duplicate + rejected), 0)::bigint as processed,
               coalesce(sum(rejected), 0)::bigint as rejected,
               coalesce(sum(observations_stored), 0)::bigint as "observationsStored",
               coalesce(sum(observations_duplicate), 0)::bigint as "observationsDuplicate",
               coalesce(sum(observations_conflict), 0)::bigint as "observationsConflict",
               coalesce(sum(observations_rejected), 0)::bigint as "observationsRejected"
        from ingest_ledger where source = $1`,
      values: [source],
    })
    return read.then(
      ({ rows }) => rows[0],
      () => undefined,
    )
  }
}

const TIMEOUT_MS = 5_000
/** Attempts when the server is busy. */
const MAX_TRIES = 6
const RETRY_MS = 2_000

/** The ledger over the API; undefined when there is no API. */
export function ledgerFromApi(base: string, source: string): ReadLedger {
  return async () => {
    for (let tries = 1; ; tries += 1) {
      const response = await fetchLedger(base)
      if (typeof response === 'object') {
        const found = response.sources.find((row) => row.source === source)
        return found ? { ...found, processed: found.stored + found.duplicate + found.rejected } : EMPTY
      }
      if (response === 'absent' || tries === MAX_TRIES) return undefined
      await sleep(RETRY_MS)
    }
  }
}

async function fetchLedger(base: string): Promise<LedgerResponse | 'absent' | 'busy'> {
  try {
    const response = await fetch(`${base}/api/v1/ingest/ledger`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (response.status >= 500) return 'busy'
    const read = ledgerResponse.safeParse(await response.json())
    return response.ok && read.success ? read.data : 'absent'
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 'busy' : 'absent'
  }
}

export const since = (before: LedgerCounts, now: LedgerCounts): LedgerCounts => {
  const difference = { ...EMPTY }
  for (const name of Object.keys(EMPTY) as (keyof LedgerCounts)[]) difference[name] = now[name] - before[name]
  return difference
}

const POLL_MS = 250

/**
 * Waits until the ledger has this many more messages than before, as long as it keeps growing.
 * @returns the difference; undefined when the ledger is not available
 */
export async function waitForLedger(
  read: ReadLedger,
  before: LedgerCounts,
  messages: number,
  { patienceMs, onProgress }: { patienceMs: number; onProgress?: (processed: number) => void },
): Promise<LedgerCounts | undefined> {
  let last: LedgerCounts | undefined
  let changedMs = performance.now()
  for (;;) {
    const now = await read()
    const added = now && since(before, now)
    if (added && added.processed !== last?.processed) {
      changedMs = performance.now()
      onProgress?.(added.processed)
    }
    last = added ?? last
    if ((last && last.processed >= messages) || performance.now() - changedMs > patienceMs) return last
    await sleep(POLL_MS)
  }
}
