import type { Queryable } from '#infra/db/pool.ts'
import { WHO_POLLUTANTS, type WhoDay, type WhoPollutant, whoVerdicts } from '#model/air-quality/who.ts'
import type { ExceedancesResponse } from '#model/api/exceedances.ts'
import type { Hours } from '../indicators/inputs/hours.ts'
import { periodMeans } from '../indicators/inputs/means.ts'
import type { DatastreamRow, Registry } from '../indicators/inputs/registry.ts'

// A day counts with 18 of its 24 hours. Days of means are UTC, as the rollup keeps them: a year of them is read at once.
const DAYS = `
  select datastream_id as id, to_char(bucket at time zone 'UTC', 'YYYY-MM-DD') as day, hourly_means / good_hours as value
  from observation_daily
  where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3 and good_hours >= 18`
// Running means of 8 hours, six of them there, belong to the day on which they end; a day counts with 18 of them.
const OZONE_DAYS = `
  with hour as (
    select datastream_id as id, bucket, total / good as mean from observation_hourly
    where datastream_id = any($1::int[]) and bucket >= $2::timestamptz - interval '7 hours' and bucket < $3 and good > 0
  ), running as (
    select id, bucket, avg(mean) over eight as mean, count(*) over eight as n from hour
    window eight as (partition by id order by bucket range between interval '7 hours' preceding and current row)
  )
  select id, to_char(day, 'YYYY-MM-DD') as day, value from (
    select id, (bucket at time zone $4)::date as day, max(mean) as value
    from running where n >= 6 and bucket >= $2 group by 1, 2 having count(*) >= 18
  ) highest`
type DayRow = WhoDay & { id: number }

type Series = { readonly days: readonly WhoDay[]; readonly mean: number | null }
type Place = ExceedancesResponse['places'][number]

/**
 * WHO 2021 levels against every station, zone and the city. A zone is the mean of its stations, day by day; the city is
 * the mean of its zones with a value, weighted with their people, day by day: what a person meets on average.
 */
export async function exceedances(db: Queryable, registry: Registry, hours: Hours): Promise<Place[]> {
  const streams = registry.datastreams.filter(
    ({ property, channel }) => (WHO_POLLUTANTS as string[]).includes(property) && channel === '',
  )
  const idsOf = (ozone: boolean): number[] =>
    streams.filter(({ property }) => (property === 'o3') === ozone).map(({ id }) => id)
  const { from, to } = hours
  const zone = registry.city.timeZone
  const rows = [
    ...(await db.query<DayRow>(DAYS, [idsOf(false), ...wholeDays(hours)])).rows,
    ...(await db.query<DayRow>(OZONE_DAYS, [idsOf(true), from, to, zone])).rows,
  ]
  const means = await periodMeans(db, idsOf(false), hours)
  const byStream = Map.groupBy(rows, ({ id }) => id)
  const expected = hours.count / 24
  const seriesOf = ({ id }: DatastreamRow): Series => {
    const mean = means.get(id)
    return { days: byStream.get(id) ?? [], mean: mean && mean.hours >= 0.75 * hours.count ? mean.mean : null }
  }
  return WHO_POLLUTANTS.flatMap((pollutant) =>
    ofPollutant(
      pollutant,
      streams.filter(({ property }) => property === pollutant).map((stream) => ({ stream, series: seriesOf(stream) })),
      registry,
      expected,
    ),
  )
}

const DAY_MS = 86_400_000
const wholeDays = ({ from, to }: Hours): [Date, Date] => [
  new Date(Math.ceil(from.getTime() / DAY_MS) * DAY_MS),
  new Date(Math.floor(to.getTime() / DAY_MS) * DAY_MS),
]

function ofPollutant(
  pollutant: WhoPollutant,
  stations: readonly { stream: DatastreamRow; series: Series }[],
  registry: Registry,
  expected: number,
): Place[] {
  if (stations.length === 0) return []
  const place = (level: Place['level'], key: string, stationCount: number, { days, mean }: Series): Place => ({
    ...{ level, key, pollutant, stations: stationCount },
    verdicts: whoVerdicts(pollutant, days, expected, mean),
  })
  const zones = registry.zones.flatMap((zone) => {
    const own = stations.filter(({ stream }) => stream.thing.zoneId === zone.id)
    if (own.length === 0) return []
    const series = mixed(own.map(({ series }) => ({ series, weight: 1 })))
    return [{ zone, series, stations: own.length }]
  })
  const peopled = zones.flatMap(({ zone, series }) => (zone.population ? [{ series, weight: zone.population }] : []))
  return [
    ...(peopled.length > 0 ? [place('city', '', stations.length, mixed(peopled))] : []),
    ...zones.map(({ zone, series, stations: count }) => place('zone', zone.key, count, series)),
    ...stations.map(({ stream, series }) => place('thing', stream.thing.key, 1, series)),
  ]
}

/** The weighted mean of several places, day by day, over those that have the day. */
function mixed(parts: readonly { series: Series; weight: number }[]): Series {
  const byDay = new Map<string, { sum: number; weight: number }>()
  for (const { series, weight } of parts) {
    for (const { day, value } of series.days) {
      const held = byDay.get(day) ?? { sum: 0, weight: 0 }
      byDay.set(day, { sum: held.sum + weight * value, weight: held.weight + weight })
    }
  }
  const known = parts.flatMap(({ series, weight }) => (series.mean === null ? [] : [{ mean: series.mean, weight }]))
  const weights = known.reduce((sum, { weight }) => sum + weight, 0)
  return {
    days: [...byDay].map(([day, { sum, weight }]) => ({ day, value: sum / weight })),
    mean: weights > 0 ? known.reduce((sum, { mean, weight }) => sum + mean * weight, 0) / weights : null,
  }
}
