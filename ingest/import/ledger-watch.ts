import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '#infra/db/pool.ts'
import { type LedgerResponse, ledgerResponse } from '#model/api/ingest.ts'

/** What the books of the ingest say of one source, over all runs. */
export type Books = {
  /** messages: stored, known already, or rejected */
  settled: number
  rejected: number
  observationsStored: number
  observationsDuplicate: number
  observationsConflict: number
  observationsRejected: number
}
/** Reads the books; undefined when nobody answers. */
export type ReadBooks = () => Promise<Books | undefined>

const EMPTY: Books = {
  settled: 0,
  rejected: 0,
  observationsStored: 0,
  observationsDuplicate: 0,
  observationsConflict: 0,
  observationsRejected: 0,
}

export function booksFromDatabase(db: Queryable, source: string): ReadBooks {
  return async () => {
    const read = db.query<Books>({
      name: 'import-books',
      text: `
        select coalesce(sum(stored + duplicate + rejected), 0)::bigint as settled,
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

const ANSWER_MS = 5_000
/** A server that is there and busy is asked again. */
const TRIES = 6
const AGAIN_MS = 2_000

/** The books by way of the API; undefined when there is none. */
export function booksFromApi(base: string, source: string): ReadBooks {
  return async () => {
    for (let tries = 1; ; tries += 1) {
      const answer = await askLedger(base)
      if (typeof answer === 'object') {
        const found = answer.sources.find((row) => row.source === source)
        return found ? { ...found, settled: found.stored + found.duplicate + found.rejected } : EMPTY
      }
      if (answer === 'absent' || tries === TRIES) return undefined
      await sleep(AGAIN_MS)
    }
  }
}

async function askLedger(base: string): Promise<LedgerResponse | 'absent' | 'busy'> {
  try {
    const answer = await fetch(`${base}/api/v1/ingest/ledger`, { signal: AbortSignal.timeout(ANSWER_MS) })
    if (answer.status >= 500) return 'busy'
    const read = ledgerResponse.safeParse(await answer.json())
    return answer.ok && read.success ? read.data : 'absent'
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 'busy' : 'absent'
  }
}

export const since = (before: Books, now: Books): Books => {
  const difference = { ...EMPTY }
  for (const name of Object.keys(EMPTY) as (keyof Books)[]) difference[name] = now[name] - before[name]
  return difference
}

const POLL_MS = 250

/**
 * Waits until so many more messages are in the books than before, as long as they keep growing.
 * @returns what was added; undefined when nobody answers
 */
export async function waitForBooks(
  read: ReadBooks,
  before: Books,
  messages: number,
  { patienceMs, onProgress }: { patienceMs: number; onProgress?: (settled: number) => void },
): Promise<Books | undefined> {
  let last: Books | undefined
  let movedMs = performance.now()
  for (;;) {
    const now = await read()
    const added = now && since(before, now)
    if (added && added.settled !== last?.settled) {
      movedMs = performance.now()
      onProgress?.(added.settled)
    }
    last = added ?? last
    if ((last && last.settled >= messages) || performance.now() - movedMs > patienceMs) return last
    await sleep(POLL_MS)
  }
}
