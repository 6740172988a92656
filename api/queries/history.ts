import type { Queryable } from '#infra/db/pool.ts'
import { averageOf } from '#model/observation/averages.ts'
import { meanDirection } from '#model/observation/directions.ts'
import { goodSql } from '#model/observation/quality.ts'
import { clockHours } from '../measurements/clock-hours.ts'
import { SOUND_ENERGY } from '../measurements/sound-energy.ts'
import { selectVectorFrames, type VectorFrames } from '../measurements/vector-sums.ts'

/** One Datastream through the frames of a window; frames without an observation are absent. */
export type HistoryRow = {
  datastream: number
  frames: number[]
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

// width_bucket numbers the frames by their edges, so days of 23 or 25 hours need no other statement.
const historyText = ({ table, time, n, good, value, weight }: Source, mean: string): string => `
  with framed as (
    select datastream_id, width_bucket(${time}, $2::timestamptz[]) - 1 as frame,
           sum(${n})::int as n, sum(${good})::int as good, sum(${value}) as total, sum(${weight})::int as weight
    from ${table}
    where datastream_id in (select id from datastream where property = any($1))
      and ${time} >= $3 and ${time} < $4
    group by 1, 2
  )
  select datastream_id as datastream,
         array_agg(frame order by frame) as frames,
         array_agg(${mean} order by frame) as means,
         array_agg(n order by frame) as ns,
         array_agg(good order by frame) as goods
  from framed group by 1 order by 1`

/** All Datastreams of the properties, frame by frame: one round trip however many there are, more for levels and directions. */
export async function selectHistory(db: Queryable, query: HistoryQuery): Promise<HistoryRow[]> {
  const edges = query.edges.map((edge) => new Date(edge))
  const select = async (properties: readonly string[], source: Source, mean = MEAN): Promise<HistoryRow[]> => {
    if (properties.length === 0) return []
    const values = [properties, edges, edges[0], edges.at(-1)]
    return (await db.query<HistoryRow>({ text: historyText(source, mean), values })).rows
  }
  const { arithmetic = [], energy = [], vector = [] } = Object.groupBy(query.properties, averageOf)
  const rows = await select(arithmetic, SOURCES[query.source])
  const levels = await select(energy, LEVEL_SOURCES[query.source], LEVEL)
  const directions = await select(vector, SOURCES[query.source])
  if (directions.length === 0) return [...rows, ...levels]
  const vectors = await selectVectorFrames(db, { properties: vector, edges, stepMs: query.stepMs })
  return [
    ...rows,
    ...levels,
    ...directions.map((row) => ({ ...row, means: meansOf(row, vectors.get(row.datastream)) })),
  ]
}

const meansOf = ({ frames }: HistoryRow, vectors: VectorFrames | undefined): (number | null)[] =>
  frames.map((frame) => {
    const own = vectors?.get(frame)
    return (own && meanDirection(own.good)?.mean) ?? null
  })

const COUNT = 'select count(*)::int as n from datastream where property = any($1)'

export async function countDatastreams(db: Queryable, properties: readonly string[]): Promise<number> {
  return (await db.query<{ n: number }>(COUNT, [properties])).rows[0]?.n ?? 0
}
