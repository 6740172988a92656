import type { Queryable } from '#infra/db/pool.ts'
import type { Grade } from '#model/things/grade.ts'
import type { Stored } from '../quality/requalifier.ts'

export type Stream = {
  readonly id: number
  readonly thing: number
  readonly channel: string
  /** a person or the city pack has confirmed its Thing */
  readonly confirmed: boolean
  /** the one without a channel, or the only one of its Thing */
  readonly isMain: boolean
  readonly grade: Grade
  readonly isPurpleAir: boolean
  /** low-cost optical particle counter, by its grade or its kind of device */
  readonly isCheapOptical: boolean
  readonly lon: number | null
  readonly lat: number | null
}

/** The measured properties, relative humidity first, because the evaluation of others uses it. */
export async function selectProperties(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ property: string }>(
    `select property from (select distinct property from datastream) d order by property <> 'relative_humidity', property`,
  )
  return rows.map(({ property }) => property)
}

export async function selectStreams(db: Queryable, property: string): Promise<Stream[]> {
  const { rows } = await db.query<Stream>(
    `select d.id, d.thing_id as thing, d.channel, t.verified as confirmed, t.grade,
       d.channel = '' or d.channel !~ '(^|[.])calibrated$' and not exists (
         select from datastream o where o.thing_id = d.thing_id and o.property = d.property and o.id <> d.id
           and o.channel not in ('corrected', d.channel || '.calibrated')) as "isMain",
       t.lon, t.lat, coalesce(f.purple, false) as "isPurpleAir",
       t.grade = 'low_cost' or t.grade = 'unknown' and coalesce(f.cheap, false) as "isCheapOptical"
     from datastream d
     join thing t on t.id = d.thing_id
     left join lateral (
       select bool_or(device like 'purpleair/%') as purple,
              bool_or(device ~ '^(purpleair|sensor-community)/') as cheap
       from thing_device where thing_id = t.id
     ) f on true
     where d.property = $1 and d.channel <> 'corrected' order by d.id`,
    [property],
  )
  return rows
}

/** Latitude of the city, from its pack. */
export async function selectLatitude(db: Queryable): Promise<number | undefined> {
  const { rows } = await db.query<{ latitude: number | null }>(
    `select (pack -> 'centre' ->> 1)::float8 as latitude from city`,
  )
  return rows[0]?.latitude ?? undefined
}

export type ObservationRow = Stored & { readonly id: number }
type Wire = { id: number; ms: number; result: number; quality: Stored['quality']; reasons: number }

const READ = `
  select datastream_id as id, extract(epoch from phenomenon_time)::float8 * 1000 as ms, result, quality, reasons
  from observation
  where datastream_id = any($1::int[]) and phenomenon_time >= $2 and phenomenon_time < $3
    and (datastream_id, phenomenon_time) > ($4::int, $5::timestamptz)
  order by datastream_id, phenomenon_time
  limit $6`
const PAGE = 8_000

/** Stored observations by Datastream and time, page by page. */
export async function* readObservations(
  db: Queryable,
  ids: readonly number[],
  fromMs: number,
  toMs: number,
): AsyncGenerator<ObservationRow[]> {
  let left = [...ids]
  let after: [number, Date] = [0, new Date(0)]
  while (left.length > 0) {
    const { rows } = await db.query<Wire>(READ, [left, new Date(fromMs), new Date(toMs), ...after, PAGE])
    yield rows.map(({ id, ms, result, quality, reasons }) => ({ id, timeMs: Math.round(ms), result, quality, reasons }))
    const last = rows[rows.length - 1]
    if (!last || rows.length < PAGE) return
    after = [last.id, new Date(Math.round(last.ms))]
    left = left.filter((id) => id >= last.id)
  }
}
