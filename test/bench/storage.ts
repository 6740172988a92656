/**
 * What a year of observations takes on disk: a value every 15 minutes, rounded as the instruments round it, one in a
 * hundred suspect, through the ingest's own packing into the schema as it is migrated; what the rollups take next to it;
 * and how long the usual questions take before and after compression.
 */

import { float4Array, int2Array, int4Array, int8ArrayOfNumbers, timestamptzArray } from '#infra/db/binary-arrays.ts'
import type { Pool } from '#infra/db/pool.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { ResultPacker } from '#ingest/commit/packed-result.ts'
import { QUALITY, REASONS } from '#model/observation/quality.ts'
import { openDatabase } from './servers.ts'

const STEP_MS = 15 * 60_000
const DAY_MS = 24 * 3_600_000
const DAY = DAY_MS / STEP_MS

type Instrument = {
  readonly name: string
  readonly decimals: number
  readonly at: (day: number, noise: number) => number
}
const wave = (day: number, periods: number): number => Math.sin(2 * Math.PI * day * periods)
/** Daily and yearly course, noise about what such an instrument shows, and the resolution it reports with. */
const INSTRUMENTS: readonly Instrument[] = [
  {
    name: 'temperature, 0.1 Cel',
    decimals: 1,
    at: (day, e) => 10 - 9 * Math.cos((2 * Math.PI * day) / 365) + 5 * wave(day, 1) + e,
  },
  { name: 'humidity, 1 %', decimals: 0, at: (day, e) => 65 - 18 * wave(day, 1) + 4 * e },
  {
    name: 'PM2.5, 0.1 ug/m3',
    decimals: 1,
    at: (day, e) => Math.max(0, 12 + 6 * wave(day, 1) + 4 * wave(day, 0.13) + 3 * e),
  },
  { name: 'NO2, 0.1 ug/m3', decimals: 1, at: (day, e) => Math.max(0, 25 + 12 * wave(day, 2) + 5 * e) },
  { name: 'power, 1 W', decimals: 0, at: (day, e) => 40_000 + 20_000 * wave(day, 1) + 3_000 * e },
  {
    name: 'energy counter, 0.01 kWh',
    decimals: 2,
    at: (day) => 120_000 + 960 * day - 76 * Math.cos(2 * Math.PI * day),
  },
  { name: 'pressure, 0.1 hPa', decimals: 1, at: (day, e) => 1013 + 9 * wave(day, 0.17) + 0.3 * e },
  { name: 'vehicles, whole', decimals: 0, at: (day, e) => Math.max(0, 90 + 85 * wave(day, 1) + 20 * e) },
]

/** The embedded database keeps this in memory. */
const STREAMS = { server: 200, embedded: 40 }

export async function benchStorage({ days, streams }: { days: number; streams?: number | undefined }): Promise<void> {
  const scope = createScope()
  try {
    const { kind, pool, url } = await openDatabase(scope)
    const count = streams ?? (url ? STREAMS.server : STREAMS.embedded)
    console.log(`\nstorage: database ${kind}, ${count} Datastreams, ${days} days at 15 minutes`)
    // its policies would compress while it is filled
    await pool.query(
      'select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where job_id >= 1000',
    )
    const end = Math.floor(Date.now() / DAY_MS) * DAY_MS
    const rows = await fill(pool, end - days * DAY_MS, days, count)
    await roll(pool)
    const before = await timings(pool, end)
    const plain = await bytes(pool)
    const rolled = await rollupBytes(pool)
    for (const table of ['observation_packed', ...ROLLUPS])
      await pool.query(`select count(compress_chunk(c, true)) from show_chunks('${table}') c`)
    await pool.query('vacuum analyze observation_packed')
    const after = await timings(pool, end)
    const compressed = await bytes(pool)
    console.log(
      `  bytes an observation                         ${(plain / rows).toFixed(1)} before, ${(compressed / rows).toFixed(2)} after compression (${rows} observations)`,
    )
    console.log(
      `  the rollups next to it                        ${(rolled / rows).toFixed(1)} before, ${((await rollupBytes(pool)) / rows).toFixed(2)} after`,
    )
    console.table(await byInstrument(pool))
    console.table(
      Object.keys(before).map((query) => ({ query, 'before, ms': before[query], 'after, ms': after[query] })),
    )
  } finally {
    await scope.close()
  }
}

async function fill(pool: Pool, startMs: number, days: number, streams: number): Promise<number> {
  const random = noise(7)
  const packer = new ResultPacker()
  const perInsert = 4
  for (let from = 0; from < days; from += perInsert) {
    const steps = Math.min(perInsert, days - from) * DAY
    const count = steps * streams
    const ids = new Int32Array(count)
    const times = new Float64Array(count)
    const scaled = new Float64Array(count)
    const divisors = new Float32Array(count)
    const quality = new Uint8Array(count).fill(QUALITY.pass)
    const reasons = new Int32Array(count)
    for (let i = 0; i < count; i += 1) {
      const stream = Math.floor(i / steps)
      const step = from * DAY + (i % steps)
      const { at, decimals } = INSTRUMENTS[stream % INSTRUMENTS.length] as Instrument
      ids[i] = stream + 1
      times[i] = startMs + step * STEP_MS
      const e = random()
      const result = Number(at(step / DAY + stream * 0.01, e).toFixed(decimals))
      const packed = packer.pack(stream + 1, result)
      scaled[i] = packed.scaled
      divisors[i] = packed.divisor
      if (e < RARE) {
        quality[i] = QUALITY.suspect
        reasons[i] = REASONS.spike
      }
    }
    await pool.query(
      `insert into observation_packed (datastream_id, phenomenon_time, scaled, divisor, quality, reasons)
       select * from unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::real[], $5::smallint[], $6::int[])`,
      [
        int4Array(ids),
        timestamptzArray(times),
        int8ArrayOfNumbers(scaled),
        float4Array(divisors),
        int2Array(quality),
        int4Array(reasons),
      ],
    )
  }
  return days * DAY * streams
}

/** (3 - 2.608)^3 / 6: the hundredth part of the sum of three uniform numbers that lies farthest below. */
const RARE = -1.108
/** Sum of three uniform numbers, about normal with a deviation of 0.5; the same numbers each run (Lehmer, MINSTD). */
function noise(seed: number): () => number {
  let state = seed
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  return () => next() + next() + next() - 1.5
}

async function bytes(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`select hypertable_size('observation_packed') as n`)
  return rows[0]?.n ?? 0
}

async function roll(pool: Pool): Promise<void> {
  for (const view of ROLLUPS) await pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
}

const ROLLUPS = ['observation_hourly', 'observation_daily']
async function rollupBytes(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select sum(hypertable_size(format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass))::bigint as n
     from timescaledb_information.continuous_aggregates where view_name = any($1)`,
    [ROLLUPS],
  )
  return rows[0]?.n ?? 0
}

/** What a value takes in the compressed column itself, without rows, pages and indexes around it. */
async function byInstrument(pool: Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<{ name: string }>(`
    select format('%I.%I', c.schema_name, c.table_name) as name
    from _timescaledb_catalog.chunk u join _timescaledb_catalog.chunk c on c.id = u.compressed_chunk_id
    order by c.id limit 30`)
  if (rows.length === 0) return []
  const union = rows.map(
    ({ name }) => `select datastream_id, _ts_meta_count as n, pg_column_size(scaled) as result from ${name}`,
  )
  const sizes = await pool.query<{ instrument: number; result: number }>(
    `select (datastream_id - 1) % ${INSTRUMENTS.length} as instrument, sum(result)::float8 / sum(n) as result
     from (${union.join(' union all ')}) x group by 1 order by 1`,
  )
  return sizes.rows.map(({ instrument, result }) => ({
    instrument: INSTRUMENTS[instrument]?.name,
    'bytes a result': result.toFixed(2),
  }))
}

async function timings(pool: Pool, end: number): Promise<Record<string, string>> {
  const back = (days: number): Date => new Date(end - days * DAY_MS)
  const queries: readonly [string, string, unknown[]][] = [
    [
      'one Datastream, a day, raw',
      'select * from observation where datastream_id = 7 and phenomenon_time >= $1 and phenomenon_time < $2 order by phenomenon_time',
      [back(30), back(29)],
    ],
    [
      'one Datastream, a month, raw',
      'select * from observation where datastream_id = 7 and phenomenon_time >= $1 and phenomenon_time < $2 order by phenomenon_time',
      [back(60), back(30)],
    ],
    [
      'one Datastream, daily means of a year, from raw',
      `select time_bucket('1 day', phenomenon_time) as day, avg(result) from observation where datastream_id = 7 and phenomenon_time >= $1 group by 1`,
      [back(365)],
    ],
    [
      'one Datastream, daily means of a year, from the rollup',
      'select bucket as day, total / good from observation_daily where datastream_id = 7 and bucket >= $1',
      [back(365)],
    ],
    [
      'all Datastreams, mean of a month',
      'select datastream_id, avg(result) from observation where phenomenon_time >= $1 and phenomenon_time < $2 group by 1',
      [back(60), back(30)],
    ],
  ]
  const result: Record<string, string> = {}
  for (const [name, text, values] of queries) {
    const times: number[] = []
    for (let i = 0; i < 5; i += 1) {
      const start = performance.now()
      await pool.query(text, values)
      times.push(performance.now() - start)
    }
    result[name] = Math.min(...times).toFixed(1)
  }
  return result
}
