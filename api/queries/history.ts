import type { Queryable } from '#infra/db/pool.ts'
import { MEASURING_RANGES } from '#model/air-quality/measuring-ranges.ts'
import { averageOf } from '#model/observation/averages.ts'
import { meanDirection } from '#model/observation/directions.ts'
import { goodSql, suspectSql } from '#model/observation/quality.ts'
import { clockHours } from '../measurements/clock-hours.ts'
import { HOUR_MEAN, rangesInForce, rangeValues, WHILE_IN_FORCE } from '../measurements/hour-means.ts'
import { SOUND_ENERGY } from '../measurements/sound-energy.ts'
import { selectVectorFrames, type VectorFrames } from '../measurements/vector-sums.ts'

/** One Datastream through the frames of a window; frames without an observation are absent. */
export type HistoryRow = {
  datastream: number
  property: string
  frames: number[]
  /** of maxima the highest value */
  means: (number | null)[]
  ns: number[]
  goods: number[]
}
export type HistoryQuery = {
  properties: readonly string[]
  /** n + 1 edges of n frames */
  edges: readonly number[]
  /** hours of the rollup; where a frame ends within one, hours of the city's clock if it has quarters, else raw */
  source: 'hourly' | 'quarter' | 'raw'
  /** a length that meets every edge */
  stepMs: number
}

/** A mean is that of `value`, each counting `weight`: of hourly means, as in indicators, or within an hour of readings. */
type Source = { readonly [part in 'table' | 'time' | 'n' | 'good' | 'value' | 'weight']: string }

// Of a clock that is off UTC by part of an hour its own hours.
const CLOCK = clockHours(true, {
  ids: 'array(select id from datastream where property = any($1))',
  ...{ from: '$3', to: '$4' },
})
const HOURLY: Source = {
  ...{ table: 'observation_hourly', time: 'bucket', n: 'n', good: 'good' },
  ...{ value: 'total / nullif(good, 0)', weight: '(good > 0)::int' },
}
const RAW: Source = {
  ...{ table: 'observation', time: 'phenomenon_time', n: '1', good: `(${goodSql()})::int` },
  ...{ value: `case when ${goodSql()} then result end`, weight: `(${goodSql()})::int` },
}
const SOURCES: Readonly<Record<HistoryQuery['source'], Source>> = {
  hourly: HOURLY,
  quarter: { ...HOURLY, table: CLOCK },
  raw: RAW,
}

// Sound levels are averaged as energies, here as in the day-evening-night level.
const HEARD_HOURS = `(
  select h.datastream_id, h.bucket, h.n, coalesce(heard.n, 0) as heard, heard.energy * heard.n as energy
  from observation_hourly h
  left join (select datastream_id, bucket, energy, n from sound_hourly where bucket >= $3 and bucket < $4) heard
    using (datastream_id, bucket)
) as hour`
const HEARD = { time: 'bucket', n: 'n', good: 'heard', value: 'energy / nullif(heard, 0)', weight: '(heard > 0)::int' }
const LEVEL_SOURCES: typeof SOURCES = {
  hourly: { ...HEARD, table: HEARD_HOURS },
  quarter: { ...HEARD, table: CLOCK },
  raw: { ...RAW, value: `case when ${goodSql()} then ${SOUND_ENERGY} end` },
}
const MEAN = 'total / nullif(weight, 0)'
const LEVEL = `10 * log(${MEAN})`

// Of pollutants: hours as they count in indices and means (HOUR_MEAN), with doubted readings where these count. `$5` to `$8`
// are rangeValues. Within an hour the rule is applied to the frame.
const RANGE = `${rangesInForce(5, 'd.property = any($1)')} on range.id = datastream_id and ${WHILE_IN_FORCE}`
const counted = (table: string): Source => ({
  ...{ time: 'bucket', n: 'n', good: 'good', value: 'mean', weight: '(mean is not null)::int' },
  table: `(select datastream_id, bucket, n, good, ${HOUR_MEAN} as mean from ${table} join ${RANGE}) as hour`,
})
const RAW_FRAMES = `(
    select datastream_id, min(phenomenon_time) as bucket, count(*) as n, count(*) filter (where ${goodSql()}) as good,
           sum(result) filter (where ${goodSql()}) as total, count(*) filter (where ${suspectSql()}) as suspect,
           sum(result) filter (where ${suspectSql()}) as suspect_total
    from observation
    where datastream_id in (select id from datastream where property = any($1)) and phenomenon_time >= $3 and phenomenon_time < $4
    group by datastream_id, width_bucket(phenomenon_time, $2::timestamptz[])
  ) as frame`
const POLLUTANT_SOURCES: typeof SOURCES = {
  hourly: counted('(select * from observation_hourly where bucket >= $3 and bucket < $4) as hourly'),
  quarter: counted(CLOCK),
  raw: counted(RAW_FRAMES),
}

// The highest of an interval's maxima.
const MAXIMUM_SOURCES: typeof SOURCES = {
  hourly: { ...HOURLY, value: 'high', weight: '1' },
  quarter: { ...HOURLY, table: CLOCK, value: 'high', weight: '1' },
  raw: RAW,
}

// width_bucket numbers the frames by their edges, so days of 23 or 25 hours need no other statement.
const historyText = (
  { table, time, n, good, value, weight }: Source,
  mean: string,
  aggregate: 'sum' | 'max',
): string => `
  with framed as (
    select datastream_id, width_bucket(${time}, $2::timestamptz[]) - 1 as frame,
           sum(${n})::int as n, sum(${good})::int as good, ${aggregate}(${value}) as total, sum(${weight})::int as weight
    from ${table}
    where datastream_id in (select id from datastream where property = any($1))
      and ${time} >= $3 and ${time} < $4
    group by 1, 2
  )
  select datastream_id as datastream, (select property from datastream where id = datastream_id) as property,
         array_agg(frame order by frame) as frames,
         array_agg(${mean} order by frame) as means,
         array_agg(n order by frame) as ns,
         array_agg(good order by frame) as goods
  from framed group by 1 order by 1`

/** All Datastreams of the properties, frame by frame: one round trip however many there are, more for levels and directions. */
export async function selectHistory(db: Queryable, query: HistoryQuery): Promise<HistoryRow[]> {
  const edges = query.edges.map((edge) => new Date(edge))
  const select = async (
    properties: readonly string[],
    sources: typeof SOURCES,
    { mean = MEAN, aggregate = 'sum', more = [] }: { mean?: string; aggregate?: 'sum' | 'max'; more?: unknown[] } = {},
  ): Promise<HistoryRow[]> => {
    if (properties.length === 0) return []
    const values = [properties, edges, edges[0], edges.at(-1), ...more]
    return (await db.query<HistoryRow>({ text: historyText(sources[query.source], mean, aggregate), values })).rows
  }
  const { arithmetic = [], energy = [], vector = [], maximum = [] } = Object.groupBy(query.properties, averageOf)
  const [pollutants, others] = [arithmetic.filter(isDoubted), arithmetic.filter((property) => !isDoubted(property))]
  const rows = [
    ...(await select(others, SOURCES)),
    ...(await select(pollutants, POLLUTANT_SOURCES, { more: rangeValues(pollutants) })),
    ...(await select(maximum, MAXIMUM_SOURCES, { mean: 'total', aggregate: 'max' })),
  ]
  const levels = await select(energy, LEVEL_SOURCES, { mean: LEVEL })
  const directions = await select(vector, SOURCES)
  if (directions.length === 0) return [...rows, ...levels]
  const vectors = await selectVectorFrames(db, { properties: vector, edges, stepMs: query.stepMs })
  return [
    ...rows,
    ...levels,
    ...directions.map((row) => ({ ...row, means: meansOf(row, vectors.get(row.datastream)) })),
  ]
}

/** Whether doubted readings may count (model/air-quality/measuring-ranges.ts). */
export const isDoubted = (property: string): boolean => Object.hasOwn(MEASURING_RANGES, property)

const meansOf = ({ frames }: HistoryRow, vectors: VectorFrames | undefined): (number | null)[] =>
  frames.map((frame) => {
    const own = vectors?.get(frame)
    return (own && meanDirection(own.good)?.mean) ?? null
  })

const IDS = 'select id from datastream where property = any($1) order by id'

/** Of all Datastreams of the properties. */
export async function selectIds(db: Queryable, properties: readonly string[]): Promise<number[]> {
  if (properties.length === 0) return []
  return (await db.query<{ id: number }>(IDS, [properties])).rows.map(({ id }) => id)
}

const COUNT = 'select count(*)::int as n from datastream where property = any($1)'

export async function countDatastreams(db: Queryable, properties: readonly string[]): Promise<number> {
  return (await db.query<{ n: number }>(COUNT, [properties])).rows[0]?.n ?? 0
}
