import { float8Array, int2Array, int4Array, timestamptzArray } from '#infra/db/binary-arrays.ts'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { propertyOf } from '#model/observation/properties.ts'
import { goodSql, QUALITY, REASONS, suspectSql } from '#model/observation/quality.ts'
import { CORRECTED, correctionOf, isBeyondCorrection } from '../quality/corrections.ts'
import type { Stream } from './queries.ts'
import type { Window } from './window.ts'

type HourRow = { id: number; ms: number; mean: number }

const HUMIDITY = `
  select d.thing_id as id, extract(epoch from time_bucket(interval '1 hour', o.phenomenon_time))::float8 * 1000 as ms,
         avg(o.result) as mean
  from datastream d join observation o on o.datastream_id = d.id
  where d.thing_id = any($1::int[]) and d.property = 'relative_humidity' and ${goodSql('o.quality')}
    and o.phenomenon_time >= $2 and o.phenomenon_time < $3
  group by 1, 2`

/** Relative humidity measured by the Thing of each of these Datastreams, in percent, by hour of the window. */
export async function humidityOf(
  pool: Pool,
  streams: readonly Stream[],
  { fromMs, toMs }: Window,
): Promise<Map<number, Float64Array>> {
  if (streams.length === 0) return new Map()
  const things = [...new Set(streams.map(({ thing }) => thing))]
  const { rows } = await pool.query<HourRow>(HUMIDITY, [things, new Date(fromMs), new Date(toMs)])
  const byThing = new Map<number, Float64Array>()
  for (const { id, ms, mean } of rows) {
    const hours = byThing.get(id) ?? new Float64Array((toMs - fromMs) / HOUR_MS).fill(Number.NaN)
    hours[(ms - fromMs) / HOUR_MS] = mean
    byThing.set(id, hours)
  }
  return new Map(
    streams.flatMap(({ id, thing }) => (byThing.has(thing) ? [[id, byThing.get(thing) as Float64Array]] : [])),
  )
}

// Values that are suspect for humidity alone are included: the correction is for these.
const RAW = `
  select datastream_id as id, extract(epoch from time_bucket(interval '1 hour', phenomenon_time))::float8 * 1000 as ms,
         avg(result) as mean
  from observation
  where datastream_id = any($1::int[]) and phenomenon_time >= $2 and phenomenon_time < $3
    and (${goodSql()} or ${suspectSql()} and reasons & ${faults()} = 0)
  group by 1, 2`

function faults(): number {
  const { gross_range, climatology, spike, rate_of_change, flat_line, neighbours, clock_ahead, clock_behind } = REASONS
  const bySeries = gross_range | climatology | spike | rate_of_change | flat_line | neighbours
  return bySeries | clock_ahead | clock_behind | REASONS.channels_disagree | REASONS.ambiguous_time
}

/**
 * Stores hourly means corrected for humidity in Datastreams of their own, at the beginning of the hour.
 * @returns the number of new or changed values
 */
export async function storeCorrected(
  pool: Pool,
  property: string,
  streams: readonly Stream[],
  humidity: ReadonlyMap<number, Float64Array>,
  { fromMs, toMs }: Window,
): Promise<number> {
  const sources = new Map(
    streams.flatMap((stream) => {
      const correction = correctionOf(
        property,
        stream.isMain && !stream.isPurpleAir ? '' : stream.channel,
        stream.isPurpleAir,
      )
      const hours = humidity.get(stream.id)
      return correction && hours ? [[stream.id, { stream, correction, hours }] as const] : []
    }),
  )
  if (sources.size === 0) return 0
  const { rows } = await pool.query<HourRow>(RAW, [[...sources.keys()], new Date(fromMs), new Date(toMs)])
  const values = rows.flatMap(({ id, ms, mean }) => {
    const source = sources.get(id)
    const percent = source?.hours[(ms - fromMs) / HOUR_MS]
    if (!source || percent === undefined || Number.isNaN(percent)) return []
    const result = roundTo(source.correction.apply(mean, percent), DECIMALS)
    return [{ thing: source.stream.thing, ms, result, isBeyond: isBeyondCorrection(percent) }]
  })
  if (values.length === 0) return 0
  return inTransaction(pool, (client) => store(client, property, values))
}

const DECIMALS = 3
const roundTo = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals

type Value = { thing: number; ms: number; result: number; isBeyond: boolean }

const STREAMS = `
  insert into datastream (thing_id, property, channel, unit)
  select thing_id, $2, '${CORRECTED}', $3 from unnest($1::int[]) as n (thing_id) order by 1
  on conflict (thing_id, property, channel) do nothing`

const VALUES = `
  with input as (
    select d.id, d.thing_id, n.time, n.result, n.quality, n.reasons
    from unnest($1::int[], $2::timestamptz[], $3::float8[], $4::smallint[], $5::int[]) as n (thing_id, time, result, quality, reasons)
    join datastream d on d.thing_id = n.thing_id and d.property = $6 and d.channel = '${CORRECTED}'
  ), written as (
    insert into observation_packed as o (datastream_id, phenomenon_time, scaled, divisor, quality, reasons)
    select id, time, p.scaled, p.divisor, quality, reasons from input, pack_result(result, ${DECIMALS}) p order by 1, 2
    on conflict (datastream_id, phenomenon_time) do update
      set scaled = excluded.scaled, divisor = excluded.divisor, quality = excluded.quality, reasons = excluded.reasons
      where (o.scaled, o.divisor, o.quality, o.reasons) <> (excluded.scaled, excluded.divisor, excluded.quality, excluded.reasons)
    returning datastream_id, xmax = 0 as is_new
  ), adjusted as (
    -- these observations come from no message, so the ledger needs their origin (domain/invariants/invariants.ts)
    insert into observation_adjustment (reason, thing, n)
    select 'humidity correction', t.key, count(*)
    from written w join datastream d on d.id = w.datastream_id join thing t on t.id = d.thing_id
    where w.is_new group by t.key
  ), latest as (
    insert into latest_observation as l (datastream_id, phenomenon_time, result, quality, reasons)
    select distinct on (id) id, time, result, quality, reasons from input order by id, time desc
    on conflict (datastream_id) do update
      set phenomenon_time = excluded.phenomenon_time, result = excluded.result, quality = excluded.quality, reasons = excluded.reasons
      where excluded.phenomenon_time >= l.phenomenon_time
  )
  select count(*)::int as n from written`

async function store(client: PoolClient, property: string, values: readonly Value[]): Promise<number> {
  await client.query('set local timescaledb.max_tuples_decompressed_per_dml_transaction = 0')
  const things = [...new Set(values.map(({ thing }) => thing))]
  await client.query(STREAMS, [things, property, propertyOf('pm2_5').unit])
  const { rows } = await client.query<{ n: number }>(VALUES, [
    int4Array(values.map(({ thing }) => thing)),
    timestamptzArray(values.map(({ ms }) => ms)),
    float8Array(values.map(({ result }) => result)),
    int2Array(values.map(({ isBeyond }) => (isBeyond ? QUALITY.suspect : QUALITY.pass))),
    int4Array(values.map(({ isBeyond }) => (isBeyond ? REASONS.humidity : 0))),
    property,
  ])
  return rows[0]?.n ?? 0
}
