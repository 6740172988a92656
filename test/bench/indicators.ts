/**
 * The indicators of a city with a year of readings: the scoreboard cold and warm, one indicator with its evidence, and what
 * late data costs. The year is made by SQL in the schema as it is migrated, month by month: rows, rollups, compression.
 */
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createPool, type Pool } from '#infra/db/pool.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { buildYearCity, type YearCity } from './indicators-city.ts'
import { openDatabase } from './servers.ts'

const YEAR = 2025
const DAY_MS = 86_400_000
const FIRST = Date.UTC(YEAR, 0, 1)
/** A reading every 15 minutes. */
const PER_STREAM = 365 * 96
const NOW = new Date(`${YEAR + 1}-01-02T00:00:00Z`)
const ROLLUPS = [
  'observation_hourly',
  'observation_daily',
  'meter_hourly',
  'meter_daily',
  'sound_hourly',
  'sound_daily',
]
/** Means of stations, meters, peaks of segments, and what reported at all: each reads the rollups in a way of its own. */
const ONE = ['EN:EN:AQ:1C', 'EN:E:E:2C', 'EC:I:T:5A', 'EC:ICT:T:2C'] as const

/** `kept`: name of a database that is filled once and measured again in later runs. */
export type IndicatorsBenchOptions = { readonly observations: number; readonly kept: string | undefined }

export async function benchIndicators({ observations, kept }: IndicatorsBenchOptions): Promise<void> {
  const scope = createScope()
  try {
    const { kind, pool, url } = await openDatabase(scope, kept)
    const streams = Math.max(40, Math.round(observations / PER_STREAM))
    console.log(`\nindicators: database ${kind}, ${streams} Datastreams, a year at 15 minutes`)
    const city = (await builtBefore(pool)) ?? (await build(pool, streams))
    if (kept) await pool.query('truncate indicator_month')
    const row = await pool.query<{ n: number; size: string }>(
      `select sum(n)::float8 as n, pg_size_pretty(pg_database_size(current_database())) as size from observation_daily`,
    )
    console.log(`  ${row.rows[0]?.n} observations, database ${row.rows[0]?.size}`)
    const api = url === undefined ? pool : apiPool(scope, url)
    console.table([...(await readTimes(api)), ...(await lateData(api, city))])
  } finally {
    await scope.close()
  }
}

async function build(pool: Pool, streams: number): Promise<YearCity> {
  // The year is older than what raw is kept for: its rows would be dropped while it is being filled. And a chunk that
  // the server compresses by itself meanwhile is no longer ours to compress.
  await pool.query(
    `select remove_retention_policy('observation_packed'), remove_compression_policy('observation_packed')`,
  )
  const city = await buildYearCity(pool, streams)
  await fill(pool, city)
  return city
}

/** The city of an earlier run, or null where there is none; what was left half filled has no December. */
async function builtBefore(pool: Pool): Promise<YearCity | null> {
  const { rows } = await pool.query<YearCity & { complete: boolean }>(
    `select (select count(*)::int from datastream) as streams, min(d.id) as station,
            exists (select from observation_daily where bucket = $1) as complete
     from datastream d where d.property = 'pm2_5'`,
    [new Date(Date.UTC(YEAR, 11, 31))],
  )
  const found = rows[0]
  if (!found || found.streams === 0) return null
  if (!found.complete) throw new Error('the kept database was not filled to its end: drop it and start again')
  return found
}

/** Without compiling of plans, as the API reads (api/open.ts). */
function apiPool(scope: Scope, address: string): Pool {
  const url = new URL(address)
  url.searchParams.set('options', '-c jit=off')
  const pool = createPool({ url: url.toString() }, { max: 6, applicationName: 'bench api', onIdleError: () => {} })
  scope.defer(() => pool.end())
  return pool
}

async function fill(pool: Pool, { streams }: YearCity): Promise<void> {
  const start = performance.now()
  for (let month = 0; month < 12; month++) {
    const [from, to] = [new Date(Date.UTC(YEAR, month, 1)), new Date(Date.UTC(YEAR, month + 1, 1))]
    // Five days at a time: a statement of millions of rows would hold its memory for minutes.
    for (let day = from.getTime(); day < to.getTime(); day += 5 * DAY_MS)
      await insert(pool, new Date(day), new Date(Math.min(to.getTime(), day + 5 * DAY_MS)))
    for (const view of ROLLUPS) await refresh(pool, view, from, to)
    await pool.query(
      `select compress_chunk(c, true) from show_chunks('observation_packed', older_than => $1::timestamptz) c`,
      [to],
    )
    console.log(`  month ${month + 1} of 12 after ${seconds(start)}, ${streams} Datastreams`)
  }
  await pool.query('analyze')
}

/** Counters rise, everything else swings about its level with the hour and differs from stream to stream. */
const INSERT = `
  insert into observation_packed (datastream_id, divisor, phenomenon_time, scaled, quality, reasons)
  select d.id, 100, t, round(100 * case
      when d.property in ('energy', 'energy_produced', 'thermal_energy', 'water_volume')
        then 1000 + extract(epoch from t - $3::timestamptz) / 3600 * (20 + d.id % 7)
      when d.property = 'customers_interrupted' then
        case when extract(doy from t)::int % 60 = d.id % 60 and extract(hour from t) = 10 then 40 else 0 end
      else l.level * (1 + 0.4 * sin(extract(hour from t) / 24 * 6.283) + 0.001 * (d.id % 97)) end)::bigint,
    case when (d.id + extract(epoch from t)::bigint / 900) % 211 = 0 then 3 else 1 end, 0
  from datastream d
  left join (values ('pm2_5', 12.0), ('pm10', 20), ('no2', 24), ('so2', 3), ('o3', 55), ('travel_time', 40), ('vehicle_count', 90),
    ('bikes_available', 9), ('vehicles_available', 3), ('clients', 20), ('sound_level', 52), ('water_level', 1)) l (property, level)
    on l.property = d.property
  cross join generate_series($1::timestamptz, $2::timestamptz - interval '15 minutes', interval '15 minutes') t`

async function insert(pool: Pool, from: Date, to: Date): Promise<void> {
  await pool.query(INSERT, [from, to, new Date(FIRST)])
}

const refresh = (pool: Pool, view: string, from: Date, to: Date) =>
  pool.query(`call refresh_continuous_aggregate('${view}', $1::timestamptz, $2::timestamptz)`, [from, to])

type Row = { what: string; ms: string }

async function readTimes(pool: Pool): Promise<Row[]> {
  const period = String(YEAR)
  const first = await timed(() =>
    createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW }).scoreboard({ period }),
  )
  const cold: number[] = []
  const warm: number[] = []
  for (let i = 0; i < 5; i++) {
    const indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
    cold.push(await timed(() => indicators.scoreboard({ period })))
    for (let j = 0; j < 3; j++) warm.push(await timed(() => indicators.scoreboard({ period })))
  }
  const rows = [
    row('scoreboard of the year, the very first (months are computed and kept)', [first]),
    row('the same, cold (a process that has just started)', cold),
    row('the same, warm', warm),
  ]
  for (const code of ONE) {
    const once: number[] = []
    const again: number[] = []
    for (let i = 0; i < 5; i++) {
      const indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
      once.push(await timed(() => indicators.evaluate(code, { period })))
      again.push(await timed(() => indicators.evaluate(code, { period })))
    }
    rows.push(row(`${code} with its evidence, cold`, once), row(`${code} with its evidence, warm`, again))
  }
  return rows
}

/** A station that was offline for a day sends it in, half a year later: into chunks that are compressed by now. */
async function lateData(pool: Pool, { station }: YearCity): Promise<Row[]> {
  let day = new Date(FIRST + 180 * DAY_MS)
  // earlier runs have sent in their days of a database that is kept
  while ((await dayCount(pool, station, day)) !== 96) day = new Date(day.getTime() + DAY_MS)
  const next = new Date(day.getTime() + DAY_MS)
  const insertMs = await timed(() =>
    pool.query(
      `insert into observation (datastream_id, phenomenon_time, result, quality, reasons)
       select $1, t, 300, 1, 0 from generate_series($2::timestamptz + interval '7 minutes', $3::timestamptz - interval '1 minute', interval '15 minutes') t
       on conflict do nothing`,
      [station, day, next],
    ),
  )
  const [from, to] = [new Date(FIRST), new Date(FIRST + 365 * DAY_MS)]
  let refreshMs = 0
  for (const view of ROLLUPS) refreshMs += await timed(() => refresh(pool, view, from, to))
  if ((await dayCount(pool, station, day)) !== 2 * 96) throw new Error('late data is not in the rollup')
  const idleMs = await timed(() => refresh(pool, 'observation_hourly', from, to))
  const indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
  const againMs = await timed(() => indicators.scoreboard({ period: String(YEAR) }))
  return [
    row('a late day of one Datastream: insert', [insertMs]),
    row('the same: refresh of all rollups over the whole year', [refreshMs]),
    row('refresh of the hourly rollup with nothing late', [idleMs]),
    row('scoreboard of the year after that, cold', [againMs]),
  ]
}

async function dayCount(pool: Pool, station: number, day: Date): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    'select n::float8 as n from observation_daily where datastream_id = $1 and bucket = $2',
    [station, day],
  )
  return rows[0]?.n ?? 0
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const row = (what: string, ms: readonly number[]): Row => ({ what, ms: median(ms).toFixed(median(ms) < 10 ? 1 : 0) })
const seconds = (start: number): string => `${((performance.now() - start) / 1000).toFixed(0)} s`
