/**
 * The policies of TimescaleDB (refresh, compression, retention) on a database without background workers.
 *
 *     stopped  --start()-->  waiting  --a job is due-->  running  --done or failed-->  waiting
 *     any      --stop()-->   stopped, after the statement that runs
 *
 * `run_job` does a whole job in one statement, and the embedded database does one statement at a time: the first
 * refresh of a month of history would stop every query for its whole length. So refreshes go one day at a time, oldest
 * first (a newer one first would move the watermark past hours that are not materialised yet, and
 * they would be missing meanwhile), the day that is not over as far as its buckets are complete, and never as a whole: what was
 * stored meanwhile waits for the next look. Compression goes one chunk at a time; `run_job` does the other jobs.
 *
 * Between two pieces others have the session for as long as the last one took: who reads a page while a history is loaded waits
 * for one piece, and not for one before each of the page's statements.
 *
 * Late data (a backfill, a gateway that was unreachable) leaves past days stale. They are looked for at every look, not only
 * when their policy is due: what is stored shows in the aggregates within seconds.
 *
 * TimescaleDB counts only runs of its own scheduler, so the last run of each job is remembered here. After a start
 * every job is due: what has nothing to do ends in milliseconds.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { HOUR_MS } from '#model/basics/durations.ts'

export interface PolicyScheduler {
  /** Runs everything that is due, and materialises what is stale; for tests and for the end of a bulk load. */
  runDue(): Promise<void>
  stop(): Promise<void>
}

export interface PolicyOptions {
  pool: Pick<pg.Pool, 'query'>
  log: { info(message: string): void; error(message: string): void }
  /** How often to look for jobs that are due, in ms. */
  everyMs?: number
  /** Wait before the first look, so that the start of the city is not delayed by its upkeep. */
  firstAfterMs?: number
  /** Milliseconds, monotonic; for tests. */
  now?: () => number
}

interface Job {
  id: number
  name: string
  kind: string
  everyMs: number
}

const REFRESH = 'policy_refresh_continuous_aggregate'

const JOBS = `
  select job_id as id, application_name as name, proc_name as kind,
         (extract(epoch from schedule_interval) * 1000)::float8 as "everyMs"
  from timescaledb_information.jobs
  where scheduled and proc_name <> 'policy_telemetry'
  order by array_position(array['policy_refresh_continuous_aggregate', 'policy_compression'], proc_name::text), job_id`

// A hierarchical aggregate has the hypertable of the one below it as its source. The day that is not over is in it only when the
// policy is due ($2): each of its buckets is stale once it is complete.
const STALE_DAYS = `
  select format('%I.%I', v.user_view_schema, v.user_view_name) as view, d.start::text as "from", p.stop::text as "to"
  from timescaledb_information.jobs j
  join _timescaledb_catalog.continuous_agg v on v.mat_hypertable_id = (j.config ->> 'mat_hypertable_id')::int
  join _timescaledb_catalog.hypertable h on h.id = v.raw_hypertable_id
  join timescaledb_information.chunks c on c.hypertable_schema = h.schema_name and c.hypertable_name = h.table_name
  cross join lateral (
    select start, least(start + interval '1 day', c.range_end) as stop
    from generate_series(c.range_start, c.range_end - interval '1 microsecond', interval '1 day') as start
  ) d
  cross join lateral (select now() - coalesce((j.config ->> 'end_offset')::interval, interval '0') as at) complete
  join _timescaledb_catalog.continuous_aggs_bucket_function b on b.mat_hypertable_id = v.mat_hypertable_id
  cross join lateral (
    select case when d.stop <= complete.at then d.stop
                when $2 and d.start < complete.at then date_bin(b.bucket_width::interval, complete.at, d.start) end as stop
  ) p
  where j.job_id = $1 and p.stop > d.start
    and (j.config ->> 'start_offset' is null or d.start >= now() - (j.config ->> 'start_offset')::interval)
    and exists (
      select from (
        select lowest_modified_value as low, greatest_modified_value as high
        from _timescaledb_catalog.continuous_aggs_materialization_invalidation_log
        where materialization_id = v.mat_hypertable_id
        union all
        select lowest_modified_value, greatest_modified_value
        from _timescaledb_catalog.continuous_aggs_hypertable_invalidation_log
        where hypertable_id = v.raw_hypertable_id
      ) stale
      where stale.low < (extract(epoch from p.stop) * 1e6)::int8
        and stale.high >= (extract(epoch from d.start) * 1e6)::int8
    )
  order by d.start`

const UNCOMPRESSED_CHUNKS = `
  select format('%I.%I', c.chunk_schema, c.chunk_name) as chunk
  from timescaledb_information.jobs j
  join timescaledb_information.chunks c
    on c.hypertable_schema = j.hypertable_schema and c.hypertable_name = j.hypertable_name
  where j.job_id = $1 and not c.is_compressed and c.range_end < now() - (j.config ->> 'compress_after')::interval
  order by c.range_end`

// Nobody else vacuums or analyses: there is no autovacuum. Hypertables are left out, their chunks are append-only.
const UPKEEP_MS = HOUR_MS
const ORDINARY_TABLES = `
  select format('%I.%I', n.nspname, c.relname) as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname !~ '^(pg_|_timescaledb|information_schema|timescaledb_)'
    and not exists (
      select from timescaledb_information.hypertables h
      where h.hypertable_schema = n.nspname and h.hypertable_name = c.relname
    )
  order by 1`

/** Starts to run the policies of the database behind `pool`. */
export function startPolicies(options: PolicyOptions): PolicyScheduler {
  const { pool, log, everyMs = 15_000, firstAfterMs = 15_000, now = () => performance.now() } = options
  const lastRun = new Map<number, number>()
  let lastUpkeep = Number.NEGATIVE_INFINITY
  let stopped = false
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  /** @param breathe between two pieces, after one that took so many ms */
  const runDue = (breathe: Breathe = async () => {}) => {
    running = running.then(async () => {
      for (const job of await jobs()) if (!stopped) await lookAt(job, breathe)
      if (!stopped && now() - lastUpkeep >= UPKEEP_MS) await upkeep()
    })
    return running
  }
  const lookAt = async (job: Job, breathe: Breathe) => {
    const due = now() - (lastRun.get(job.id) ?? Number.NEGATIVE_INFINITY) >= job.everyMs
    if (due) lastRun.set(job.id, now())
    if (due || job.kind === REFRESH) await runJob(job, due, breathe)
  }
  const upkeep = async () => {
    lastUpkeep = now()
    try {
      const { rows } = await pool.query<{ name: string }>(ORDINARY_TABLES)
      for (const { name } of rows) if (!stopped) await pool.query(`vacuum (analyze) ${name}`)
    } catch (cause) {
      log.error(`vacuum failed and is tried again in an hour: ${(cause as Error).message}`)
    }
  }
  const jobs = async () => {
    try {
      return (await pool.query<Job>(JOBS)).rows
    } catch (cause) {
      log.error(`policies could not be read: ${(cause as Error).message}`)
      return []
    }
  }
  const runJob = async (job: Job, whole: boolean, breathe: Breathe) => {
    const start = now()
    try {
      await runInPieces(pool, job, { whole, stopped: () => stopped, breathe, now })
      if (stopped || !whole) return
      if (job.kind !== REFRESH) await pool.query(`call run_job(${job.id})`)
      log.info(`policy "${job.name}" ran for ${Math.round(now() - start)} ms`)
    } catch (cause) {
      log.error(`policy "${job.name}" failed and is tried again: ${(cause as Error).message}`)
    }
  }
  const letOthersIn: Breathe = (tookMs) => sleep(tookMs, undefined, { signal: stopping.signal }).catch(() => {})
  const wait = (ms: number) => {
    timer = setTimeout(() => void runDue(letOthersIn).then(() => stopped || wait(everyMs)), ms)
  }
  wait(firstAfterMs)
  return {
    runDue: () => runDue(),
    stop: async () => {
      stopped = true
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}

type Breathe = (tookMs: number) => Promise<void>
type Run = {
  readonly whole: boolean
  readonly stopped: () => boolean
  readonly breathe: Breathe
  readonly now: () => number
}

/** The pieces of a job that can be done one statement at a time; other clients have their turn in between. */
async function runInPieces(
  pool: PolicyOptions['pool'],
  job: Job,
  { whole, stopped, breathe, now }: Run,
): Promise<void> {
  if (job.kind === REFRESH) {
    const { rows } = await pool.query<{ view: string; from: string; to: string }>(STALE_DAYS, [job.id, whole])
    for (const { view, from, to } of rows) {
      if (stopped()) return
      const start = now()
      await pool.query(`call refresh_continuous_aggregate('${view.replaceAll("'", "''")}', '${from}', '${to}')`)
      await breathe(now() - start)
    }
  } else if (job.kind === 'policy_compression') {
    const { rows } = await pool.query<{ chunk: string }>(UNCOMPRESSED_CHUNKS, [job.id])
    for (const { chunk } of rows) {
      if (stopped()) return
      const start = now()
      await pool.query('select compress_chunk($1::regclass, true)', [chunk])
      await breathe(now() - start)
    }
  }
}
