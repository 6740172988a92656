import type { Queryable } from '#infra/db/pool.ts'
import { type VectorSum, vectorSum } from '#model/observation/directions.ts'
import { CLOCK_HOUR } from './clock-hours.ts'

/** The sums of directions in one stretch of time, good and suspect. Suspect ones are not weighted. */
type Vectors = { readonly good: VectorSum; readonly suspect: VectorSum }
type Row = {
  readonly good: number
  readonly north: number | null
  readonly east: number | null
  readonly paired: number | null
  readonly wind: number | null
  readonly windNorth: number | null
  readonly windEast: number | null
  readonly suspect: number
  readonly suspectNorth: number | null
  readonly suspectEast: number | null
}

const SUMS = `
  coalesce(sum(good), 0)::float8 as good, sum(north) as north, sum(east) as east, sum(paired)::float8 as paired,
  sum(wind) as wind, sum(wind_north) as "windNorth", sum(wind_east) as "windEast",
  coalesce(sum(suspect), 0)::float8 as suspect, sum(suspect_north) as "suspectNorth", sum(suspect_east) as "suspectEast"`
// Quarters of an hour are stored without limit, like the seconds they are computed from.
const SECONDS = `(
  select datastream_id, bucket, good, north, east, case when speed is not null then good end as paired, speed * good as wind,
         speed * north as wind_north, speed * east as wind_east, suspect, suspect_north, suspect_east
  from direction_second where bucket >= $2 and bucket < $3) as second`
const sourceOf = (stepMs: number): string => (stepMs % QUARTER_MS === 0 ? 'direction_quarter' : SECONDS)
const QUARTER_MS = 900_000

const stepsText = (stepMs: number, step: string): string => `
  select ${step} as time, ${SUMS}
  from ${sourceOf(stepMs)}
  where datastream_id = $1 and bucket >= $2 and bucket < $3
  group by 1`

/** By the beginning of each step (with quarters: each hour of the clock), ms since 1970; those without a direction are absent. */
export async function selectVectorSteps(
  db: Queryable,
  of: { datastreamId: number; from: Date; to: Date; stepMs: number; hasQuarters: boolean },
): Promise<ReadonlyMap<number, Vectors>> {
  const step =
    of.hasQuarters && of.stepMs === QUARTER_MS ? CLOCK_HOUR : `time_bucket(interval '${of.stepMs} ms', bucket)`
  const values = [of.datastreamId, of.from, of.to]
  const { rows } = await db.query<Row & { time: Date }>({ text: stepsText(of.stepMs, step), values })
  return new Map(rows.map((row) => [row.time.getTime(), vectorsOf(row)]))
}

/** by frame */
export type VectorFrames = ReadonlyMap<number, Vectors>

const framesText = (stepMs: number): string => `
  select datastream_id as datastream, width_bucket(bucket, $4::timestamptz[]) - 1 as frame, ${SUMS}
  from ${sourceOf(stepMs)}
  where datastream_id in (select id from datastream where property = any($1)) and bucket >= $2 and bucket < $3
  group by 1, 2`

/** By Datastream, then by frame; `stepMs` is a length that meets every edge. */
export async function selectVectorFrames(
  db: Queryable,
  { properties, edges, stepMs }: { properties: readonly string[]; edges: readonly Date[]; stepMs: number },
): Promise<ReadonlyMap<number, VectorFrames>> {
  const values = [properties, edges[0], edges.at(-1), edges]
  type FrameRow = Row & { datastream: number; frame: number }
  const { rows } = await db.query<FrameRow>({ text: framesText(stepMs), values })
  const byStream = Map.groupBy(rows, ({ datastream }) => datastream)
  return new Map([...byStream].map(([id, own]) => [id, new Map(own.map((row) => [row.frame, vectorsOf(row)]))]))
}

function vectorsOf(row: Row): Vectors {
  const good = {
    ...{ n: row.good, north: row.north ?? 0, east: row.east ?? 0, paired: row.paired ?? 0 },
    ...{ wind: row.wind ?? 0, windNorth: row.windNorth ?? 0, windEast: row.windEast ?? 0 },
  }
  const { suspect: n, suspectNorth, suspectEast } = row
  const suspect = { ...vectorSum([]), n, north: suspectNorth ?? 0, east: suspectEast ?? 0 }
  return { good, suspect }
}
