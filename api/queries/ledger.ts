import type { Queryable } from '#infra/db/pool.ts'
import type { LedgerResponse } from '#model/api/ingest.ts'

type Row = {
  run: string
  source: string
  started_at: Date
  updated_at: Date
  last_received_at: Date | null
  alive: boolean
  received: number
  stored: number
  duplicate: number
  rejected: number
  in_flight: number
  observations_stored: number
  observations_duplicate: number
  observations_conflict: number
  observations_rejected: number
}

// Ended runs are summed by the database: only their sums are needed, however many there were.
const LEDGER = `
  select case when alive then run::text else '' end as run, source, alive,
         min(started_at) as started_at, max(updated_at) as updated_at,
         -- a clock that was ahead says nothing
         max(last_received_at) filter (where last_received_at < $1::timestamptz + interval '1 minute') as last_received_at,
         sum(received)::bigint as received, sum(stored)::bigint as stored, sum(duplicate)::bigint as duplicate,
         sum(rejected)::bigint as rejected, sum(in_flight)::bigint as in_flight,
         sum(observations_stored)::bigint as observations_stored,
         sum(observations_duplicate)::bigint as observations_duplicate,
         sum(observations_conflict)::bigint as observations_conflict,
         sum(observations_rejected)::bigint as observations_rejected
  from (select *, ended_at is null and updated_at > $1::timestamptz - interval '60 seconds' as alive from ingest_ledger) l
  group by 1, 2, 3
  order by source`

type Counts = LedgerResponse['total']
type SourceCounts = LedgerResponse['sources'][number]

/**
 * The ledger of the ingest. A run that ended (or has been silent for a minute) with messages in flight never
 * acknowledged them: the broker delivered them again, they were counted again, and are subtracted from `received`.
 */
export async function selectLedger(db: Queryable, now: Date): Promise<LedgerResponse> {
  const { rows } = await db.query<Row>({ name: 'api-ledger', text: LEDGER, values: [now] })
  const sources = new Map<string, SourceCounts>()
  const workers = new Map<string, LedgerResponse['workers'][number]>()
  let returnedToBroker = 0
  for (const row of rows) {
    if (!row.alive) returnedToBroker += row.in_flight
    else workers.set(row.run, workerOf(row, workers.get(row.run)))
    sources.set(row.source, {
      source: row.source,
      ...add(countsOf(row), sources.get(row.source)),
      updatedAt: latest(row, sources),
      lastReceivedAt: latestReceipt(row.last_received_at, sources.get(row.source)?.lastReceivedAt ?? null),
    })
  }
  const all = [...sources.values()]
  const total = all.reduce<Counts>((sum, source) => add(source, sum), countsOf(undefined))
  const lastReceivedAt = all.reduce<string | null>(
    (last, { source, lastReceivedAt: at }) =>
      IMPORTS.has(source) ? last : latestReceipt(at === null ? null : new Date(at), last),
    null,
  )
  return {
    time: now.toISOString(),
    lastReceivedAt,
    total,
    sources: all,
    returnedToBroker,
    workers: [...workers.values()],
  }
}

/** Sources of `npm run import`: a person sends these, whether devices report or not. */
const IMPORTS: ReadonlySet<string> = new Set(['import', 'import-history'])

function latestReceipt(a: Date | null, b: string | null): string | null {
  const mine = a?.toISOString() ?? null
  return mine !== null && (b === null || mine > b) ? mine : b
}

function latest(row: Row, sources: Map<string, SourceCounts>): string {
  const mine = row.updated_at.toISOString()
  const other = sources.get(row.source)?.updatedAt ?? mine
  return [mine, other].sort().at(-1) ?? mine
}

function workerOf(row: Row, seen: LedgerResponse['workers'][number] | undefined) {
  const started = row.started_at.toISOString()
  const updated = row.updated_at.toISOString()
  return {
    run: row.run,
    startedAt: seen && seen.startedAt < started ? seen.startedAt : started,
    updatedAt: seen && seen.updatedAt > updated ? seen.updatedAt : updated,
    alive: true,
  }
}

function countsOf(row: Row | undefined): Counts {
  const inFlight = row?.alive ? row.in_flight : 0
  return {
    received: row ? row.received - (row.in_flight - inFlight) : 0,
    stored: row?.stored ?? 0,
    duplicate: row?.duplicate ?? 0,
    rejected: row?.rejected ?? 0,
    inFlight,
    balanced: true,
    observationsStored: row?.observations_stored ?? 0,
    observationsDuplicate: row?.observations_duplicate ?? 0,
    observationsConflict: row?.observations_conflict ?? 0,
    observationsRejected: row?.observations_rejected ?? 0,
  }
}

function add(a: Counts, b: Counts = countsOf(undefined)): Counts {
  const sum = {
    received: a.received + b.received,
    stored: a.stored + b.stored,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
    inFlight: a.inFlight + b.inFlight,
    observationsStored: a.observationsStored + b.observationsStored,
    observationsDuplicate: a.observationsDuplicate + b.observationsDuplicate,
    observationsConflict: a.observationsConflict + b.observationsConflict,
    observationsRejected: a.observationsRejected + b.observationsRejected,
  }
  return { ...sum, balanced: sum.received === sum.stored + sum.duplicate + sum.rejected + sum.inFlight }
}
