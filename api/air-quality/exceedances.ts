import type { Queryable } from '#infra/db/pool.ts'
import { WHO_POLLUTANTS, type WhoDay, type WhoPollutant, whoVerdicts } from '#model/air-quality/who.ts'
import type { ExceedancesResponse } from '#model/api/exceedances.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { airValues, DAYS_WITH_RANGE, hoursBeyond, hoursWithRange, MAY_EXCEED } from '../measurements/air-sums.ts'
import { HOUR_MEAN } from '../measurements/hour-means.ts'
import type { Hours } from '../measurements/hours.ts'
import { localTime, localTimeValues } from '../measurements/local-time.ts'
import { periodMeans } from '../measurements/means.ts'
import type { DatastreamRow, RegistrySnapshot, ThingRow } from '../measurements/registry-snapshot.ts'
import { totalsOf } from '../measurements/totals.ts'

/** Hours that a day must have: 75 % of 24. */
const DAY_HOURS = 18

// A day counts with 18 of its 24 hours. Days of means are UTC, as the rollup keeps them: a year of them is read at once.
const DAYS = `
  select id, day, value from (
    select range.id, to_char(bucket at time zone 'UTC', 'YYYY-MM-DD') as day,
           case when range.counts then usable_hours else good_hours end as hours,
           case when range.counts then usable_hourly_means / nullif(usable_hours, 0)
                else hourly_means / nullif(good_hours, 0) end as value
    from ${DAYS_WITH_RANGE} and bucket >= $6 and bucket < $7 and not ${MAY_EXCEED}
  ) day
  where hours >= ${DAY_HOURS}`
// Running means of 8 hours, six of them there, belong to the day on which they end; a day counts with 18 of them.
const ozoneDays = (hasQuarters: boolean | undefined): string => `
  with hour as (
    select * from (
      select range.id, bucket, ${HOUR_MEAN} as mean
      from ${hoursWithRange(hasQuarters, "($6::timestamptz - interval '7 hours')", '$7')}
    ) h where mean is not null
  ), running as (
    select id, bucket, avg(mean) over eight as mean, count(*) over eight as n from hour
    window eight as (partition by id order by bucket range between interval '7 hours' preceding and current row)
  )
  select id, to_char(day, 'YYYY-MM-DD') as day, value from (
    select id, ${localTime('bucket', 8)}::date as day, max(mean) as value
    from running where n >= 6 and bucket >= $6 group by 1, 2 having count(*) >= ${DAY_HOURS}
  ) highest`
type DayRow = WhoDay & { id: number }

type Series = { readonly days: readonly WhoDay[]; readonly mean: number | null }
type Place = ExceedancesResponse['places'][number]

/**
 * WHO 2021 levels against every station, zone and the city. A zone is the mean of its stations, day by day; the city is
 * the mean of its zones with a value, weighted with their people, day by day: what a person meets on average.
 */
export async function exceedances(db: Queryable, registry: RegistrySnapshot, hours: Hours): Promise<Place[]> {
  const streams = totalsOf(
    registry.datastreams.filter(({ property }) => (WHO_POLLUTANTS as string[]).includes(property)),
    registry.things,
  ).flatMap(({ combinations: [{ streams: own }] }) => own)
  const idsOf = (ozone: boolean): number[] =>
    streams.filter(({ property }) => (property === 'o3') === ozone).map(({ id }) => id)
  const [others, ozone] = [idsOf(false), idsOf(true)]
  const { from, to } = hours
  const [firstDay, lastDay] = wholeDays(hours)
  const ozoneValues = [...airValues(ozone), from, to, ...localTimeValues(registry.city.timeZone, hours)]
  const rows = [
    ...(await db.query<DayRow>(DAYS, [...airValues(others), firstDay, lastDay])).rows,
    ...daysBeyond(await hoursBeyond(db, others, firstDay, lastDay)),
    ...(await db.query<DayRow>(ozoneDays(hours.hasQuarters), ozoneValues)).rows,
  ]
  const means = await periodMeans(db, others, hours)
  const byStream = Map.groupBy(rows, ({ id }) => id)
  const expected = hours.count / 24
  const seriesOf = ({ id }: DatastreamRow): Series => {
    const mean = means.get(id)
    return { days: byStream.get(id) ?? [], mean: mean && mean.hours >= 0.75 * hours.count ? mean.mean : null }
  }
  return WHO_POLLUTANTS.flatMap((pollutant) => {
    const own = streams.filter(({ property }) => property === pollutant)
    // Two instruments in one housing are one station: their mean.
    const stations = [...Map.groupBy(own, ({ thing }) => thing)].map(([thing, its]) => ({
      thing,
      series: mixed(its.map((stream) => ({ series: seriesOf(stream), weight: 1 }))),
    }))
    return ofPollutant(pollutant, stations, registry, expected)
  })
}

/** Days with readings above the range of their instrument, from their hours. */
function daysBeyond(hours: Awaited<ReturnType<typeof hoursBeyond>>): DayRow[] {
  const days = Map.groupBy(hours, ({ id, bucket }) => `${id} ${bucket.toISOString().slice(0, 10)}`)
  return [...days].flatMap(([key, own]) => {
    const known = own.flatMap(({ total }) => total ?? [])
    const [id = '', day = ''] = key.split(' ')
    const value = known.reduce((sum, mean) => sum + mean, 0) / known.length
    return known.length < DAY_HOURS ? [] : [{ id: Number(id), day, value }]
  })
}

const wholeDays = ({ from, to }: Hours): [Date, Date] => [
  new Date(Math.ceil(from.getTime() / DAY_MS) * DAY_MS),
  new Date(Math.floor(to.getTime() / DAY_MS) * DAY_MS),
]

type Station = { readonly thing: ThingRow; readonly series: Series }

function ofPollutant(
  pollutant: WhoPollutant,
  stations: readonly Station[],
  { zones: all }: RegistrySnapshot,
  expected: number,
): Place[] {
  if (stations.length === 0) return []
  const place = (where: Pick<Place, 'level' | 'key' | 'people'>, of: readonly Station[], series: Series): Place => ({
    ...where,
    ...{ pollutant, stations: of.length, dataCapture: captureOf(of, expected) },
    verdicts: whoVerdicts(pollutant, series.days, expected, series.mean),
  })
  const zones = all.flatMap((zone) => {
    const own = stations.filter(({ thing }) => thing.zoneId === zone.id)
    const series = mixed(own.map(({ series: one }) => ({ series: one, weight: 1 })))
    return own.length > 0 ? [{ zone, own, series }] : []
  })
  const peopled = zones.flatMap(({ zone: { population }, own, series }) =>
    population && (series.days.length > 0 || series.mean !== null) ? [{ own, series, weight: population }] : [],
  )
  const people = peopled.reduce((sum, { weight }) => sum + weight, 0)
  const inCity = peopled.flatMap(({ own }) => own)
  return [
    ...(peopled.length > 0 ? [place({ level: 'city', key: '', people }, inCity, mixed(peopled))] : []),
    ...zones.map(({ zone, own, series }) =>
      place({ level: 'zone', key: zone.key, people: zone.population }, own, series),
    ),
    ...stations.map((one) => place({ level: 'thing', key: one.thing.key, people: null }, [one], one.series)),
  ]
}

const captureOf = (stations: readonly Station[], expected: number): number => {
  const shares = stations.map(({ series }) => (expected > 0 ? Math.min(1, series.days.length / expected) : 0))
  return shares.reduce((a, b) => a + b, 0) / shares.length
}

/** The weighted mean of several places, day by day, over those that have the day. */
function mixed(parts: readonly { series: Series; weight: number }[]): Series {
  const byDay = new Map<string, { sum: number; weight: number }>()
  for (const { series, weight } of parts) {
    for (const { day, value } of series.days) {
      const sums = byDay.get(day) ?? { sum: 0, weight: 0 }
      byDay.set(day, { sum: sums.sum + weight * value, weight: sums.weight + weight })
    }
  }
  const known = parts.flatMap(({ series, weight }) => (series.mean === null ? [] : [{ mean: series.mean, weight }]))
  const weights = known.reduce((sum, { weight }) => sum + weight, 0)
  return {
    days: [...byDay].map(([day, { sum, weight }]) => ({ day, value: sum / weight })),
    mean: weights > 0 ? known.reduce((sum, { mean, weight }) => sum + mean * weight, 0) / weights : null,
  }
}
