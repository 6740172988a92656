import type { Queryable } from '#infra/db/pool.ts'
import type { Interval, Meter, MeterRow, RowReadings } from '#model/meter/assemble.ts'
import type { Reading, Replacement } from '#model/meter/reading.ts'
import { calibratedChannel } from '#model/observation/calibrated-channel.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { goodSql } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'

// Milliseconds, rounded up: a reading half a millisecond after the full hour lies after it.
const MS = (time: string): string => `ceil(extract(epoch from ${time})::numeric * 1000)::float8`

const METERS = `
  select d.id, d.property, t.grade, t.attributes,
         coalesce((
           select jsonb_agg(jsonb_build_object('at', ${MS('r.replaced_at')}, 'finalReading', r.final_reading,
             'startReading', r.start_reading) order by r.replaced_at)
           from meter_replacement r
           where r.thing_id = d.thing_id and r.property = d.property
             and d.channel in (r.channel, case when r.channel = '' then '${calibratedChannel('')}' else r.channel || '.calibrated' end)
         ), '[]') as replacements
  from datastream d join thing t on t.id = d.thing_id
  where d.id = any($1::int[])`

/** What the registry knows of the meters behind these Datastreams. */
export async function selectMeters(db: Queryable, ids: readonly number[]): Promise<Meter[]> {
  type Recorded = { at: number; finalReading: number | null; startReading: number | null }
  type Row = {
    id: number
    property: string
    grade: Grade
    attributes: Record<string, unknown>
    replacements: Recorded[]
  }
  const { rows } = await db.query<Row>(METERS, [ids])
  return rows.map(({ replacements, ...row }) => ({
    ...row,
    unit: PROPERTIES.get(row.property)?.unit ?? '',
    replacements: replacements.map(
      ({ at, finalReading, startReading }): Replacement => ({
        at,
        finalReading: finalReading ?? undefined,
        startReading: startReading ?? undefined,
      }),
    ),
  }))
}

// The bucket begins a microsecond after the full hour (migration 020).
const COLUMNS = `
  datastream_id as id, floor(extract(epoch from bucket) * 1000)::float8 as start, n::float8 as n, good::float8 as good,
  suspect::float8 as suspect, ${MS('first_at')} as "firstAt", ${MS('last_at')} as "lastAt", first, last, low, high`
const WITHIN = `datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3`
const DAYS = `select ${COLUMNS}, good_hours::float8 as "goodHours" from meter_daily where ${WITHIN} order by 1, 2`
const HOURS = `
  select ${COLUMNS}, (good > 0)::int::float8 as "goodHours" from meter_hourly where ${WITHIN} order by 1, 2`
const NEAREST = (condition: string, order: 'asc' | 'desc'): string => `
  select ${COLUMNS}, good_hours::float8 as "goodHours"
  from unnest($1::int[]) as wanted (id)
  cross join lateral (
    select * from meter_daily where datastream_id = wanted.id and bucket ${condition} $2 and good > 0
    order by bucket ${order} limit 1
  ) day`
const DAY_BEFORE = NEAREST('<', 'desc')
const DAY_AFTER = NEAREST('>=', 'asc')

type Wire = Omit<MeterRow, 'readings'> & {
  firstAt: number | null
  lastAt: number | null
  first: number | null
  last: number | null
  low: number | null
  high: number | null
}

const rowOf = ({ firstAt, lastAt, first, last, low, high, ...row }: Wire): MeterRow => ({
  ...row,
  readings: readingsOf({ firstAt, lastAt, first, last, low, high }),
})
function readingsOf(wire: Pick<Wire, 'firstAt' | 'lastAt' | 'first' | 'last' | 'low' | 'high'>): RowReadings | null {
  const { firstAt, lastAt, first, last, low, high } = wire
  if (firstAt === null || lastAt === null || first === null || last === null || low === null || high === null)
    return null
  return { first: { at: firstAt, value: first }, last: { at: lastAt, value: last }, low, high }
}

const rowsIn = async (db: Queryable, text: string, ids: readonly number[], { from, to }: Interval) =>
  (await db.query<Wire>(text, [ids, new Date(from), new Date(to)])).rows.map(rowOf)

/** Days of the rollup in [from, to), by meter and time. */
export const selectDays = (db: Queryable, ids: readonly number[], within: Interval): Promise<MeterRow[]> =>
  rowsIn(db, DAYS, ids, within)
export const selectHours = (db: Queryable, ids: readonly number[], within: Interval): Promise<MeterRow[]> =>
  rowsIn(db, HOURS, ids, within)

/** The last day with a good reading before an instant, however long ago, of each meter that has one. */
export const selectDayBefore = async (db: Queryable, ids: readonly number[], at: number): Promise<MeterRow[]> =>
  (await db.query<Wire>(DAY_BEFORE, [ids, new Date(at)])).rows.map(rowOf)

/** The first day with a good reading from an instant on. */
export const selectDayAfter = async (db: Queryable, ids: readonly number[], at: number): Promise<MeterRow[]> =>
  (await db.query<Wire>(DAY_AFTER, [ids, new Date(at)])).rows.map(rowOf)

const FIRST_DAY = NEAREST('>=', 'asc')
const EVER = new Date('1900-01-01T00:00:00Z')

/** The first day ever with a good reading, of each meter that has one. */
export const selectFirstDay = async (db: Queryable, ids: readonly number[]): Promise<MeterRow[]> =>
  (await db.query<Wire>(FIRST_DAY, [ids, EVER])).rows.map(rowOf)

// Twenty times less a hundredth: isUnitStep of model/meter/unit-change.ts.
const UNIT_STEPS = `
  with day as (
    select datastream_id, bucket, first, last,
           lag(last) over (partition by datastream_id order by bucket) as before
    from meter_daily join unnest($1::int[], $2::timestamptz[]) as wanted (id, until)
      on datastream_id = wanted.id and bucket < wanted.until
    where datastream_id = any($1::int[]) and good > 0
  ), step as (
    select datastream_id as id, bucket as at from day
    where first < before or first > 19.8 * before and before > 0 or last > 19.8 * first and first > 0 or last < first
  )
  select ${COLUMNS}, good_hours::float8 as "goodHours" from meter_daily
  where datastream_id = any($1::int[]) and exists (
    select from step
    where step.id = datastream_id and bucket between step.at - interval '3 days' and step.at + interval '3 days'
  )
  order by 1, 2`

/** Days on which a meter fell, or rose by the factor between two units, before an instant each (ms), with those around. */
export const selectUnitSteps = async (
  db: Queryable,
  ids: readonly number[],
  until: readonly number[],
): Promise<MeterRow[]> => {
  const values = [ids, until.map((at) => new Date(at))]
  const before = new Map(ids.map((id, i) => [id, until[i] ?? 0]))
  return (await db.query<Wire>(UNIT_STEPS, values)).rows
    .map(rowOf)
    .filter(({ id, start }) => start < (before.get(id) ?? 0))
}

// The bounds of all as parameters: chunks outside them are left out while the statement is planned.
const RAW = `
  select w.id, ${MS('o.phenomenon_time')} as at, o.result as value
  from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as w (id, "from", "to")
  cross join lateral (
    select phenomenon_time, result from observation
    where datastream_id = w.id and phenomenon_time > w."from" and phenomenon_time <= w."to"
      and phenomenon_time > $4 and phenomenon_time <= $5 and ${goodSql()}
  ) o
  order by 1, 2`

/** Good readings in (from, to], of several stretches at once, by meter and time. */
export async function selectReadings(
  db: Queryable,
  wanted: readonly (Interval & { readonly id: number })[],
): Promise<(Reading & { id: number })[]> {
  if (wanted.length === 0) return []
  const dates = (of: (one: Interval) => number): Date[] => wanted.map((one) => new Date(of(one)))
  const from = wanted.reduce((least, one) => Math.min(least, one.from), Number.POSITIVE_INFINITY)
  const to = wanted.reduce((most, one) => Math.max(most, one.to), Number.NEGATIVE_INFINITY)
  const values = [
    wanted.map(({ id }) => id),
    dates((one) => one.from),
    dates((one) => one.to),
    new Date(from),
    new Date(to),
  ]
  return (await db.query<Reading & { id: number }>(RAW, values)).rows
}
