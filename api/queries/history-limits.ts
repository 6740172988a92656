import type { Queryable } from '#infra/db/pool.ts'
import { isCalibratedChannel } from '#model/observation/calibrated-channel.ts'
import { CENSORED, limitOfAll } from '#model/observation/censored.ts'
import { goodSql, REASONS, suspectSql } from '#model/observation/quality.ts'
import { clockHours } from '../measurements/clock-hours.ts'
import { DOUBT_COUNTED, rangesInForce, rangeValues, WHILE_IN_FORCE } from '../measurements/hour-means.ts'
import { type HistoryQuery, isDoubted } from './history.ts'

/** Frames of a Datastream in which some of the good observations are limits ("<2", ">500"). */
type FrameLimits = {
  readonly frame: number
  readonly below: number
  readonly above: number
  /** where all that counts are limits: what the mean is below or above, unless it is not known */
  readonly limit: number | null
}

const IDS = 'select id from datastream where property = any($1)'
const FRAME = (time: string): string => `width_bucket(${time}, $2::timestamptz[]) - 1`
const HOURLY_LIMITS = `
  select datastream_id, ${FRAME('bucket')} as frame, sum(below)::int as below, sum(above)::int as above
  from censored_hourly
  where datastream_id in (${IDS}) and bucket >= $3 and bucket < $4
  group by 1, 2`
// $9: bits of both kinds of limit, $10: of those below
const RAW_LIMITS = `
  select datastream_id, ${FRAME('phenomenon_time')} as frame,
         count(*) filter (where reasons & $10 <> 0)::int as below, count(*) filter (where reasons & $10 = 0)::int as above
  from observation
  where datastream_id in (${IDS}) and phenomenon_time >= $3 and phenomenon_time < $4 and reasons & $9 <> 0 and ${goodSql()}
  group by 1, 2`
const HOURS = `(select * from observation_hourly where datastream_id in (select datastream_id from limits) and bucket >= $3 and bucket < $4) as hour`
const CLOCK = clockHours(true, { ids: 'array(select distinct datastream_id from limits)', from: '$3', to: '$4' })
const RAW = `(
    select datastream_id, min(phenomenon_time) as bucket, count(*) filter (where ${goodSql()}) as good,
           min(result) filter (where ${goodSql()}) as low, max(result) filter (where ${goodSql()}) as high,
           count(*) filter (where ${suspectSql()}) as suspect, sum(result) filter (where ${suspectSql()}) as suspect_total
    from observation
    where datastream_id in (select datastream_id from limits) and phenomenon_time >= $3 and phenomenon_time < $4
    group by datastream_id, width_bucket(phenomenon_time, $2::timestamptz[])
  ) as hour`

const limitsText = (limits: string, hours: string): string => `
  with limits as materialized (${limits}), hours as (
    select datastream_id, ${FRAME('bucket')} as frame, good, low, high,
           case when (${DOUBT_COUNTED}) is null then 0 else suspect end as counted
    from ${hours}
    join ${rangesInForce(5, 'd.id in (select datastream_id from limits)')} on range.id = datastream_id and ${WHILE_IN_FORCE}
  )
  select l.datastream_id as datastream, d.unit, d.channel, l.frame, l.below, l.above,
         sum(h.good)::int as good, sum(h.counted)::int as counted, min(h.low) as low, max(h.high) as high
  from limits l join datastream d on d.id = l.datastream_id
  join hours h on h.datastream_id = l.datastream_id and h.frame = l.frame
  group by 1, 2, 3, 4, 5, 6
  order by 1, 4`

/** The limits in all frames of the properties, by Datastream: the same as in series (api/routes/observations.ts). */
export async function selectFrameLimits(
  db: Queryable,
  { properties, edges, source }: HistoryQuery,
): Promise<ReadonlyMap<number, readonly FrameLimits[]>> {
  const instants = edges.map((edge) => new Date(edge))
  const values = [properties, instants, instants[0], instants.at(-1), ...rangeValues(properties.filter(isDoubted))]
  type Row = Omit<FrameLimits, 'limit'> &
    Parameters<typeof limitOfAll>[0] & { datastream: number; unit: string; channel: string }
  const { rows } =
    source === 'hourly'
      ? await db.query<Row>({ text: limitsText(HOURLY_LIMITS, HOURS), values })
      : await db.query<Row>({
          text: limitsText(RAW_LIMITS, source === 'quarter' ? CLOCK : RAW),
          values: [...values, CENSORED, REASONS.below_detection],
        })
  const byStream = Map.groupBy(rows, ({ datastream }) => datastream)
  return new Map(
    [...byStream].map(([datastream, own]) => [
      datastream,
      own.map((row): FrameLimits => {
        const { frame, below, above, unit, channel } = row
        return { frame, below, above, limit: limitOfAll(row, { unit, calibrated: isCalibratedChannel(channel) }) }
      }),
    ]),
  )
}
