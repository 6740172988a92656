import type { Queryable } from '#infra/db/pool.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import type { Average } from '#model/observation/averages.ts'
import { CENSORED } from '#model/observation/censored.ts'
import type { Quality } from '#model/observation/quality.ts'
import { goodSql, REASONS, suspectSql } from '#model/observation/quality.ts'
import type { Hour } from '../measurements/buckets.ts'
import { clockHours } from '../measurements/clock-hours.ts'
import { DOUBT_COUNTED, HOUR_MEAN, rangesInForce, rangeValues, WHILE_IN_FORCE } from '../measurements/hour-means.ts'
import { SOUND_ENERGY } from '../measurements/sound-energy.ts'
import { selectVectorSteps } from '../measurements/vector-sums.ts'

/** Raw observations of one Datastream, with the key of the row in microseconds (what timestamptz resolves). */
export type RawRow = { time: Date; micros: number; result: number; quality: Quality; reasons: number }
export type RawQuery = {
  datastreamId: number
  positioned: boolean
  from: Date
  to: Date
  /** key of the last row of the page before */
  after: number | null
  limit: number
}

const MICROS = 'floor(extract(epoch from phenomenon_time) * 1000000)::bigint'
const COLUMNS = 'datastream_id, phenomenon_time, result, quality, reasons'

// Positioned properties come with a position or without: both tables are read, and only for them.
const rawFrom = (positioned: boolean): string =>
  positioned
    ? `(select ${COLUMNS} from observation union all select ${COLUMNS} from mobile_observation) as observation`
    : 'observation'

const rawText = (positioned: boolean): string => `
  select phenomenon_time as time, ${MICROS} as micros, result, quality, reasons
  from ${rawFrom(positioned)}
  where datastream_id = $1 and phenomenon_time >= $2 and phenomenon_time < $3
    and ($4::bigint is null or phenomenon_time > timestamptz 'epoch' + $4::bigint * interval '1 microsecond')
  order by phenomenon_time
  limit $5`

/** A page of raw observations in the order of time; `limit` rows at most. */
export async function selectRaw(db: Queryable, query: RawQuery): Promise<RawRow[]> {
  const { datastreamId, positioned, from, to, after, limit } = query
  const { rows } = await db.query<RawRow>({
    text: rawText(positioned),
    values: [datastreamId, from, to, after, limit],
  })
  return rows
}

/** `average`: energy gives the sum of energies as total, vector the sums of vectors */
export type HourQuery = {
  datastreamId: number
  positioned: boolean
  average: Average
  from: Date
  to: Date
  stepMs: number
  /** the city keeps quarters of an hour (model/basics/period.ts) */
  hasQuarters: boolean
  /** whose doubted readings may count, as the grade of the instrument says */
  pollutant: string | undefined
}

const HOURLY = `
  select bucket as time, n, good, total, low, high, first, last, suspect, suspect_total as "suspectTotal"
  from observation_hourly
  where datastream_id = $1 and bucket >= $2 and bucket < $3
  order by bucket`

// Of pollutants: hours as they count in indices and means, with doubted readings where these count.
const pollutantText = (table: string, first: number): string => `
  select bucket as time, n, good, total, low, high, first, last, suspect, suspect_total as "suspectTotal",
         ${HOUR_MEAN} as mean, ${DOUBT_COUNTED} as doubt
  from ${table} join ${rangesInForce(first, 'd.id = $1')} on ${WHILE_IN_FORCE}
  order by bucket`
const HOURS_OF_ONE = `(select * from observation_hourly where datastream_id = $1 and bucket >= $2 and bucket < $3) as hour`

const HOURLY_LEVEL = `
  select hour.bucket as time, hour.n, hour.good, heard.energy * heard.n as total, hour.low, hour.high, hour.first, hour.last,
         hour.suspect, heard.suspect_energy as "suspectTotal"
  from observation_hourly hour
  left join (
    select bucket, energy, n, suspect_energy from sound_hourly where datastream_id = $1 and bucket >= $2 and bucket < $3
  ) heard using (bucket)
  where hour.datastream_id = $1 and hour.bucket >= $2 and hour.bucket < $3
  order by hour.bucket`

// Hours of a clock that is off UTC by part of an hour. Of sound levels the energies are in the same rows.
const clockHourText = (isLevel: boolean): string => `
  select bucket as time, n, good, ${isLevel ? 'energy' : 'total'} as total, low, high, first, last, suspect,
         ${isLevel ? 'suspect_energy' : 'suspect_total'} as "suspectTotal"
  from ${clockHours(true, { ids: 'array[$1]', from: '$2', to: '$3' })}
  order by bucket`

// What no rollup gives: observations with a position, and days in which a clock used to be off by part of an hour.
const steppedText = ({ positioned, average }: Pick<HourQuery, 'positioned' | 'average'>): string => {
  const addend = average === 'energy' ? SOUND_ENERGY : 'result'
  return `
  select time_bucket(make_interval(secs => $4), phenomenon_time) as time,
         count(*) as n,
         count(*) filter (where ${goodSql()}) as good,
         sum(${addend}) filter (where ${goodSql()}) as total,
         min(result) filter (where ${goodSql()}) as low,
         max(result) filter (where ${goodSql()}) as high,
         first(result, phenomenon_time) filter (where ${goodSql()}) as first,
         last(result, phenomenon_time) filter (where ${goodSql()}) as last,
         count(*) filter (where ${suspectSql()}) as suspect,
         sum(${addend}) filter (where ${suspectSql()}) as "suspectTotal"
  from ${rawFrom(positioned)}
  where datastream_id = $1 and phenomenon_time >= $2 and phenomenon_time < $3
  group by 1
  order by 1`
}
const STEPPED_POLLUTANT = (positioned: boolean): string => `(
  select time as bucket, "suspectTotal" as suspect_total, *
  from (${steppedText({ positioned, average: 'arithmetic' })}) step
) as hour`

async function selectPollutant(db: Queryable, query: HourQuery, pollutant: string): Promise<Hour[]> {
  const { datastreamId, positioned, from, to, stepMs, hasQuarters } = query
  const values = [datastreamId, from, to]
  const ranges = rangeValues([pollutant])
  if (!positioned && stepMs === HOUR_MS)
    return (await db.query<Hour>({ text: pollutantText(HOURS_OF_ONE, 4), values: [...values, ...ranges] })).rows
  if (!positioned && hasQuarters) {
    const hours = clockHours(true, { ids: 'array[$1]', from: '$2', to: '$3' })
    return (await db.query<Hour>({ text: pollutantText(hours, 4), values: [...values, ...ranges] })).rows
  }
  const text = pollutantText(STEPPED_POLLUTANT(positioned), 5)
  return (await db.query<Hour>({ text, values: [...values, stepMs / 1000, ...ranges] })).rows
}

const CENSORED_COUNTS =
  'count(*) filter (where reasons & $6 <> 0)::int as below, count(*) filter (where reasons & $6 = 0)::int as above'
const CENSORED_HOURS = `
  select width_bucket(bucket, $4::timestamptz[]) - 1 as frame, sum(below)::int as below, sum(above)::int as above
  from censored_hourly where datastream_id = $1 and bucket >= $2 and bucket < $3 group by 1`
const CENSORED_RAW = `
  select width_bucket(phenomenon_time, $4::timestamptz[]) - 1 as frame, ${CENSORED_COUNTS}
  from observation
  where datastream_id = $1 and phenomenon_time >= $2 and phenomenon_time < $3 and reasons & $5 <> 0 and ${goodSql()}
  group by 1`
export type CensoredCount = { readonly below: number; readonly above: number }

/** Good observations that are limits, by the number of the bucket; buckets without any are absent. */
export async function selectCensored(
  db: Queryable,
  datastreamId: number,
  edges: readonly number[],
): Promise<ReadonlyMap<number, CensoredCount>> {
  const instants = edges.map((edge) => new Date(edge))
  const values = [datastreamId, instants[0], instants.at(-1), instants]
  const isHourly = edges.every((edge) => edge % HOUR_MS === 0)
  type Row = CensoredCount & { frame: number }
  const { rows } = isHourly
    ? await db.query<Row>({ text: CENSORED_HOURS, values })
    : await db.query<Row>({ text: CENSORED_RAW, values: [...values, CENSORED, REASONS.below_detection] })
  return new Map(rows.map(({ frame, below, above }) => [frame, { below, above }]))
}

/** Statistics per step (an hour, or less for clocks that are off by part of an hour); steps without data are absent. */
export async function selectHours(db: Queryable, query: HourQuery): Promise<Hour[]> {
  const hours = await selectSteps(db, query)
  if (query.average !== 'vector') return hours
  const vectors = await selectVectorSteps(db, query)
  return hours.map((hour) => {
    const own = vectors.get(hour.time.getTime())
    return own ? { ...hour, vectors: own } : hour
  })
}

async function selectSteps(db: Queryable, query: HourQuery): Promise<Hour[]> {
  const { datastreamId, positioned, average, from, to, stepMs, hasQuarters, pollutant } = query
  if (pollutant !== undefined) return selectPollutant(db, query, pollutant)
  const isLevel = average === 'energy'
  const rollup =
    stepMs === HOUR_MS ? (isLevel ? HOURLY_LEVEL : HOURLY) : hasQuarters ? clockHourText(isLevel) : undefined
  if (rollup && !positioned) return (await db.query<Hour>({ text: rollup, values: [datastreamId, from, to] })).rows
  const values = [datastreamId, from, to, stepMs / 1000]
  return (await db.query<Hour>({ text: steppedText(query), values })).rows
}
