import type { Queryable } from '#infra/db/pool.ts'
import { averageOf } from '#model/averages.ts'
import { meanDirection } from '#model/directions.ts'
import { SOUND_ENERGY } from './sound-energy.ts'
import { selectVectorFrames, type VectorFrames } from './vector-sums.ts'

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
  /** from hourly rollups; where a frame ends within an hour, from those of quarters if the city has them, else from raw */
  source: 'hourly' | 'quarter' | 'raw'
  /** a length that meets every edge */
  stepMs: number
}

type Source = { readonly [part in 'table' | 'time' | 'n' | 'good' | 'total' | 'mean']: string }

const SOURCES: Readonly<Record<HistoryQuery['source'], Source>> = {
  hourly: {
    ...{ table: 'observation_hourly', time: 'bucket', n: 'n', good: 'good', total: 'total' },
    mean: 'total / nullif(good, 0)',
  },
  quarter: {
    ...{ table: 'observation_quarter', time: 'bucket', n: 'n', good: 'good', total: 'total' },
    mean: 'total / nullif(good, 0)',
  },
  raw: {
    ...{ table: 'observation', time: 'phenomenon_time', n: '1' },
    good: '(quality in (1, 2))::int',
    total: 'case when quality in (1, 2) then result end',
    mean: 'total / nullif(good, 0)',
  },
}

// Sound levels are averaged as energies, here as in the day-evening-night level.
const LEVEL = '10 * log(total / nullif(good, 0))'
const LEVEL_SOURCES: typeof SOURCES = {
  hourly: {
    table: `(
      select h.datastream_id, h.bucket, h.n, coalesce(heard.n, 0) as good, heard.energy * heard.n as total
      from observation_hourly h
      left join (select datastream_id, bucket, energy, n from sound_hourly where bucket >= $3 and bucket < $4) heard
        using (datastream_id, bucket)
    ) as hour`,
    ...{ time: 'bucket', n: 'n', good: 'good', total: 'total', mean: LEVEL },
  },
  quarter: { ...SOURCES.quarter, good: 'heard', total: 'energy', mean: LEVEL },
  raw: {
    ...SOURCES.raw,
    total: `case when quality in (1, 2) then ${SOUND_ENERGY} end`,
    mean: LEVEL,
  },
}

// width_bucket numbers the frames by their edges, so days of 23 or 25 hours need no other statement.
const historyText = ({ table, time, n, good, total, mean }: Source): string => `
  with framed as (
    select datastream_id, width_bucket(${time}, $2::timestamptz[]) - 1 as frame,
           sum(${n})::int as n, sum(${good})::int as good, sum(${total}) as total
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
  const select = async (properties: readonly string[], source: Source): Promise<HistoryRow[]> => {
    if (properties.length === 0) return []
    const values = [properties, edges, edges[0], edges.at(-1)]
    return (await db.query<HistoryRow>({ text: historyText(source), values })).rows
  }
  const { arithmetic = [], energy = [], vector = [] } = Object.groupBy(query.properties, averageOf)
  const rows = await select(arithmetic, SOURCES[query.source])
  const levels = await select(energy, LEVEL_SOURCES[query.source])
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
