import { int4Array, timestamptzArray } from '#infra/db/binary-arrays.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { isSoundLevel, levelOf } from '#model/observation/sound.ts'
import type { Grade } from '#model/things/grade.ts'

/** Evidence after `after` is wanted, from Observations up to `until`; Unix milliseconds. */
export type Span = {
  readonly stream: { readonly id: number; readonly grade: Grade }
  readonly after: number
  readonly until: number
}

/** `at`: Unix milliseconds */
export type Raw = { readonly at: number; readonly result: number; readonly quality: number }
/** An hour of a Datastream; `at` is its beginning. Sound levels are means of energies. */
export type Hour = {
  readonly at: number
  readonly good: number
  readonly mean: number | null
  readonly suspect: number
  readonly suspectMean: number | null
}

// Whatever is read of one Datastream is read by its index; `from` of all of them lets chunks be skipped.
const RAW = `
  select o.datastream_id as id, floor(extract(epoch from o.phenomenon_time) * 1000)::float8 as at, o.result, o.quality
  from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as wanted (id, after, until)
  cross join lateral (
    select datastream_id, phenomenon_time, result, quality from observation
    where datastream_id = wanted.id and phenomenon_time > wanted.after and phenomenon_time <= wanted.until
      and phenomenon_time > $4 and phenomenon_time <= $5
    order by phenomenon_time
  ) o`

/** A stretch of one Datastream to be read: after `after` up to `until`; Unix milliseconds. */
export type Stretch = { readonly id: number; readonly after: number; readonly until: number }

/** Observations in the order of time. */
export async function selectRaw(db: Queryable, stretches: readonly Stretch[]): Promise<Map<number, Raw[]>> {
  const { rows } = await db.query<Raw & { id: number }>(RAW, valuesOf(stretches))
  return grouped(rows)
}

const HOURS = `
  select h.datastream_id as id, floor(extract(epoch from h.bucket) * 1000)::float8 as at, h.good, h.suspect,
         h.total / nullif(h.good, 0) as mean, h.suspect_total / nullif(h.suspect, 0) as "suspectMean"
  from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as wanted (id, after, until)
  join observation_hourly h on h.datastream_id = wanted.id and h.bucket > wanted.after and h.bucket < wanted.until
  where h.bucket > $4 and h.bucket < $5 and h.datastream_id = any($1::int[])
  order by h.bucket`
// suspect levels are no evidence in hours of sound: their count is not kept
const SOUND = `
  select h.datastream_id as id, floor(extract(epoch from h.bucket) * 1000)::float8 as at, h.n as good, 0 as suspect,
         h.energy as mean, null::float8 as "suspectMean"
  from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as wanted (id, after, until)
  join sound_hourly h on h.datastream_id = wanted.id and h.bucket > wanted.after and h.bucket < wanted.until
  where h.bucket > $4 and h.bucket < $5 and h.datastream_id = any($1::int[]) and h.energy > 0
  order by h.bucket`

/** Hours that begin within the stretches, without their ends. */
export async function selectHours(
  db: Queryable,
  property: string,
  stretches: readonly Stretch[],
): Promise<Map<number, Hour[]>> {
  const isSound = isSoundLevel(property)
  const { rows } = await db.query<Hour & { id: number }>(isSound ? SOUND : HOURS, valuesOf(stretches))
  return grouped(isSound ? rows.map((row) => ({ ...row, mean: row.mean === null ? null : levelOf(row.mean) })) : rows)
}

function valuesOf(stretches: readonly Stretch[]): unknown[] {
  return [
    int4Array(stretches, ({ id }) => id),
    timestamptzArray(stretches, ({ after }) => after),
    timestamptzArray(stretches, ({ until }) => until),
    new Date(stretches.reduce((least, { after }) => Math.min(least, after), Number.POSITIVE_INFINITY)),
    new Date(stretches.reduce((most, { until }) => Math.max(most, until), Number.NEGATIVE_INFINITY)),
  ]
}

function grouped<T extends { id: number }>(rows: readonly T[]): Map<number, Omit<T, 'id'>[]> {
  const groups = new Map<number, Omit<T, 'id'>[]>()
  for (const { id, ...row } of rows) {
    const group = groups.get(id)
    if (group) group.push(row)
    else groups.set(id, [row])
  }
  return groups
}
