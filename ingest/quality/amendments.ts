import { int2Array, int4Array, timestamptzArray } from '#infra/db/binary-arrays.ts'
import { type Queryable, together } from '#infra/db/pool.ts'
import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { type Quality, worst } from '#model/observation/quality.ts'

/** A change to the flags of a stored observation, by its key: `quality` is 3 or 4. */
export type Amendment = {
  readonly datastreamId: number
  readonly timeMs: number
  readonly quality: Quality
  readonly reasons: number
}

type Flags = { readonly quality: Quality; readonly reasons: number }
export const merge = (a: Flags, b: Flags): Flags => ({
  quality: worst(a.quality, b.quality),
  reasons: a.reasons | b.reasons,
})

/** Existing reasons stay; only rows that change are written, so it is idempotent. 3 and 4 outrank the rest. */
const amendIn = (table: string): string => `
  update ${table} o
  set quality = case when o.quality in (3, 4) then greatest(o.quality, n.quality) else n.quality end,
      reasons = o.reasons | n.reasons
  from unnest($1::int[], $2::timestamptz[], $3::smallint[], $4::int[]) as n (datastream_id, phenomenon_time, quality, reasons)
  where o.datastream_id = n.datastream_id and o.phenomenon_time = n.phenomenon_time
    and (o.reasons & n.reasons <> n.reasons or o.quality not in (3, 4) or o.quality < n.quality)`

// With the bounds as parameters and without a statement name, the planner can exclude chunks, and segments of compressed
// ones, before opening them.
const OBSERVATION = `${amendIn('observation')}
    and o.phenomenon_time between $5::timestamptz and $6::timestamptz and o.datastream_id = any($1::int[])`

/** Adds flags and reasons to stored observations, and to the latest where it is the same. Idempotent. */
export async function amendObservations(db: Queryable, amendments: readonly Amendment[]): Promise<void> {
  if (amendments.length === 0) return
  const sorted = [...amendments].sort((a, b) => a.datastreamId - b.datastreamId || a.timeMs - b.timeMs)
  const times = sorted.map(({ timeMs }) => timeMs)
  const values = [
    int4Array(sorted.map(({ datastreamId }) => datastreamId)),
    timestamptzArray(times),
    int2Array(sorted.map(({ quality }) => quality)),
    int4Array(sorted.map(({ reasons }) => reasons)),
  ]
  const bounds = [new Date(times.reduce((a, b) => Math.min(a, b))), new Date(times.reduce((a, b) => Math.max(a, b)))]
  await together([
    db.query({ text: OBSERVATION, values: [...values, ...bounds] }),
    db.query({ text: amendIn('latest_observation'), values }),
  ])
}

export type Requalified = Omit<Amendment, 'quality'> & { readonly quality: Quality }

const SET = `
  set quality = n.quality, reasons = n.reasons
  from unnest($2::timestamptz[], $3::smallint[], $4::int[]) as n (phenomenon_time, quality, reasons)
  where o.datastream_id = $1 and o.phenomenon_time = n.phenomenon_time and (o.quality, o.reasons) <> (n.quality, n.reasons)`

/**
 * Replaces the flags of stored observations of one Datastream; compressed ones are rewritten, limited to the Datastream and
 * the range of times. Call within a transaction.
 * @returns how many rows changed
 */
export async function setFlags(db: Queryable, datastreamId: number, flags: readonly Requalified[]): Promise<number> {
  const times = flags.map(({ timeMs }) => timeMs)
  const values = [
    datastreamId,
    timestamptzArray(times),
    int2Array(flags.map(({ quality }) => quality)),
    int4Array(flags.map(({ reasons }) => reasons)),
  ]
  const bounds = [new Date(times.reduce((a, b) => Math.min(a, b))), new Date(times.reduce((a, b) => Math.max(a, b)))]
  await db.query('set local timescaledb.max_tuples_decompressed_per_dml_transaction = 0')
  const { rowCount } = await db.query({
    text: `update observation o ${SET} and o.phenomenon_time between $5::timestamptz and $6::timestamptz`,
    values: [...values, ...bounds],
  })
  await db.query({ text: `update latest_observation o ${SET}`, values })
  return rowCount ?? 0
}

/** Observations older than this on arrival are late: the scheduled re-evaluation may have passed them. */
export const LATE_MS = 3 * HOUR_MS

/** Marks the days of late observations for re-evaluation. */
export async function markLate(db: Queryable, timesMs: Iterable<number>, nowMs: number): Promise<void> {
  const days = new Set<number>()
  for (const ms of timesMs) if (ms < nowMs - LATE_MS) days.add(Math.floor(ms / DAY_MS))
  if (days.size === 0) return
  await db.query({
    name: 'quality-due',
    text: `insert into quality_due (day) select date '1970-01-01' + d from unnest($1::int[]) as d`,
    values: [int4Array([...days])],
  })
}
