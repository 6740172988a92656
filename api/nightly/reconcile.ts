import { createPool, type Queryable } from '#infra/db/pool.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { ROLLUP_HISTORY_DAYS } from '#model/basics/retention.ts'
import { goodSql, suspectSql } from '#model/observation/quality.ts'
import { compareRollup, listRollups, type RollupDifference } from './compare-rollups.ts'

/** One Datastream on one day (UTC) where raw observations, hourly and daily rollups differ. */
export type Difference = {
  readonly day: string
  readonly datastreamId: number
  readonly raw: Sums
  readonly hourly: Sums
  readonly daily: Sums
}
type Sums = { readonly n: number; readonly good: number; readonly suspect: number; readonly total: number }
export type Reconciliation = {
  readonly days: number
  /** number of Datastream days compared */
  readonly compared: number
  readonly observations: number
  /** days left out because they are not rolled up yet and this login may not refresh rollups; a later run compares them */
  readonly pending: number
  readonly differences: readonly Difference[]
  /** number of rollups compared, each with its own definition */
  readonly rollups: number
  readonly rollupDifferences: readonly RollupDifference[]
}

/** The refresh policies look back 390 days; older data is rolled up by its own job, which preserves rollups without raw observations. */
const HISTORY = `${ROLLUP_HISTORY_DAYS} days`
// Only the owner of the rollups may refresh them; the API may run with a login that does not (docs/surveys.md).
const OWNS_ROLLUPS = `
  select pg_has_role(current_user, relowner, 'usage') as owns from pg_class where oid = 'observation_hourly'::regclass`
// As rollup_is_stale (migration 028), by the buckets of each rollup: hours of meters end with the full hour, so that the last reading
// of a day is taken at the first instant of the next one.
const DAY_STATE = `
  select exists (
           select from rollup_view v
           join _timescaledb_catalog.continuous_aggs_bucket_function bucketing on bucketing.mat_hypertable_id = v.mat_hypertable_id
           cross join lateral (select coalesce(bucketing.bucket_offset, '0')::interval as later) shift
           cross join lateral (
             select lowest_modified_value as low, greatest_modified_value as high
             from _timescaledb_catalog.continuous_aggs_materialization_invalidation_log where materialization_id = v.mat_hypertable_id
             union all
             select lowest_modified_value, greatest_modified_value
             from _timescaledb_catalog.continuous_aggs_hypertable_invalidation_log where hypertable_id = v.raw_hypertable_id
           ) stale
           -- an entry without end is what was never refreshed: it is computed when it is read
           where stale.low < (extract(epoch from $2::timestamptz + case when stale.high < 9223372036854775807 then shift.later else '0' end) * 1e6)::int8
             and stale.high >= (extract(epoch from $1::timestamptz) * 1e6)::int8
         ) as stale,
         exists (select from retention_log where hypertable = 'observation_packed' and range_from < $2 and range_to > $1) as dropped`
const OLDEST = `select date_trunc('day', min(phenomenon_time), 'UTC') as day from observation`
// Sums come in different orders, so they may differ in the last digits; counts may not.
const COMPARE = `
  with raw as (
    select datastream_id as id, count(*)::float8 as n, (count(*) filter (where ${goodSql()}))::float8 as good,
           (count(*) filter (where ${suspectSql()}))::float8 as suspect,
           coalesce(sum(result) filter (where ${goodSql()}), 0) as total
    from observation where phenomenon_time >= $1 and phenomenon_time < $2 group by 1
  ), hourly as (
    select datastream_id as id, sum(n)::float8 as n, sum(good)::float8 as good, sum(suspect)::float8 as suspect,
           coalesce(sum(total), 0) as total
    from observation_hourly where bucket >= $1 and bucket < $2 group by 1
  ), daily as (
    select datastream_id as id, n::float8 as n, good::float8 as good, suspect::float8 as suspect, coalesce(total, 0) as total
    from observation_daily where bucket >= $1 and bucket < $2
  )
  select coalesce(r.id, h.id, d.id) as id,
         coalesce(r.n, 0) as "rawN", coalesce(r.good, 0) as "rawGood", coalesce(r.suspect, 0) as "rawSuspect", coalesce(r.total, 0) as "rawTotal",
         coalesce(h.n, 0) as "hourN", coalesce(h.good, 0) as "hourGood", coalesce(h.suspect, 0) as "hourSuspect", coalesce(h.total, 0) as "hourTotal",
         coalesce(d.n, 0) as "dayN", coalesce(d.good, 0) as "dayGood", coalesce(d.suspect, 0) as "daySuspect", coalesce(d.total, 0) as "dayTotal"
  from raw r full join hourly h on h.id = r.id full join daily d on d.id = coalesce(r.id, h.id)
  order by 1`
type Row = Record<`${'raw' | 'hour' | 'day'}${'N' | 'Good' | 'Suspect' | 'Total'}`, number> & { id: number }

/**
 * Compares raw observations with the hourly and daily rollups, and every rollup with its definition, by Datastream and UTC day,
 * over the whole days of a window.
 * Late data is rolled up first, so a remaining difference is an error and not a delay; a login without that permission
 * leaves such days out and counts them as pending. Days from which retention removed raw data are left out.
 * @throws AppError INTERVAL_REVERSED
 */
export async function reconcile(db: Queryable, window: { from: Date; to: Date }, now: Date): Promise<Reconciliation> {
  if (window.from >= window.to)
    throw new AppError('INTERVAL_REVERSED', `from is ${window.from.toISOString()}, to is ${window.to.toISOString()}`)
  const oldest = (await db.query<{ day: Date | null }>(OLDEST)).rows[0]?.day
  const rollups = await listRollups(db)
  const none = { days: 0, compared: 0, observations: 0, pending: 0, differences: [], rollupDifferences: [] }
  if (!oldest) return { ...none, rollups: rollups.length }
  const first = Math.ceil(Math.max(window.from.getTime(), oldest.getTime()) / DAY_MS) * DAY_MS
  const end = Math.floor(Math.min(window.to.getTime(), now.getTime()) / DAY_MS) * DAY_MS
  if (first < end) await rollUp(db, new Date(first), new Date(end))
  const differences: Difference[] = []
  const rollupDifferences: RollupDifference[] = []
  let [days, compared, observations, pending] = [0, 0, 0, 0]
  for (let day = first; day < end; day += DAY_MS) {
    const range = [new Date(day), new Date(day + DAY_MS)] as const
    const state = (await db.query<{ stale: boolean; dropped: boolean }>(DAY_STATE, [...range])).rows[0]
    if (state?.dropped) continue
    if (state?.stale) {
      pending++
      continue
    }
    const { rows } = await db.query<Row>(COMPARE, [...range])
    days++
    compared += rows.length
    observations += rows.reduce((sum, { rawN }) => sum + rawN, 0)
    differences.push(...rows.flatMap((row) => differenceOf(row, new Date(day).toISOString().slice(0, 10))))
    for (const rollup of rollups) rollupDifferences.push(...(await compareRollup(db, rollup, range)))
  }
  return { days, compared, observations, pending, differences, rollups: rollups.length, rollupDifferences }
}

/** Datastreams times days that differ anywhere: a wrong hour is one of the readings and one of its rollup. */
export const differingIn = ({
  differences,
  rollupDifferences,
}: Pick<Reconciliation, 'differences' | 'rollupDifferences'>): number =>
  new Set([...differences, ...rollupDifferences].map(({ day, datastreamId }) => `${day} ${datastreamId}`)).size

async function rollUp(db: Queryable, from: Date, to: Date): Promise<void> {
  if (!(await db.query<{ owns: boolean }>(OWNS_ROLLUPS)).rows[0]?.owns) return
  await db.query(`call roll_up_history(0, '{"older_than": "${HISTORY}"}')`)
  const recent = Math.max(from.getTime(), Date.now() - ROLLUP_HISTORY_DAYS * DAY_MS)
  if (recent >= to.getTime()) return
  const views = await db.query<{ view: string }>('select view from rollup_view order by level, view')
  for (const { view } of views.rows)
    await db.query(
      `call refresh_continuous_aggregate('${view}', $1::timestamptz, $2::timestamptz + interval '1 microsecond')`,
      [new Date(Math.floor(recent / DAY_MS) * DAY_MS), to],
    )
}

function differenceOf(row: Row, day: string): Difference[] {
  const raw = { n: row.rawN, good: row.rawGood, suspect: row.rawSuspect, total: row.rawTotal }
  const hourly = { n: row.hourN, good: row.hourGood, suspect: row.hourSuspect, total: row.hourTotal }
  const daily = { n: row.dayN, good: row.dayGood, suspect: row.daySuspect, total: row.dayTotal }
  return same(raw, hourly) && same(raw, daily) ? [] : [{ day, datastreamId: row.id, raw, hourly, daily }]
}

const same = (a: Sums, b: Sums): boolean =>
  a.n === b.n &&
  a.good === b.good &&
  a.suspect === b.suspect &&
  Math.abs(a.total - b.total) <= 1e-9 * Math.max(1, Math.abs(a.total))

const SHOWN = 50

const HELP = `Compares raw observations with their hourly and daily rollups, and every rollup with its definition. Exit code 1 if any of them differ.

  npm run reconcile -- [--from 2026-01-01] [--to 2026-02-01]

  --from, --to  whole UTC days of this window are compared; default: the last eight days
  --help        this text

Environment: DATABASE_URL, the server to compare. An embedded city compares by POST /api/v1/reconciliation.
`

if (import.meta.main) {
  await runMain(async (scope) => {
    const values = readCommandLine(HELP, { from: { type: 'string' }, to: { type: 'string' } })
    if (!values) return 'done'
    const config = loadConfig()
    const log = createLog('reconcile')
    if (!config.databaseUrl)
      throw new AppError('CONFIG_INVALID', 'DATABASE_URL is not set: it names the server whose rollups are compared')
    const now = new Date()
    const to = instantOf(values.to) ?? now
    const from = instantOf(values.from) ?? new Date(to.getTime() - 8 * DAY_MS)
    const pool = createPool(
      { url: config.databaseUrl },
      { max: 1, applicationName: 'citywell-reconcile', statementTimeoutMs: 0, onIdleError: (error) => log.warn(error) },
    )
    scope.defer(() => pool.end())
    const { differences, rollupDifferences, ...counts } = await reconcile(pool, { from, to }, now)
    for (const difference of differences.slice(0, SHOWN)) log.error(difference, 'raw observations and rollups differ')
    for (const difference of rollupDifferences.slice(0, SHOWN))
      log.error(difference, 'a rollup is not what its source gives')
    const found = differingIn({ differences, rollupDifferences })
    log.info({ ...counts, differences: found }, found === 0 ? 'all agree' : 'not all agree')
    if (found > 0) process.exitCode = 1
    return 'done'
  })
}

function instantOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime())) throw new AppError('CONFIG_INVALID', `"${text}" is not a date; write 2026-01-31`)
  return instant
}
